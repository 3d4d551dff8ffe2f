"""Two to eight runs side by side: their curves, the settings in which they differ, batches."""

import streamlit as st

from mtal.analysis.tables.run_groups import curve_rows
from mtal.ui import live, loaders
from mtal.ui.components import curve_notes, curve_style
from mtal.ui.curves import compare_runs

st.title("Compare runs", anchor=False)
runs = compare_runs.choose_few()
live.watch(runs, "compare")
compare_runs.show_differences(runs)
rows = compare_runs.one_line_per_run(curve_rows(runs, loaders.measured), runs)
if rows.empty:
    curve_notes.say_no_points(runs)
    st.stop()
rows, style = curve_style.choose_style(rows, "compare", paper=False, seeds=False)
compare_runs.show_curves(rows, style)
compare_runs.show_batches(runs)
st.subheader("Protocol", anchor=False)
curve_notes.show_protocol(runs)
