"""A few runs side by side: each a line of its own, named by the settings that distinguish it."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count
from mtal.analysis.tables.protocol import differences
from mtal.analysis.tables.run_groups import family, tasks_in_order, titles
from mtal.runs.store.run import Run
from mtal.ui import inputs, loaders
from mtal.ui.components import curve_charts, curve_notes, curve_style, image_table, tile_grid
from mtal.ui.text import plain

FIRST, MOST, SHOWN = 4, 8, 12  # runs at first and at most; picks of each that are drawn


def choose_few() -> list[Run]:
    """Two to eight runs, from `?cmp=`.

    At first the newest run, with those of its seed that differ in the strategy alone.
    """
    if "cmp" not in st.query_params and "compare.cmp" not in st.session_state:
        runs = [run for run in loaders.runs() if run.cycles_done()]
        comparable = family(runs)
        alike = [run for run in comparable if run.config.seed == comparable[0].config.seed]
        if len(alike) > 1:
            runs = alike
        st.query_params["cmp"] = [run.name for run in runs[:FIRST]]
    runs = inputs.choose_runs("compare")
    if len(runs) < 2:
        st.info(
            f"Choose two to {MOST} runs above. The page Learning curves draws means over seeds.",
            icon=":material/compare_arrows:",
        )
        st.stop()
    if len(runs) > MOST:
        st.warning(
            f"{len(runs)} runs are too many for one chart: the first {MOST} are shown. Learning "
            "curves draws any number, as means over seeds.",
            icon=":material/filter_8:",
        )
    return runs[:MOST]


def names(runs: Sequence[Run]) -> dict[str, str]:
    """Run -> the title of its line, with its seed where the runs have several."""
    lines, seeds = titles(runs), {run.config.seed for run in runs}
    if len(seeds) == 1:
        return {run.name: lines[run.config.group] for run in runs}
    return {run.name: f"{lines[run.config.group]}, seed {run.config.seed}" for run in runs}


def one_line_per_run(rows: pd.DataFrame, runs: Sequence[Run]) -> pd.DataFrame:
    """`curve_rows` with each run as a line, a variant of its own among those of its strategy."""
    if rows.empty:
        return rows
    so_far: Counter[str] = Counter()
    variants: dict[str, int] = {}
    for run in runs:
        variants[run.name] = so_far[run.config.strategy]
        so_far[run.config.strategy] += 1
    return rows.assign(
        group=rows["run"], title=rows["run"].map(names(runs)), variant=rows["run"].map(variants)
    )


def show_differences(runs: Sequence[Run]) -> None:
    """Draw a table of the settings in which the runs differ, a column per run."""
    titles, table = names(runs), differences(runs)
    with st.container(horizontal=True):
        for run in runs:
            st.page_link(
                "pages/run.py",
                label=plain(f"{titles[run.name]} · {run.status.value}"),
                icon=":material/timeline:",
                query_params={"run": run.name},
            )
    if table.empty:
        st.info("These runs have the same settings.", icon=":material/drag_handle:")
        return
    st.subheader("What differs", anchor=False)
    st.table(
        table.map(plain).rename(columns={run.name: plain(inputs.run_title(run)) for run in runs})
    )


def show_curves(rows: pd.DataFrame, style: curve_style.Style) -> None:
    """Draw a chart per task, the multi-task loss first; a section per data set."""
    for name, part in rows.groupby("dataset", sort=False):
        several = rows["dataset"].nunique() > 1
        st.subheader(plain(str(name)) if several else "Curves", anchor=False)
        (first, *others), means = tasks_in_order(part), curve_charts.means_of(part, style)
        curve_charts.show_chart(part, means, first, style, legend=True, page="compare")
        curve_notes.say_backbone(part)
        curve_notes.warn_about_starts(part)
        columns = inputs.columns(len(others), 3, f"compare.{name}")
        for column, task in zip(columns, others, strict=True):
            with column:
                curve_charts.show_chart(part, means, task, style, legend=False, page="compare")


def show_batches(runs: Sequence[Run]) -> None:
    """Draw the first picks of one cycle, a column per run, and mark what several picked."""
    st.subheader("Batches side by side", anchor=False)
    picking = {run.name: inputs.picking_cycles(run) for run in runs}
    cycles = [
        str(cycle) for cycle in sorted({cycle for some in picking.values() for cycle in some})
    ]
    if not cycles:
        st.caption("No complete cycle of these runs has picked a batch yet.")
        return
    cycle = int(
        inputs.choose("Cycle", cycles, "compare", "cycle", default=cycles[0], follows=False)
    )
    picked = {
        run.name: loaders.pool(run, cycle).query("picked").sort_values("rank")
        for run in runs
        if cycle in picking[run.name]
    }
    # by data set and id: images of two data sets can have one id
    counts = Counter(
        (run.config.dataset, str(id_))
        for run in runs
        if run.name in picked
        for id_ in picked[run.name]["id"]
    )
    titles = names(runs)
    shared = len([image for image, runs_of_it in counts.items() if runs_of_it > 1])
    st.caption(
        f"{count(shared, 'image')} of {len(counts):,} were picked by more than one of these runs. "
        "A click opens Inspect."
    )
    for column, run in zip(inputs.columns(len(runs), 4, "compare.batches"), runs, strict=True):
        with column:
            st.markdown(f"**{plain(titles[run.name])}**")
            if run.name not in picked:
                st.caption("It has not picked in this cycle.")
                continue
            picks = picked[run.name]
            shown = image_table.with_driver(loaders.pool(run, cycle), picks[:SHOWN])
            also = [_also(counts[run.config.dataset, str(id_)] - 1) for id_ in shown["id"]]
            st.html(tile_grid.grid(run, cycle, shown.assign(also=also), set(), target="inspect"))
            if len(picks) > SHOWN:
                st.page_link(
                    "pages/batch.py",
                    label=f"All {len(picks):,} picks",
                    icon=":material/grid_view:",
                    query_params={"run": run.name, "cycle": str(cycle)},
                )


def _also(others: int) -> str:
    return f"also in {count(others, 'other')}" if others else "only here"
