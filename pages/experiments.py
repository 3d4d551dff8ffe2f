"""Experiments: a plan of strategies x seeds x variants, the state of its runs, and who leads."""

import streamlit as st

from mtal.ui import live, loaders
from mtal.ui.experiments import extend, leaderboard, overview, run_buttons

st.title("Experiments", anchor=False)
experiments = loaders.experiments()
overview.say_damaged()
if not experiments:
    overview.introduce()
    st.stop()
experiment = overview.choose(experiments)
if experiment is None:
    overview.show_list(experiments)
    st.stop()

overview.show_header(experiment)
states = experiment.states()
run_buttons.show_buttons(experiment, states)
live.watch_experiment(experiment, states, overview.show_state)
run_buttons.show_broken(experiment, states)
extend.show(experiment)

st.subheader("Results so far", anchor=False)
rows = leaderboard.curve_rows(experiment)
if rows.empty:
    overview.say_no_points(states)
    st.stop()
task = leaderboard.show_curves(rows, experiment)
leaderboard.show_ranking(experiment, rows, task)
leaderboard.show_downloads(loaders.experiment_metrics(experiment), experiment)
