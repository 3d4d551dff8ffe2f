"""The paper's Figures 4 and 5, redrawn from its printed tables, with the numbers that follow from them."""
import streamlit as st

from mtal.ui import paper

st.title("Published results", anchor=False)
rows, dataset, reading = paper.choose()
paper.show_charts(rows, dataset, reading)
paper.show_numbers(rows)
paper.show_tests(rows, reading)
