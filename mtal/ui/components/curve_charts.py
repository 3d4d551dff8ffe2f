"""Learning curves drawn: what may be chosen for them, one task's chart with its table, and what must be known to read it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from mtal.analysis.lines import AXES
from mtal.analysis.statistics.curves import SPREADS, across_tasks, over_seeds
from mtal.analysis.tables.protocol import notes
from mtal.analysis.tables.published import READINGS, for_task, published_values
from mtal.analysis.tables.run_groups import BOUGHT, PRICES, apart, priced
from mtal.analysis.text import curves as reading
from mtal.analysis.text.protocol import protocol_parts, status_word
from mtal.analysis.text.published import NOT_OURS, repeated_note
from mtal.figures.curves import learning_curve
from mtal.runs.jobs.status import Status
from mtal.runs.store.failures import cause
from mtal.runs.store.run import LOSS, Run
from mtal.ui import inputs
from mtal.ui.components.chart import show_figure
from mtal.ui.components.run_cards import short_title
from mtal.ui.text import plain

USUAL_PUBLISHED = ("Random", "PartAL", "Ours")
MOST_NAMED = 5  # runs without a point that are linked; the others are counted
CHANGE = "change"  # stands where a task's name could: mean change against Random


@dataclass(frozen=True)
class Style:
    """What was chosen for all charts of a page. `band`: one of SPREADS; `published`: rows of the paper, or None; `apart`: they
    have an axis of their own."""

    x: str
    band: str = "std"
    thin: bool = True
    published: pd.DataFrame | None = None
    apart: bool = False


def choose_style(
    rows: pd.DataFrame, page: str, paper: bool = True, seeds: bool = True
) -> tuple[pd.DataFrame, Style]:
    """Axis, band, seeds and the paper's curves, from the address; and `rows` with the column x. `paper`, `seeds`: whether the
    paper's curves can be laid over, and whether there are lines of several seeds."""
    usual = Style("labels")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        x = inputs.choose(
            "Horizontal axis", list(AXES), page, "x", lambda name: AXES[name], follows=False
        )
        band = (
            inputs.choose(
                "Band over seeds",
                list(SPREADS),
                page,
                "band",
                lambda name: SPREADS[name],
                follows=False,
            )
            if seeds
            else usual.band
        )
        thin = (
            not seeds
            or inputs.switch("Single seeds", ["thin lines", "hidden"], page, "seeds")
            == "thin lines"
        )
        paper_on = (
            inputs.switch(
                "Published curves",
                ["off", "on", "own axis"],
                page,
                "paper",
                "The paper's printed numbers, dashed; on the same vertical axis, or on one at the right, where "
                "their shape can be compared though their values are far off",
            )
            if paper
            else "off"
        )
    on = paper_on != "off"
    if on and x != "percent":
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                f"The paper's results are per percent of the labels, so they need the axis “{AXES['percent']}”.",
                width="content",
            )
            st.button("Use that axis", key=f"{page}.percent", on_click=_by_percent)
    chosen = _choose_published(page) if on and x == "percent" else None
    if x == "cost":
        rows = priced(rows, _choose_prices(rows, page))
    return rows.assign(x=rows[x].astype(float)), Style(
        x, band, thin, chosen, paper_on == "own axis"
    )


def by_labels(rows: pd.DataFrame) -> tuple[pd.DataFrame, Style]:
    """`rows` with the column x, and a style, for what counts by labels and by nothing else."""
    return rows.assign(x=rows["labels"].astype(float)), Style("labels")


def means_of(rows: pd.DataFrame, style: Style) -> pd.DataFrame:
    """The means of all tasks in one pass; `rows` with the column x."""
    return over_seeds(apart(rows)[0], style.band)


