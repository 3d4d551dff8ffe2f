"""Launch: plan a run or a comparison of strategies over seeds, see its cost, and start it."""

import streamlit as st

from mtal.config import SELECTION
from mtal.ui.launch import plan_form, plan_summary, settings_form

st.title("Launch")
plan_form.begin_form()
to_change = plan_form.copied()
plan_form.presets()
wrong, cells = plan_form.read_plan()

plan, outcome = st.columns([5, 3], gap="large")
for number, (section, names) in enumerate(settings_form.sections().items(), start=1):
    with plan.container(border=True, key=f"launch.section.{number}"):
        st.markdown(f"##### {section}")
        if section == SELECTION:
            plan_form.strategies_and_seeds(wrong)
        plan_form.fields(section, names, wrong, to_change)

with outcome.container(key="launch.outcome"):
    plan_summary.summary(wrong, cells)
    plan_summary.yaml_view(cells)
