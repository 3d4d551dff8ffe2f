"""One image: why it was picked or not, its predictions, task scores and nearest images."""

import streamlit as st

from mtal.ui import inputs, live
from mtal.ui.components import run_progress
from mtal.ui.inspect import image

st.title("Inspect", anchor=False)
left, right = st.columns([3, 1])
with left:
    run = inputs.choose_run("inspect")
live.watch(run, "inspect", run_progress.progress_lines)
cycle = inputs.choose_cycle(run, "inspect", picked_only=True, where=right)
image.show_image(run, cycle)
