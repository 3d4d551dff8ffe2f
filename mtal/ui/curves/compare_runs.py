"""A few runs held against each other: each a line of its own, named by what makes it different."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count
from mtal.analysis.tables.protocol import differences
from mtal.analysis.tables.run_groups import family, tasks_in_order, titles
from mtal.runs.store.run import Run
from mtal.ui import inputs, loaders
from mtal.ui.components import curve_charts, image_table, tile_grid
from mtal.ui.text import plain

FIRST, MOST, SHOWN = 4, 8, 12  # runs at first and at most; picks of each that are drawn


def choose_few() -> list[Run]:
    """Two to eight runs, from `?cmp=`; at first the newest with those of its seed that differ in the strategy alone."""
    if "cmp" not in st.query_params and "compare.cmp" not in st.session_state:
        begun = [run for run in loaders.runs() if run.cycles_done()]
        comparable = family(begun)
        alike = [run for run in comparable if run.config.seed == comparable[0].config.seed]
        st.query_params["cmp"] = [run.name for run in (alike if len(alike) > 1 else begun)][:FIRST]
    runs = inputs.choose_runs("compare")
    if len(runs) < 2:
        st.info(
            f"Choose two to {MOST} runs above. For means over seeds there is the page Learning curves.",
            icon=":material/compare_arrows:",
        )
        st.stop()
    if len(runs) > MOST:
        st.warning(
            f"{len(runs)} runs are too many to be told apart here: the first {MOST} are shown. Learning curves draws any "
            "number, as means over seeds.",
            icon=":material/filter_8:",
        )
    return runs[:MOST]


def names(runs: Sequence[Run]) -> dict[str, str]:
    """Run -> the title of its line; and its seed, where the runs have several."""
    lines, seeds = titles(runs), {run.config.seed for run in runs}
    return {
        run.name: lines[run.config.group] + f", seed {run.config.seed}" * (len(seeds) > 1)
        for run in runs
    }


def one_line_per_run(rows: pd.DataFrame, runs: Sequence[Run]) -> pd.DataFrame:
    """`curve_rows` with each run as a line of its own, and its own look among those of its strategy."""
    if rows.empty:
        return rows
    titles = names(runs)
    seen: dict[str, int] = {}
    place: dict[str, int] = {}
    for run in runs:
        place[run.name] = seen.get(run.config.strategy, 0)
        seen[run.config.strategy] = place[run.name] + 1
    return rows.assign(
        group=rows["run"], title=rows["run"].map(titles), variant=rows["run"].map(place)
    )


def show_differences(runs: Sequence[Run]) -> None:
    """The settings in which they differ, a column per run."""
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


def show_curves(rows: pd.DataFrame, style: curve_charts.Style) -> None:
    """All tasks, the loss first; a section per data set."""
    for _, part in rows.groupby("dataset", sort=False):
        st.subheader(
            "Curves" if rows["dataset"].nunique() == 1 else plain(str(part["dataset"].iloc[0])),
            anchor=False,
        )
        (first, *others), means = tasks_in_order(part), curve_charts.means_of(part, style)
        curve_charts.show_chart(part, means, first, style, legend=True, page="compare")
        curve_charts.warn_about_starts(part)
        for column, task in zip(
            inputs.columns(len(others), 3, f"compare.{part['dataset'].iloc[0]}"),
            others,
            strict=True,
        ):
            with column:
                curve_charts.show_chart(part, means, task, style, legend=False, page="compare")


def show_batches(runs: Sequence[Run]) -> None:
    """The first picks of one cycle, a column per run; what several picked says so."""
    st.subheader("Batches side by side", anchor=False)
    able = {run.name: inputs.picking_cycles(run) for run in runs}
    cycles = sorted({str(cycle) for found in able.values() for cycle in found}, key=int)
    if not cycles:
        st.caption("No complete cycle of these runs has picked a batch yet.")
        return
    cycle = int(
        inputs.choose("Cycle", cycles, "compare", "cycle", default=cycles[0], follows=False)
    )
    picked = {
        run.name: loaders.pool(run, cycle).query("picked").sort_values("rank")
        for run in runs
        if cycle in able[run.name]
    }
    data = {run.name: run.config.dataset for run in runs}  # images of two data sets can have one id
    counts = pd.Series(
        [(data[name], image) for name, found in picked.items() for image in found["id"]]
    ).value_counts()
    titles = names(runs)
    shared = int((counts > 1).sum())
    st.caption(
        f"{count(shared, 'image')} of {len(counts):,} were picked by more than one of these runs. A click opens Inspect."
    )
    for column, run in zip(inputs.columns(len(runs), 4, "compare.batches"), runs, strict=True):
        with column:
            st.markdown(f"**{plain(titles[run.name])}**")
            if run.name not in picked:
                st.caption("It has not picked in this cycle.")
                continue
            found = picked[run.name]
            shown = image_table.with_driver(loaders.pool(run, cycle), found[:SHOWN])
            also = [_also(int(counts[run.config.dataset, name]) - 1) for name in shown["id"]]
            st.html(tile_grid.grid(run, cycle, shown.assign(also=also), set(), target="inspect"))
            if len(found) > SHOWN:
                st.page_link(
                    "pages/batch.py",
                    label=f"All {len(found):,} picks",
                    icon=":material/grid_view:",
                    query_params={"run": run.name, "cycle": str(cycle)},
                )


def _also(others: int) -> str:
    return f"also in {others} other{'s' * (others > 1)}" if others else "only here"
