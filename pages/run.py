"""One run: status, metrics, cycles, the last batch, times and origin."""

import streamlit as st

from mtal.ui import inputs, live, loaders
from mtal.ui.components import auto_encoder, run_cards, run_failure
from mtal.ui.run import overview, pair_blocks, start, training, worth

st.title("Run", anchor=False)
run = inputs.choose_run("run")
run_cards.run_header(run)
run_failure.failure_box(run)
live.watch(run, "run")

metrics, seconds = loaders.metrics(run), loaders.seconds(run)
if metrics.empty:
    if run.status.alive:
        st.info(
            "No cycle is complete yet. Metrics, picks and times appear here after the first one.",
            icon=":material/hourglass_empty:",
        )
    start.show_start(run)
    training.show_training(run)
    st.stop()

overview.show_metrics(metrics)
st.subheader("Cycles", anchor=False)
overview.show_cycles(run, metrics, seconds)
worth.show_line(run)
with st.container(horizontal=True):
    st.page_link("pages/curves.py", label="Learning curves", icon=":material/show_chart:")
    st.page_link(
        "pages/map.py",
        label="Map of the pool",
        icon=":material/scatter_plot:",
        query_params={"run": run.name},
    )
training.show_training(run)
pair_blocks.show_held_out(run)
auto_encoder.show_newest_fit(run)
overview.show_last_pick(run)
start.show_start(run)
st.subheader("Time", anchor=False)
overview.show_times(run, seconds)
st.subheader("Where this comes from", anchor=False)
overview.show_provenance(run, metrics)
