"""One image: why it was picked or not, what its tasks say, what the network saw, and what it is close to."""
import streamlit as st

from mtal.ui import cards, inputs, live, one_image

st.title("Inspect", anchor=False)
left, right = st.columns([3, 1])
with left:
    run = inputs.choose_run("inspect")
live.watch(run, "inspect", cards.progress_lines)
cycle = inputs.choose_cycle(run, "inspect", picked_only=True, where=right)
one_image.show_image(run, cycle)
