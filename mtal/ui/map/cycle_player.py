"""Choose the cycle of the map by a slider, or play all cycles one after another."""

from functools import partial

import streamlit as st

from mtal.runs.store.run import Run
from mtal.ui import inputs
from mtal.ui.guard import guarded

PLAYING = "map.playing"  # session: "begun", "running", or False
STEP_S = 1.5  # how long a cycle is shown


def choose_cycle(run: Run) -> int:
    """A cycle that picked a batch, from `?cycle=`; the newest without it."""
    numbers = inputs.picking_cycles(run)
    if len(numbers) < 2:  # a slider needs two ends
        return inputs.choose_cycle(run, "map", picked_only=True, where=st.container())
    slider, button = st.columns([5, 3], vertical_alignment="bottom")
    cycle = inputs.choose_cycle(run, "map", picked_only=True, where=slider, widget=st.select_slider)
    playing = bool(st.session_state.get(PLAYING))
    with button:
        st.button(
            "Pause" if playing else "Play",
            key="map.play",
            on_click=partial(_toggle, numbers, cycle),
            width="stretch",
            icon=":material/pause:" if playing else ":material/play_arrow:",
            help="Show one cycle after another",
        )
    if playing:
        _play(numbers)
    return cycle


@st.fragment(run_every=STEP_S)
@guarded
def _play(numbers: list[int]) -> None:
    """Go to the next cycle at each tick of the timer, not in the script run that starts it."""
    if not st.session_state.get(PLAYING):
        return
    if st.session_state[PLAYING] == "begun":
        st.session_state[PLAYING] = "running"
        return
    later = [number for number in numbers if number > int(st.query_params["cycle"])]
    if later:
        st.query_params["cycle"] = str(later[0])
        st.session_state[PLAYING] = "begun"  # the rerun below draws this fragment once more
    if len(later) <= 1:
        st.session_state[PLAYING] = False
    st.rerun()


def _toggle(numbers: list[int], cycle: int) -> None:
    """Start or stop playing; from the last cycle it starts with the first."""
    st.session_state[PLAYING] = False if st.session_state.get(PLAYING) else "begun"
    if st.session_state[PLAYING] and cycle == numbers[-1]:
        st.query_params["cycle"] = str(numbers[0])
