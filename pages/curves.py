"""Learning curves of runs: charts, labels saved, areas, wins, overlap, costs and ablations."""

import streamlit as st

from mtal.analysis.tables.run_groups import curve_rows, family
from mtal.ui import live, loaders
from mtal.ui.components import curve_notes, curve_style
from mtal.ui.curves import ablations, areas, costs, labels_saved, overlap, sections, win_matrix

st.title("Learning curves", anchor=False)
runs = sections.choose_compared("curves", [run.name for run in family(loaders.runs())])
seen = live.state(runs)  # before they are read, so that no change in between is missed
rows = curve_rows(runs, loaders.measured)
if rows.empty:
    live.watch(runs, "curves", seen=seen)
    curve_notes.say_no_points(runs)
    st.stop()
curve_notes.say_undrawn(runs, rows)
view = sections.choose_view("curves")
if view in sections.ON_AN_AXIS:
    rows, style = curve_style.choose_style(
        rows, "curves", paper=view == "curves", seeds=view == "curves"
    )
else:
    rows, style = curve_style.by_labels(rows)
for number, (_, part) in enumerate(rows.groupby("dataset", sort=False)):
    sections.head(part, number, rows)
    names = set(part["run"].unique())
    page, part_runs = f"curves{number or ''}", [run for run in runs if run.name in names]
    if view == "curves":
        sections.show_curves(part, style, page, runs)
    elif view == "saved":
        labels_saved.show_labels_saved(part, style, page)
    elif view == "areas":
        areas.show_areas(part, style, page)
    elif view == "wins":
        win_matrix.show_win_matrix(part, page)
    elif view == "overlap":
        overlap.show_overlap(part_runs, page)
    elif view == "costs":
        costs.show_costs(part_runs, page)
    else:
        others = [run for run in runs if run not in part_runs]
        ablations.show_ablations(part, part_runs, page, others)
st.subheader("Protocol", anchor=False)
curve_notes.show_protocol(runs)
sections.offer_report_of(runs, "curves")
live.watch(runs, "curves", seen=seen)  # below the charts, which it redraws when a cycle is complete
