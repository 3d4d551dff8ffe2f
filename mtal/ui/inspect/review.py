"""Review of one image: accept, reject, a note, and who decided when; as on the Batch page."""

import streamlit as st

from mtal.analysis.text.pick_reason import review_effect
from mtal.runs.reviews.effective import is_settled
from mtal.runs.reviews.review_database import ACCEPTED, REJECTED, UNDECIDED
from mtal.runs.store.run import Run
from mtal.ui import review_loaders
from mtal.ui.components.review_buttons import BUTTONS, decide, store_note
from mtal.ui.text import plain

ABOUT = {
    True: "Accepted: label it. Rejected: the next best image takes its place in the batch.",
    False: "Accepted: it comes first when a pick is rejected. "
    "Rejected: it never takes a place in this batch.",
}
SIGNS = {ACCEPTED: ":material/check_circle: Accepted", REJECTED: ":material/cancel: Rejected"}


def show_review(run: Run, cycle: int, sample: str, picked: bool) -> None:
    """Two buttons, which take their decision back when they are pressed again, and a note."""
    reviews = review_loaders.decisions(run, cycle)
    settled = is_settled(run, cycle)
    row = next(iter(reviews[reviews["sample"] == sample].to_dict("records")), {})
    decision, note = str(row.get("decision", "")), str(row.get("note", ""))
    with st.container(horizontal=True, vertical_alignment="bottom", key="inspect-judgement"):
        for value, (label, key, icon) in BUTTONS.items():
            taken = decision == value
            st.button(
                label,
                key=f"inspect.{value}",
                icon=icon,
                shortcut=key,
                type="primary" if taken else "secondary",
                on_click=decide,
                args=(run, cycle, [sample], UNDECIDED if taken else value),
                disabled=settled,
                help=f"{ABOUT[picked]} {review_effect(run.config, settled)}",
            )
        field = f"inspect.note.{sample}"
        st.session_state[field] = note
        st.text_input(
            "Note",
            key=field,
            placeholder="a note about this image",
            width=280,
            on_change=store_note,
            args=(run, cycle, sample, field),
        )
    if row:
        verb = SIGNS[decision] if decision else "Noted"
        st.caption(f"{verb} by {plain(str(row['who']))}, {plain(str(row['when']))}.")
