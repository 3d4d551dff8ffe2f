"""Experiments: one plan of strategies x seeds x variants as a whole, how its runs stand, and who wins so far."""

import streamlit as st

from mtal.ui import live, loaders
from mtal.ui.experiments import extend, leaderboard, overview

st.title("Experiments", anchor=False)
found = loaders.experiments()
overview.say_damaged()
if not found:
    overview.say_what()
    st.stop()
experiment = overview.choose(found)
if experiment is None:
    overview.show_list(found)
    st.stop()

overview.show_header(experiment)
states = experiment.states()
overview.show_buttons(experiment, states)
live.watch_experiment(experiment, states, overview.show_state)
overview.show_broken(experiment, states)
extend.show(experiment)

st.subheader("Results so far", anchor=False)
rows = leaderboard.curve_rows(experiment)
if rows.empty:
    overview.say_no_points(states)
    st.stop()
task = leaderboard.show_curves(rows, experiment)
leaderboard.show_standing(experiment, rows, task)
leaderboard.download(loaders.experiment_metrics(experiment), experiment)
