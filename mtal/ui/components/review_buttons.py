"""Buttons to accept, reject, comment and undo, for the focused image and for all shown images."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count
from mtal.analysis.text.pick_reason import review_effect
from mtal.config import ConfigError
from mtal.runs.reviews.effective import is_settled
from mtal.runs.reviews.review_database import ACCEPTED, REJECTED, UNDECIDED
from mtal.runs.reviews.reviewed_batch import REFILL
from mtal.runs.reviews.undo import decisions_to_restore
from mtal.runs.store.run import Run
from mtal.ui import review_loaders
from mtal.ui.identity import who
from mtal.ui.text import plain

BUTTONS = {  # decision -> label, key, icon
    ACCEPTED: ("Accept", "a", ":material/check:"),
    REJECTED: ("Reject", "x", ":material/close:"),
}
NOTE = "batch.note"  # key of the container with the note's field


def say_what_decisions_do(run: Run, cycle: int) -> None:
    """Say what decisions change: exports in a simulation, the batch, or nothing any more."""
    st.caption(f":material/info: {plain(review_effect(run.config, is_settled(run, cycle)))}")


def show_buttons(run: Run, cycle: int, sample: str | None, decision: str) -> None:
    """Draw the buttons for one image. sample: its id, None for none; decision: as in a batch."""
    closed = sample is None or is_settled(run, cycle)
    for value, (label, key, icon) in BUTTONS.items():
        pressed = decision == value
        title, change, about = label, value, f"{label} this image"
        if pressed:
            title, change = f"{label}ed", UNDECIDED
            about = "Press again to take the decision back"
        st.button(
            title,
            key=f"batch.decide.{value}",
            icon=icon,
            shortcut=key,
            disabled=closed,
            on_click=decide,
            args=(run, cycle, [sample], change),
            type="primary" if pressed else "secondary",
            help=about,
        )


def show_bulk(run: Run, cycle: int, samples: Sequence[str], total: int) -> None:
    """Draw the buttons for all images that pass the filters. total: images without filters."""
    which = f"all {total:,}"
    if len(samples) != total:
        which = f"the {len(samples):,} of {total:,} shown by the filter"
    with st.popover(
        "All",
        icon=":material/done_all:",
        key="batch.bulk",
        disabled=is_settled(run, cycle) or not samples,
        help="Decide for every image that passes the filters, on all pages",
    ):
        for value, label in (
            (ACCEPTED, "Accept"),
            (REJECTED, "Reject"),
            (UNDECIDED, "Take back decisions on"),
        ):
            st.button(
                f"{label} {which}",
                key=f"batch.all.{value or 'none'}",
                on_click=decide,
                args=(run, cycle, list(samples), value),
            )


def show_undo(run: Run, cycle: int) -> None:
    """Draw the button that takes back a person's own last step, in whichever tab it was made."""
    before = decisions_to_restore(review_loaders.reviews(run).log(run.name, cycle), who())
    about = "You have decided nothing yet"
    if before:
        about = f"Take back what you decided last: {count(len(before), 'image')}"
    st.button(
        f"Undo ({len(before)})" if len(before) > 1 else "Undo",
        key="batch.undo",
        icon=":material/undo:",
        shortcut="u",
        disabled=not before or is_settled(run, cycle),
        on_click=_undo,
        args=(run, cycle, before),
        help=about,
    )


def show_note(run: Run, cycle: int, sample: str, note: str) -> None:
    """Draw the field for a comment on one image; N focuses it, Enter stores it."""
    key = f"batch.note.{run.name}.{cycle}.{sample}"
    st.session_state[key] = note
    with st.container(key=NOTE):
        st.text_input(
            "Note",
            key=key,
            placeholder="what colleagues should know (key: N)",
            on_change=store_note,
            args=(run, cycle, sample, key),
        )


def decide(run: Run, cycle: int, samples: Sequence[str], decision: str) -> None:
    """Store a decision under the person's name; a toast says why it was refused."""
    try:
        review_loaders.reviews(run).decide(run.name, cycle, samples, decision, who())
    except ConfigError as error:
        st.toast(plain(str(error)), icon=":material/error:")


def _undo(run: Run, cycle: int, before: dict[str, str]) -> None:
    """Restore decisions (sample -> decision), except where somebody decided in between."""
    now = decisions_to_restore(review_loaders.reviews(run).log(run.name, cycle), who())
    samples: dict[str, list[str]] = {}
    for sample, decision in before.items():
        if now.get(sample) == decision:
            samples.setdefault(decision, []).append(sample)
    for decision, names in samples.items():
        decide(run, cycle, names, decision)


def store_note(run: Run, cycle: int, sample: str, key: str) -> None:
    """Store the note in the field with this key; a toast says why it was refused."""
    try:
        review_loaders.reviews(run).note(run.name, cycle, sample, st.session_state[key], who())
    except ConfigError as error:
        st.toast(plain(str(error)), icon=":material/error:")


def decision_counts(rows: pd.DataFrame) -> str:
    """`2 accepted, 1 rejected, 1 refill`; "" where nobody decided anything."""
    counts = rows["decision"].value_counts()
    texts = []
    for decision in (ACCEPTED, REJECTED):
        if decision in counts:
            texts.append(f"{counts[decision]:,} {decision}")
    if REFILL in counts:
        texts.append(count(int(counts[REFILL]), "refill"))
    return ", ".join(texts)
