"""Data: connect a folder, check it, and look at its images and labels."""

from functools import partial

import streamlit as st

from mtal.ui import inputs, live
from mtal.ui.data import check, duplicates, findings, images, labels

st.title("Data")
config, folder = check.choose_folder()
check.check_bar(config, folder)
live.watch_check(folder)
check.why_not_checked(folder)
report = check.report_of(config, folder)
findings.summary(report)
check.about(report)

VIEWS = {
    "overview": ("Overview", findings.show_overview),
    "problems": ("Problems", findings.show_problems),
    "copies": ("Copies", duplicates.show_duplicates),
    "labels": ("Labels", labels.show_labels),
    "images": ("Images", images.show_images),
}
view = inputs.choose(
    "View",
    list(VIEWS),
    "data",
    "view",
    lambda name: VIEWS[name][0],
    follows=False,
    widget=partial(st.segmented_control, required=True, label_visibility="collapsed"),
)
VIEWS[view][1](folder, report)
