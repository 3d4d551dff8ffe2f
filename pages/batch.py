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
view = view_column.segmented_control("View", ["Grid", "Table"], default="Grid", required=True, key="batch.view")
sortings = gallery.sortings(pool)
by = sort_column.selectbox("Sort by", list(sortings), key="batch.sort", width=260, disabled=len(sortings) == 1)
column, ascending = sortings[by]
picks = gallery.with_driver(pool, pool[pool["picked"]]).sort_values(column, ascending=ascending, kind="stable")
if view == "Table":
    gallery.show_table(run, cycle, picks, "batch")
else:
    gallery.show_pages(run, cycle, picks, "batch")

batches.show_near_misses(run, cycle, pool)
batches.show_distribution(run, cycle, pool)
batches.show_exports(run, cycle)
