"""Learning curves: charts, labels saved, areas, win matrix, overlap, costs and ablations of some runs or of an experiment."""

import streamlit as st

from mtal.analysis.tables.run_groups import curve_rows, family
from mtal.ui import live, loaders
from mtal.ui.components import curve_charts
from mtal.ui.curves import ablations, areas, costs, overlap, sections, win_matrix
from mtal.ui.curves.labels_saved import show_saving

st.title("Learning curves", anchor=False)
runs = sections.choose_compared("curves", [run.name for run in family(loaders.runs())])
seen = live.state(runs)  # before they are read, so that nothing is missed meanwhile
rows = curve_rows(runs, loaders.measured)
if rows.empty:
    live.watch(runs, "curves", seen=seen)
    curve_charts.say_no_points(runs)
    st.stop()
curve_charts.say_undrawn(runs, rows)
view = sections.choose_view("curves")
if view in sections.ON_AN_AXIS:
    rows, style = curve_charts.choose_style(
        rows, "curves", paper=view == "curves", seeds=view == "curves"
    )
else:
    rows, style = curve_charts.by_labels(rows)
for number, (_, part) in enumerate(rows.groupby("dataset", sort=False)):
    sections.head(part, number, rows)
    names = set(part["run"].unique())
    page, some = f"curves{number or ''}", [run for run in runs if run.name in names]
    if view == "curves":
        sections.show_curves(part, style, page, runs)
    elif view == "saved":
        show_saving(part, style, page)
    elif view == "areas":
        areas.show_areas(part, style, page)
    elif view == "wins":
        win_matrix.show_duels(part, page)
    elif view == "overlap":
        overlap.show_overlap(some, page)
    elif view == "costs":
        costs.show_spending(some, page)
    else:
        ablations.show_variation(part, some, page, [run for run in runs if run not in some])
st.subheader("Protocol", anchor=False)
curve_charts.show_protocol(runs)
sections.offer_report_of(runs, "curves")
live.watch(runs, "curves", seen=seen)  # below the charts, which it redraws when a cycle is complete
