"""Data: connect a folder, check it, and look at what it holds."""
import streamlit as st

from mtal.ui import checks, live

st.title("Data")
config, folder = checks.choose_folder()
checks.check_bar(config, folder)
live.watch_check(folder)
checks.why_not_checked(folder)

report = folder.report()
if report is None:
    st.info("A check reads every image and label once, in the background: sizes, labels per task, broken files, copies in both "
            "splits. It also makes the thumbnails.", icon=":material/fact_check:")
    st.stop()
checks.summary(report)
checks.problems(report)
checks.labels(report)
checks.samples(folder, report)
