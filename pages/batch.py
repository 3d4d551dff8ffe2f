"""What one cycle picked: as tiles or a table, with decisions, the near misses, the scores of the pool, and the batch as files."""
import streamlit as st

from mtal.ui import batches, batchgrid, cards, inputs, live, loaders, rivals

st.title("Batch", anchor=False)
left, right = st.columns([3, 1])
with left:
    run = inputs.choose_run("batch")
live.watch(run, "batch", cards.progress_lines)
cycle = inputs.choose_cycle(run, "batch", picked_only=True, where=right)
pool = loaders.pool(run, cycle)
batches.show_summary(run, cycle, pool)
batchgrid.show_batch(run, cycle)
rivals.show_rivals(run, cycle)
batches.show_distribution(run, cycle, pool)
batches.show_exports(run, cycle)
