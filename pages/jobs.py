"""Jobs: what runs, what waits, what ended; stop, end and resume."""
import streamlit as st

from mtal.runs.status import Status
from mtal.ui import joblist, live, loaders

MANY = 4                                                    # from here on, cards without advice and log

st.title("Jobs")
runs = loaders.runs()
if not runs:
    st.info("Nothing has been started yet.", icon=":material/work_history:")
    if st.button("Start the first run", key="jobs.launch", type="primary"):
        st.switch_page("pages/launch.py")
    st.stop()

groups = joblist.by_status(runs)
running, queued = groups[Status.RUNNING], groups[Status.QUEUED]
broken = groups[Status.INTERRUPTED] + groups[Status.FAILED]
resting = groups[Status.STOPPED] + groups[Status.NEW]
joblist.counts(groups)

if running:
    st.subheader("Running")
    for run in running:
        joblist.job_card(run)
if queued:
    st.subheader("Waiting")
    st.caption("Every run has its worker at once; the one that came first takes the device next.")
    live.watch(queued, key="jobs.queue", draw=None)
    joblist.queue_rows(queued)
if broken:
    st.subheader("Ended without a result")
    if len(groups[Status.INTERRUPTED]) > 1:
        joblist.resume_all(groups[Status.INTERRUPTED])
    for run in broken:
        joblist.ended_card(run, brief=len(broken + resting) > MANY)
if resting:
    st.subheader("Stopped")
    for run in resting:
        joblist.ended_card(run, brief=len(broken + resting) > MANY)
if groups[Status.FINISHED]:
    st.subheader("Finished")
    joblist.run_rows(groups[Status.FINISHED], "jobs")
joblist.damaged_runs()
