"""The batch of one cycle: tiles or a table, reviews, near misses, scores of the pool, exports."""

import streamlit as st

from mtal.ui import inputs, live, loaders
from mtal.ui.batch import grid, other_strategies, summary
from mtal.ui.components import run_progress

st.title("Batch", anchor=False)
left, right = st.columns([3, 1])
with left:
    run = inputs.choose_run("batch")
live.watch(run, "batch", run_progress.progress_lines)
cycle = inputs.choose_cycle(run, "batch", picked_only=True, where=right)
pool = loaders.pool(run, cycle)
summary.show_summary(run, cycle, pool)
summary.show_redundancy(run, cycle)
grid.show_batch(run, cycle)
other_strategies.show_other_strategies(run, cycle)
summary.show_distribution(run, cycle, pool)
summary.show_exports(run, cycle)
