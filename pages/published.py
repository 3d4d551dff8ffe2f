"""The paper's Figures 4 and 5, redrawn from its printed tables, with areas, budgets and tests."""

import streamlit as st

from mtal.ui.curves import published

st.title("Published results", anchor=False)
rows, dataset, reading = published.choose()
published.show_charts(rows, dataset, reading)
published.show_numbers(rows)
published.show_tests(rows, reading)
