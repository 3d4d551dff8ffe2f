"""Learning curves: charts, labels saved, areas, win matrix, overlap, costs and ablations of some runs or of an experiment."""
import streamlit as st

from mtal.runs.lines import curve_rows, family
from mtal.ui import alike, areas, comparison, duels, live, loaders, sections, spending, variation
from mtal.ui.saving import show_saving

st.title("Learning curves", anchor=False)
runs = sections.choose_compared("curves", [run.name for run in family(loaders.runs())])
seen = live.state(runs)                                     # before they are read, so that nothing is missed meanwhile
rows = curve_rows(runs, loaders.measured)
if rows.empty:
    live.watch(runs, "curves", seen=seen)
    comparison.say_no_points(runs)
    st.stop()
comparison.say_undrawn(runs, rows)
view = sections.choose_view("curves")
if view in sections.ON_AN_AXIS:
    rows, style = comparison.choose_style(rows, "curves", paper=view == "curves", seeds=view == "curves")
else:
    rows, style = comparison.by_labels(rows)
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
        duels.show_duels(part, page)
    elif view == "overlap":
        alike.show_overlap(some, page)
    elif view == "costs":
        spending.show_spending(some, page)
    else:
        variation.show_variation(part, some, page, [run for run in runs if run not in some])
st.subheader("Protocol", anchor=False)
comparison.show_protocol(runs)
sections.offer_report(runs, "curves")
live.watch(runs, "curves", seen=seen)                       # below the charts, which it redraws when a cycle is complete
