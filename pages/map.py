"""The pool in two dimensions: what is labelled, what a cycle picked, how scores lie; selected points become images."""
import streamlit as st

from mtal.ui import atlas, cards, inputs, live, loaders

st.title("Map", anchor=False)
left, right = st.columns([3, 1])
with left:
    run = inputs.choose_run("map")
live.watch(run, "map", cards.progress_lines)
cycle = inputs.choose_cycle(run, "map", picked_only=True, where=right)
layout, pool = loaders.layout(run, cycle), loaders.pool(run, cycle)
if layout.empty:
    atlas.say_no_map(run, cycle, pool)
    st.stop()
atlas.show_map(run, cycle, pool, layout)
how = "UMAP" if run.config.projection == "umap" else run.config.projection.upper()
st.caption(f"{how} of the {run.config.embedding} numbers per image that the auto-encoder found. Close points are alike; "
           "distances between far groups mean little.")
