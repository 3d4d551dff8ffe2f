"""Help: glossary, strategies, formulas, keys, versions."""

import streamlit as st

from mtal.locations import ASSETS
from mtal.ui.components import strategy_cards

st.title("Help")
glossary, strategies, formulas, keys, about = st.tabs(
    ["Glossary", "Strategies", "Formulas", "Keys", "About"], key="help.tabs"
)
with glossary:
    st.markdown((ASSETS / "glossary.md").read_text(encoding="utf-8"))
with strategies:
    strategy_cards.strategy_cards()
with formulas:
    st.markdown((ASSETS / "formulas.md").read_text(encoding="utf-8"))
with keys:
    st.markdown((ASSETS / "keys.md").read_text(encoding="utf-8"))
with about:
    st.markdown(
        "*Active Learning with Task Consistency and Diversity in Multi-Task Networks* (Hekimoglu, "
        "Schmidt, Marcos-Ramiro, WACV 2024), implemented anew from its supplement."
    )
    st.markdown("A copied address shows the same page to everybody who can open it.")
    strategy_cards.version_table()
