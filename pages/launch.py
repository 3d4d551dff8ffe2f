"""Launch: plan one run or a comparison of strategies over seeds, see what it will cost, and start it."""
import streamlit as st

from mtal.ui import form, launching

st.title("Launch")
launching.begin_form()
to_change = launching.copied()
launching.presets()
wrong, cells = launching.look()

plan, outcome = st.columns([5, 3], gap="large")
for number, (section, names) in enumerate(form.sections().items(), start=1):
    with plan.container(border=True, key=f"launch.section.{number}"):
        st.markdown(f"##### {section}")
        if section == launching.SELECTION:
            launching.strategies_and_seeds(wrong)
        launching.fields(section, names, wrong, to_change)

with outcome.container(key="launch.outcome"):
    launching.summary(wrong, cells)
    launching.yaml_view(cells)
