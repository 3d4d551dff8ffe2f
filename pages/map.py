"""The pool in two dimensions: what is labelled, what a cycle picked, how scores lie; selected points become images."""
import streamlit as st

from mtal.ui import atlas, cards, inputs, live, loaders

st.title("Map", anchor=False)
left, right = st.columns([3, 1])
with left:
    run = inputs.choose_run("map")
live.watch(run, "map", cards.progress_lines)
cycle = inputs.choose_cycle(run, "map", picked_only=True, where=right)
layout = loaders.layout(run, cycle)
if layout.empty:
    st.info("This cycle has no map. " + (
        "The run was started with `projection=none`." if run.config.projection == "none" else
        f"The strategy `{run.config.strategy}` needs no embedding, so none was computed; set `describe=always` in a new run to "
        "have one beside any strategy."), icon=":material/scatter_plot:")
    if st.button("Open Launch", key="map.launch", type="primary"):
        st.switch_page("pages/launch.py")
    st.stop()
how = "UMAP" if run.config.projection == "umap" else run.config.projection.upper()
st.caption(f"{how} of the {run.config.embedding} numbers per image that the auto-encoder found. Close points are alike; "
           "distances between far groups mean little.")
atlas.show_map(run, cycle, loaders.pool(run, cycle), layout)
