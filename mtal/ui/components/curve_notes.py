"""Notes beside learning curves: what bands and lines mean, runs without a point, protocol."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mtal.analysis.tables.protocol import notes
from mtal.analysis.tables.run_groups import split_all_labels
from mtal.analysis.text import curves as curve_text
from mtal.analysis.text.protocol import protocol_parts, status_word
from mtal.analysis.text.published import NOT_OURS, repeated_note
from mtal.runs.jobs.status import Status
from mtal.runs.store.failures import failure_of
from mtal.runs.store.run import Run
from mtal.ui.components.curve_style import Style
from mtal.ui.components.run_cards import short_title
from mtal.ui.text import plain

MOST_NAMED = 5  # runs without a point that are linked; the others are counted


def show_remarks(rows: pd.DataFrame, style: Style, runs: Sequence[Run]) -> None:
    """Explain bands, axes and published lines, and offer to add seeds to lines of one seed.

    rows: measurements; style: choices of the page; runs: all chosen runs, since lines whose next
    seeds are queued or in their first cycle need no more.
    """
    curves, whole = split_all_labels(rows)
    _offer_seeds(curves, runs)
    bands = curve_text.band_note(curves, style.band, style.thin)
    if bands:
        st.caption(bands)
    if curve_text.unequal_seeds(curves):
        st.caption(curve_text.UNEQUAL_SEEDS)
    if len(whole):
        st.caption(curve_text.FULL_NOTE)
    if style.x == "cost":
        st.caption(
            "Prices are relative to a label of semantic segmentation (our choice). By default "
            "depth and normals cost nothing, as from a sensor. A batch of free labels alone does "
            "not move a curve to the right."
        )
    if style.x == "images" and "partal" in set(curves["strategy"]):
        st.caption(
            "PartAL acquires single labels, so as many labels are spread over more images: compare "
            "it by task labels or cost."
        )
    if style.published is not None:
        st.caption(
            "Dashed lines with open marks: the paper's printed numbers (n = 3), never mixed with "
            f"measured ones. {NOT_OURS} Both readings can be chosen, and decide who wins."
        )
        repeated = repeated_note(style.published[style.published["task"].isin(curves["task"])])
        if repeated:
            st.caption(repeated)
    warn_about_starts(curves)


def _offer_seeds(curves: pd.DataFrame, runs: Sequence[Run]) -> None:
    """Link to Launch for each line of one seed, unless runs of more seeds are on their way."""
    waiting = {run.config.group for run in runs if run.status.alive and not run.cycles_done()}
    growing = {run.name for run in runs if run.config.group in waiting}
    lines = curve_text.single_seed_lines(curves)
    lines = lines[~lines["run"].isin(growing)]
    if lines.empty:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(curve_text.ALONE, width="content")
        for run, title in zip(lines["run"], lines["title"], strict=True):
            st.page_link(
                "pages/launch.py",
                label=f"Add seeds: {plain(str(title))}",
                icon=":material/add:",
                query_params={"like": str(run)},
            )


def warn_about_starts(rows: pd.DataFrame) -> None:
    """Warn where curves of the same seed start from different images."""
    if curve_text.unequal_starts(rows):
        st.warning(curve_text.UNEQUAL_STARTS, icon=":material/warning:")


def say_backbone(rows: pd.DataFrame) -> None:
    """Say that the backbone was frozen; warn where it was for some of the lines."""
    note = curve_text.backbone_note(rows["frozen"])
    if note == curve_text.FROZEN_AND_TUNED:
        st.warning(note, icon=":material/warning:")
    elif note:
        st.caption(f":material/ac_unit: {note}")


def say_undrawn(runs: Sequence[Run], rows: pd.DataFrame) -> None:
    """Count the runs without a point by status, and link to those that broke."""
    drawn = set(rows["run"].unique())
    undrawn = [run for run in runs if run.name not in drawn]
    if not undrawn:
        return
    broken = [run for run in undrawn if run.status in {Status.FAILED, Status.INTERRUPTED}]
    numbers = Counter(run.status for run in undrawn)
    states = ", ".join(f"{number} {status_word(status)}" for status, number in numbers.items())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"No complete cycle yet, so not drawn: {states}.", width="content")
        for run in broken[:MOST_NAMED]:
            st.page_link(
                "pages/run.py",
                label=f"{short_title(run)}: {run.status.value}",
                icon=":material/timeline:",
                query_params={"run": run.name},
            )


def say_no_points(runs: Sequence[Run]) -> None:
    """Say why there is no curve yet; link to runs that ended without a cycle, with the cause."""
    if any(run.status.alive for run in runs):
        st.info(
            "None of these runs has a complete cycle yet. The first points appear here by "
            "themselves.",
            icon=":material/hourglass_empty:",
        )
    else:
        st.info(
            "None of these runs has a complete cycle, and none is running: there is no point to "
            "draw.",
            icon=":material/hourglass_disabled:",
        )
    for run in runs:
        if run.status.resumable:
            st.page_link(
                "pages/run.py",
                label=f"{short_title(run)}: {run.status.value}, {failure_of(run).title}",
                icon=":material/timeline:",
                query_params={"run": run.name},
            )


def show_protocol(runs: Sequence[Run]) -> None:
    """Draw the protocol: settings that differ, a column per line, then those that runs share."""
    differing, same = protocol_parts(runs)
    if not differing.empty:
        st.table(differing.map(plain).rename(columns=plain))
    st.table(same.map(plain))
    for note in notes(runs):
        st.caption(plain(note))
