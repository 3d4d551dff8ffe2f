"""Signals: how well each signal ranked the unlabelled images by their true loss, per task and cycle, in a simulation."""
import streamlit as st

from mtal.figures.quality import quality_curve, quality_heatmap
from mtal.ui import cards, inputs, live, loaders, trust
from mtal.ui.words import plain

st.title("Signals", anchor=False)
left, right = st.columns([3, 1])
with left:
    run = inputs.choose_run("signals")
live.watch(run, "signals", cards.progress_lines)
trust.say_why_none(run)
cycle = inputs.choose_cycle(run, "signals", picked_only=True, where=right)
