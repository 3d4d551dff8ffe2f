"""One image: why it was picked or not, what its tasks say, what the network saw, and what it is close to."""

import streamlit as st

from mtal.ui import inputs, live
from mtal.ui.components import run_cards
from mtal.ui.inspect import image

st.title("Inspect", anchor=False)
left, right = st.columns([3, 1])
with left:
    run = inputs.choose_run("inspect")
live.watch(run, "inspect", run_cards.progress_lines)
cycle = inputs.choose_cycle(run, "inspect", picked_only=True, where=right)
image.show_image(run, cycle)
