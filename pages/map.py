"""The pool in two dimensions: what is labelled, what a cycle picked, how scores lie; selected points become images and sets."""
import streamlit as st

from mtal.ui import atlas, cards, chosen, cover, growing, inputs, live, loaders, set_panel

st.title("Map", anchor=False)
left, right = st.columns([3, 2])
with left:
    run = inputs.choose_run("map")
live.watch(run, "map", cards.progress_lines)
with right:
    cycle = growing.choose_cycle(run)
layout, pool = loaders.layout(run, cycle), loaders.pool(run, cycle)
if layout.empty:
    atlas.say_no_map(run, cycle, pool)
else:
    chart, tiles = st.container(key="wraps.map").columns([5, 3])
    with chart:
        atlas.show_chart(run, cycle)
        atlas.say_how(run)
    with tiles.container(height=atlas.TILES_PX, border=True):
        chosen.show_chosen(run, cycle)
    chosen.show_marks(run, cycle)
cover.show_coverage(run, cycle)
set_panel.list_sets(run, cycle, "map")
