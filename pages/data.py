"""Data: connect a folder, check it, and look at what it holds."""
from functools import partial

import streamlit as st

from mtal.ui import checks, copies, findings, inputs, labels, live, samples

st.title("Data")
config, folder = checks.choose_folder()
checks.check_bar(config, folder)
live.watch_check(folder)
checks.why_not_checked(folder)
report = checks.report_of(config, folder)
findings.summary(report)
checks.about(report)

VIEWS = {"overview": ("Overview", findings.overview), "problems": ("Problems", findings.problems),
         "copies": ("Copies", copies.copies), "labels": ("Labels", labels.labels), "images": ("Images", samples.samples)}
view = inputs.choose("View", list(VIEWS), "data", "view", lambda name: VIEWS[name][0], follows=False,
                     widget=partial(st.segmented_control, required=True, label_visibility="collapsed"))
VIEWS[view][1](folder, report)
