"""What one cycle picked: as tiles or a table, the near misses, the scores of the pool, and the batch as files."""
import streamlit as st

from mtal.ui import batches, cards, gallery, inputs, live, loaders

st.title("Batch", anchor=False)
left, right = st.columns([3, 1])
with left:
    run = inputs.choose_run("batch")
live.watch(run, "batch", cards.progress_lines)
cycle = inputs.choose_cycle(run, "batch", picked_only=True, where=right)
pool = loaders.pool(run, cycle)
batches.show_summary(run, cycle, pool)

view_column, sort_column = st.columns([1, 2])
with view_column:
    view = inputs.switch("View", ["grid", "table"], "batch", "view")
with sort_column:
    sortings = gallery.sortings(pool)
    by = inputs.choose("Sort by", list(sortings), "batch", "sort", lambda name: sortings[name], follows=False)
picks = gallery.with_driver(pool, pool[pool["picked"]]).sort_values(by, ascending=by == "rank", kind="stable")
if view == "table":
    gallery.show_table(run, cycle, picks, "batch")
else:
    gallery.show_pages(run, cycle, picks, "batch")

batches.show_near_misses(run, cycle, pool)
batches.show_distribution(run, cycle, pool)
batches.show_exports(run, cycle)
