"""Jobs: runs that are running, waiting or ended; stop, force stop and resume."""

import streamlit as st

from mtal.runs.jobs.status import Status
from mtal.ui import live, loaders
from mtal.ui.components import damaged_runs
from mtal.ui.run import job_list

MANY = 4  # more ended runs than this have cards without advice and log

st.title("Jobs")
runs = loaders.runs()
if not runs:
    st.info("Nothing has been started yet.", icon=":material/work_history:")
    if st.button("Start the first run", key="jobs.launch", type="primary"):
        st.switch_page("pages/launch.py")
    st.stop()

groups = job_list.by_status(runs)
running, queued = groups[Status.RUNNING], groups[Status.QUEUED]
broken = groups[Status.INTERRUPTED] + groups[Status.FAILED]
resting = groups[Status.STOPPED] + groups[Status.NEW]
job_list.counts(groups)

if running:
    st.subheader("Running")
    for run in running:
        job_list.job_card(run)
if queued:
    st.subheader("Waiting")
    st.caption("Runs start in this order.")
    live.watch(queued, key="jobs.queue", draw=None)
    job_list.queue_rows(queued)
if broken:
    st.subheader("Ended without a result")
    if len(groups[Status.INTERRUPTED]) > 1:
        job_list.resume_all(groups[Status.INTERRUPTED])
    for run in broken:
        job_list.ended_card(run, brief=len(broken + resting) > MANY)
if resting:
    st.subheader("Stopped")
    for run in resting:
        job_list.ended_card(run, brief=len(broken + resting) > MANY)
if groups[Status.FINISHED]:
    st.subheader("Finished")
    job_list.run_rows(groups[Status.FINISHED], "jobs")
damaged_runs.say_damaged_runs()