def show_chart(
    rows: pd.DataFrame, means: pd.DataFrame, task: str, style: Style, legend: bool, page: str
) -> None:
    """One task's curve, its table and its downloads. `rows`: of one data set, with the column x; `means`: as `means_of` gives
    them."""
    curves, whole = apart(rows[rows["task"] == task])
    first = (curves if len(curves) else whole).iloc[0]
    named, known = reading.lines(curves), f"{page}.{first['dataset']}.{task}"
    mean = means[means["task"] == task]
    printed = (
        for_task(style.published, str(first["dataset"]), task)
        if style.published is not None
        else None
    )
    figure = learning_curve(
        mean,
        named,
        style.x,
        str(first["axis"]),
        known,
        band=style.band,
        legend=legend,
        published=printed,
        published_apart=style.apart,
        seeds=curves if style.thin else None,
        full=reading.full(whole),
    )
    told = reading.message(mean, named, str(first["name"]))
    st.markdown(f"**{plain(str(first['name']))}**")
    show_figure(
        figure,
        reading.behind(curves, mean, whole, printed, style.band),
        f"{first['dataset']}-{task}-{style.x}",
        f"{first['name']} · {first['dataset']}",
        known,
        told,
    )
    if printed is not None and printed.empty:
        st.caption("The paper has no numbers for this task and data set.")
    with st.expander("Numbers", key=f"{known}.numbers", on_change="rerun") as numbers:
        if numbers.open:
            st.dataframe(
                reading.table(mean, named, style.x, style.band),
                key=f"{page}.table.{first['dataset']}.{task}",
                hide_index=True,
                alt=told,
            )


def show_change(rows: pd.DataFrame, style: Style, reference: str, page: str) -> None:
    """Mean over the tasks of the change against a reference at equal x. `reference`: its group."""
    curves, _ = apart(rows[rows["task"] != LOSS])
    named, dataset = reading.lines(curves), str(curves["dataset"].iloc[0])
    known, title = (
        f"{page}.{dataset}.{CHANGE}",
        f"Mean change of all tasks against {named[reference].title}",
    )
    mean = across_tasks(curves, reference, style.band).dropna(subset="mean")
    st.markdown(f"**{plain(title)}**")
    if mean[mean["group"] != reference].empty:
        st.caption(reading.CHANGE_LACKS)
        return
    figure = learning_curve(
        mean, named, style.x, reading.CHANGE_AXIS, known, band=style.band, legend=False, zero=True
    )
    show_figure(
        figure,
        mean.assign(title=mean["group"].map(lambda group: named[group].title)).drop(
            columns="group"
        ),
        f"{dataset}-change-{style.x}",
        f"{title} · {dataset}",
        known,
        reading.message(mean, named, "Mean change in %"),
    )
    st.caption(reading.CHANGE_NOTE)
    with st.expander("Numbers", key=f"{known}.numbers", on_change="rerun") as numbers:
        if numbers.open:
            st.dataframe(
                reading.table(mean, named, style.x, style.band),
                key=f"{known}.table",
                hide_index=True,
                alt="Mean change of all tasks",
            )


def show_remarks(rows: pd.DataFrame, style: Style, runs: Sequence[Run]) -> None:
    """What must be known to read the bands and the published lines, and where seeds can be added. `runs`: all that were chosen,
    since seeds that are on their way need not be added."""
    curves, whole = apart(rows)
    coming = {run.config.group for run in runs if run.status.alive and not run.cycles_done()}
    helped = {run.name for run in runs if run.config.group in coming}
    alone = reading.alone(curves)
    alone = alone[~alone["run"].isin(helped)]
    if not alone.empty:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(reading.ALONE, width="content")
            for run, title in zip(alone["run"], alone["title"], strict=True):
                st.page_link(
                    "pages/launch.py",
                    label=f"Add seeds: {plain(str(title))}",
                    icon=":material/add:",
                    query_params={"like": str(run)},
                )
    if bands := reading.band_note(curves, style.band, style.thin):
        st.caption(bands)
    if reading.unequal_seeds(curves):
        st.caption(reading.UNEQUAL_SEEDS)
    if len(whole):
        st.caption(reading.FULL_NOTE)
    if style.x == "cost":
        st.caption(
            "Prices are relative to a label of semantic segmentation (our choice); at first depth and normals cost "
            "nothing, as from a sensor. A batch of free labels alone does not move a curve to the right."
        )
    if style.x == "images" and "partal" in set(curves["strategy"]):
        st.caption(
            "PartAL buys single labels, so it reaches more images with as many labels: compare it by task labels or cost."
        )
    if style.published is not None:
        st.caption(
            f"Dashed lines with open marks: the paper's printed numbers (n = 3), never blended with measured ones. "
            f"{NOT_OURS} Both readings can be chosen, and decide who wins."
        )
        shown = style.published[style.published["task"].isin(curves["task"])]
        if repeated := repeated_note(shown):
            st.caption(repeated)
    warn_about_starts(curves)


