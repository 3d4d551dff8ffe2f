"""The pool in two dimensions: labelled and picked images, scores, selected images and sets."""

import streamlit as st

from mtal.ui import inputs, live, loaders
from mtal.ui.components import run_progress, set_panel
from mtal.ui.map import coverage, cycle_player, embedding, scatter, selection

st.title("Map", anchor=False)
left, right = st.columns([3, 2])
with left:
    run = inputs.choose_run("map")
live.watch(run, "map", run_progress.progress_lines)
with right:
    cycle = cycle_player.choose_cycle(run)
pool = loaders.pool(run, cycle)
signal = embedding.choose_map(run, cycle)
if signal is None:
    scatter.say_no_map(run, cycle, pool)
else:
    chart, tiles = st.container(key="wraps.map").columns([5, 3])
    with chart:
        scatter.show_chart(run, cycle, signal)
        scatter.explain_map(run, signal)
        embedding.show_worth(run, cycle, signal)
    with tiles.container(height=scatter.TILES_PX, border=True):
        selection.show_selection(run, cycle, signal)
    selection.show_marks(run, cycle, signal)
coverage.show_coverage(run, cycle)
set_panel.list_sets(run, cycle, "map")
