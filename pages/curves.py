"""Learning curves: per task and for the multi-task loss, means and bands over seeds, next to the paper's if wanted."""
import streamlit as st

from mtal.figures.curves import AXES
from mtal.ui import comparison, inputs, live, loaders

st.title("Learning curves", anchor=False)
usual = [run.name for run in comparison.family(loaders.runs())]
if usual and "cmp" not in st.query_params and "curves.cmp" not in st.session_state:
    st.query_params["cmp"] = usual                          # the first look: what can be compared with the newest run
runs = inputs.choose_runs("curves")
if not runs:
    st.info("Choose at least one run above. A run has a curve as soon as its first cycle is complete.",
            icon=":material/show_chart:")
    st.stop()
rows = comparison.curve_rows(runs)
if rows.empty:
    live.watch(runs, "curves")
    comparison.say_no_points(runs)
    st.stop()

left, right = st.columns(2)
with left:
    x = inputs.choose("Horizontal axis", list(AXES), "curves", "x", lambda name: AXES[name], follows=False)
with right:
    methods = comparison.choose_published(x)
if rows["dataset"].nunique() > 1:
    st.warning("These runs use different data sets: a row of charts for each.", icon=":material/warning:")
for _, part in rows.groupby("dataset", sort=False):
    first, *others = comparison.tasks_in_order(part)
    comparison.show_chart(part, first, x, methods, legend=True, page="curves")
    comparison.show_remarks(part, methods)
    wraps = st.container(key=f"wraps.{first}.{part['dataset'].iloc[0]}")
    for column, task in zip(wraps.columns(max(1, min(3, len(others)))) * len(others), others, strict=False):
        with column:
            comparison.show_chart(part, task, x, methods, legend=False, page="curves")
st.subheader("Protocol", anchor=False)
comparison.show_protocol(runs)
live.watch(runs, "curves")                                  # below the charts, which it redraws when a cycle is complete
