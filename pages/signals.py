"""Signals: how well each ranked the unlabelled images by their true loss, per task and cycle."""

import streamlit as st

from mtal.figures.signal_quality import quality_curve, quality_heatmap
from mtal.ui import inputs, live, loaders
from mtal.ui.components import run_progress
from mtal.ui.components.chart import show_figure
from mtal.ui.run import pair_blocks, signal_quality, worth

st.title("Signals", anchor=False)
left, right = st.columns([3, 1])
with left:
    run = inputs.choose_run("signals")
live.watch(run, "signals", run_progress.progress_lines)
if signal_quality.say_why_none(run):
    worth.show_worth(run)
    st.stop()
cycle = inputs.choose_cycle(run, "signals", picked_only=True, where=right)
quality = loaders.quality(run, cycle)
titles = signal_quality.titles(run)
st.markdown(signal_quality.verdict(quality, run.tasks))
st.caption(signal_quality.ABOUT)
pair_blocks.warn(run, cycle)

joined, view = signal_quality.choose_view()
if view == "table":
    table = signal_quality.table(quality, run.tasks)
    signal_quality.show_table(table, "signals.table", f"Signals of cycle {cycle}")
else:
    task_titles = {task.name: task.title for task in run.tasks}
    show_figure(
        quality_heatmap(quality, task_titles, f"{run.name}/{cycle}", joined),
        quality,
        f"{run.name}-signals-{cycle}",
        f"Rank correlation with the true loss in cycle {cycle} · {run.name}",
        "signals.heatmap",
        signal_quality.verdict(quality, run.tasks),
    )

st.subheader("Over the cycles", anchor=False)
all_cycles = loaders.qualities(run)
task = inputs.choose(
    "Task", list(titles), "signals", "task", lambda name: titles[name], follows=False
)
show_figure(
    quality_curve(all_cycles, task, titles[task], run.name, joined),
    all_cycles,
    f"{run.name}-signals",
    f"Rank correlation with the true loss, {titles[task]} · {run.name}",
    "signals.curve",
    f"Rank correlation of each signal with the true loss of {titles[task]}, cycle by cycle",
)
worth.show_worth(run, task)
