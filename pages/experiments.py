"""Experiments: one plan of strategies x seeds x variants as a whole, its runs, and who wins so far."""
import streamlit as st

st.title("Experiments", anchor=False)