def warn_about_starts(rows: pd.DataFrame) -> None:
    """Where curves of one seed do not begin alike."""
    if reading.unequal_starts(rows):
        st.warning(reading.UNEQUAL_STARTS, icon=":material/warning:")


def say_undrawn(runs: Sequence[Run], rows: pd.DataFrame) -> None:
    """Runs that have no point among others that have: how many wait or are at work, and what became of the rest."""
    drawn = set(rows["run"].unique())
    lacking = [run for run in runs if run.name not in drawn]
    if not lacking:
        return
    broken = [run for run in lacking if run.status in {Status.FAILED, Status.INTERRUPTED}]
    told = ", ".join(
        f"{number} {status_word(status)}"
        for status, number in Counter(run.status for run in lacking).items()
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"No complete cycle yet, so not drawn: {told}.", width="content")
        for run in broken[:MOST_NAMED]:
            st.page_link(
                "pages/run.py",
                label=f"{short_title(run)}: {run.status.value}",
                icon=":material/timeline:",
                query_params={"run": run.name},
            )


def say_no_points(runs: Sequence[Run]) -> None:
    """Why there is no curve yet, and whether one will come by itself; runs that ended without a cycle, with the cause."""
    if any(run.status.alive for run in runs):
        st.info(
            "None of these runs has a complete cycle yet. The first points appear here by themselves.",
            icon=":material/hourglass_empty:",
        )
    else:
        st.info(
            "None of these runs has a complete cycle, and none is running: there is no point to draw.",
            icon=":material/hourglass_disabled:",
        )
    for run in runs:
        if run.status.resumable:
            st.page_link(
                "pages/run.py",
                label=f"{short_title(run)}: {run.status.value}, {cause(run).title}",
                icon=":material/timeline:",
                query_params={"run": run.name},
            )


def show_protocol(runs: Sequence[Run]) -> None:
    """How these numbers came about: what differs, a column per line, then the rest."""
    differing, same = protocol_parts(runs)
    if not differing.empty:
        st.table(differing.map(plain).rename(columns=plain))
    st.table(same.map(plain))
    for note in notes(runs):
        st.caption(plain(note))


def _by_percent() -> None:
    st.query_params["x"] = "percent"


def _choose_published(page: str) -> pd.DataFrame:
    """Methods, and how the printed ± is read."""
    methods = published_values()["method"].unique().tolist()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        reading = inputs.choose(
            "The paper's ± is",
            list(READINGS),
            page,
            "reading",
            lambda name: READINGS[name],
            follows=False,
            widget=partial(st.segmented_control, required=True),
        )
        wanted = st.multiselect(
            "Published methods", methods, default=USUAL_PUBLISHED, key=f"{page}.methods"
        )
    rows = published_values(reading=reading)
    return rows[rows["method"].isin(wanted)]


def _choose_prices(rows: pd.DataFrame, page: str) -> dict[str, float]:
    """What a label of each task costs."""
    names = [str(column).removeprefix(BOUGHT) for column in rows if str(column).startswith(BOUGHT)]
    titles = dict(zip(rows["task"], rows["name"], strict=True))
    with st.container(horizontal=True):
        return {
            name: st.number_input(
                f"Price of a label: {titles.get(name, name)}",
                0.0,
                1e6,
                PRICES.get(name, 1.0),
                0.1,
                key=f"{page}.price.{name}",
                persist_state="session",
                width=190,
            )
            for name in names
        }
