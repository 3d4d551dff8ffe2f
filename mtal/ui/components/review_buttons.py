"""Accept, reject and comment: buttons with keys, for the image that is looked at and for all that are shown; undo."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count
from mtal.analysis.text.pick_reason import what_decisions_do
from mtal.config import ConfigError
from mtal.runs.reviews.effective import is_settled
from mtal.runs.reviews.review_database import ACCEPTED, REJECTED, UNDECIDED
from mtal.runs.reviews.undo import undoable
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.identity import who
from mtal.ui.text import plain

BUTTONS = {
    ACCEPTED: ("Accept", "a", ":material/check:"),
    REJECTED: ("Reject", "x", ":material/close:"),
}  # label, key, icon
NOTE = "batch.note"  # key of the container with the note's field


def say_what_decisions_do(run: Run, cycle: int) -> None:
    """What comes of them here: in a simulation, for labelling, or where they come too late."""
    st.caption(f":material/info: {plain(what_decisions_do(run.config, is_settled(run, cycle)))}")


def show_buttons(run: Run, cycle: int, sample: str | None, decision: str) -> None:
    """For the image that is looked at. `decision`: as in a batch."""
    closed = sample is None or is_settled(run, cycle)
    for value, (label, key, icon) in BUTTONS.items():
        back = decision == value
        st.button(
            label if not back else f"{label}ed",
            key=f"batch.decide.{value}",
            icon=icon,
            shortcut=key,
            disabled=closed,
            on_click=decide,
            args=(run, cycle, [sample], UNDECIDED if back else value),
            type="primary" if back else "secondary",
            help="Pressed again it takes the decision back"
            if back
            else f"{label} the image that is looked at",
        )


def show_bulk(run: Run, cycle: int, samples: Sequence[str], total: int) -> None:
    """For all that the filters let through."""
    named = (
        f"all {total:,}"
        if len(samples) == total
        else f"the {len(samples):,} of {total:,} shown by the filter"
    )
    with st.popover(
        "All",
        icon=":material/done_all:",
        key="batch.bulk",
        disabled=is_settled(run, cycle) or not samples,
        help="Decide for every image that the filter lets through, on all pages",
    ):
        for value, label in (
            (ACCEPTED, "Accept"),
            (REJECTED, "Reject"),
            (UNDECIDED, "Take back decisions on"),
        ):
            st.button(
                f"{label} {named}",
                key=f"batch.all.{value or 'none'}",
                on_click=decide,
                args=(run, cycle, list(samples), value),
            )


def show_undo(run: Run, cycle: int) -> None:
    """One's own last step, whichever tab it was made in."""
    found = undoable(loaders.people(run).log(run.name, cycle), who())
    st.button(
        f"Undo ({len(found)})" if len(found) > 1 else "Undo",
        key="batch.undo",
        icon=":material/undo:",
        shortcut="u",
        disabled=not found or is_settled(run, cycle),
        on_click=_undo,
        args=(run, cycle, found),
        help=f"Take back what you decided last: {count(len(found), 'image')}"
        if found
        else "You have decided nothing yet",
    )


def show_note(run: Run, cycle: int, sample: str, note: str) -> None:
    """A comment on the image that is looked at; N begins it, Enter stores it."""
    key = f"batch.note.{run.name}.{cycle}.{sample}"
    st.session_state[key] = note
    with st.container(key=NOTE):
        st.text_input(
            "Note",
            key=key,
            placeholder="what colleagues should know (key: N)",
            on_change=note_from,
            args=(run, cycle, sample, key),
        )


def decide(run: Run, cycle: int, samples: Sequence[str], decision: str) -> None:
    """Store a decision under one's name."""
    try:
        loaders.people(run).decide(run.name, cycle, samples, decision, who())
    except ConfigError as problem:
        st.toast(plain(str(problem)), icon=":material/error:")


def _undo(run: Run, cycle: int, before: dict[str, str]) -> None:
    """As far as it still stands: others may have decided since the page was drawn."""
    now = undoable(loaders.people(run).log(run.name, cycle), who())
    before = {sample: was for sample, was in before.items() if now.get(sample) == was}
    for value in dict.fromkeys(before.values()):
        decide(run, cycle, [sample for sample, was in before.items() if was == value], value)


def note_from(run: Run, cycle: int, sample: str, key: str) -> None:
    """Store what the field with this key holds, under one's name."""
    try:
        loaders.people(run).note(run.name, cycle, sample, st.session_state[key], who())
    except ConfigError as problem:
        st.toast(plain(str(problem)), icon=":material/error:")


def told(rows: pd.DataFrame) -> str:
    """How a batch stands: `2 accepted, 1 rejected, 1 refill`; "" where nobody decided anything."""
    found = rows["decision"].value_counts()
    parts = [
        count(int(found[name]), word, plural)
        for name, word, plural in (
            (ACCEPTED, "accepted", "accepted"),
            (REJECTED, "rejected", "rejected"),
            ("refill", "refill", "refills"),
        )
        if name in found
    ]
    return ", ".join(parts)
