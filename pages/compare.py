"""Two to eight runs side by side, live: their curves on one axis, the settings in which they differ, and their batches."""
import streamlit as st

from mtal.runs.lines import curve_rows
from mtal.ui import comparison, live, loaders, side_by_side

st.title("Compare runs", anchor=False)
runs = side_by_side.choose_few()
live.watch(runs, "compare")
side_by_side.show_differences(runs)
rows = side_by_side.one_line_per_run(curve_rows(runs, loaders.measured), runs)
if rows.empty:
    comparison.say_no_points(runs)
    st.stop()
rows, style = comparison.choose_style(rows, "compare", paper=False, seeds=False)
side_by_side.show_curves(rows, style)
side_by_side.show_batches(runs)
st.subheader("Protocol", anchor=False)
comparison.show_protocol(runs)
