"""Experiments: one plan of strategies x seeds x variants as a whole, how its runs stand, and who wins so far."""

import streamlit as st

from mtal.ui import experiments, extending, live, loaders, standings

st.title("Experiments", anchor=False)
found = loaders.experiments()
experiments.say_damaged()
if not found:
    experiments.say_what()
    st.stop()
experiment = experiments.choose(found)
if experiment is None:
    experiments.show_list(found)
    st.stop()

experiments.show_header(experiment)
states = experiment.states()
experiments.show_buttons(experiment, states)
live.watch_experiment(experiment, states, experiments.show_state)
experiments.show_broken(experiment, states)
extending.show(experiment)

st.subheader("Results so far", anchor=False)
rows = standings.curve_rows(experiment)
if rows.empty:
    experiments.say_no_points(states)
    st.stop()
task = standings.show_curves(rows, experiment)
standings.show_standing(experiment, rows, task)
standings.download(loaders.experiment_metrics(experiment), experiment)
