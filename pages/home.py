"""Home: living runs, ways to start, recent runs, and the state of this installation."""

import streamlit as st

from mtal.runs.jobs.status import Status
from mtal.ui import live, loaders
from mtal.ui.components import damaged_runs, run_cards
from mtal.ui.home import example
from mtal.ui.launch import start
from mtal.ui.run import job_list, machine
from mtal.ui.text import plain

RECENT = 8

st.title("Home")
st.markdown(
    "Choose which images to label next for **several tasks together**, see **why** each was "
    "chosen, and measure what it saved against random choice."
)
runs = loaders.runs()
own, finished_example = [run for run in runs if not run.is_example], example.example()
living = [run for run in runs if run.status.alive]

if living:
    st.subheader("Running now")
    live.watch(living, key="home")
    with st.container(horizontal=True):
        for run in [run for run in living if run.status is Status.RUNNING] or living[:1]:
            st.page_link(
                "pages/run.py",
                label=f"Watch {run_cards.short_title(run)}",
                icon=":material/visibility:",
                query_params={"run": run.name},
            )
        st.page_link("pages/jobs.py", label="All jobs", icon=":material/work_history:")

if finished_example:
    example.show_example(finished_example)
st.subheader("Start here")
demo, simulate, look = st.columns(3)
with demo.container(border=True, height="stretch"):
    st.markdown("##### :material/play_circle: Run the demo")
    st.markdown(example.DEMO_TEXT)
    label = example.demo_label(finished_example)
    if st.button(label, key="home.demo", type="secondary" if own else "primary"):
        example.run_demo()
    if not finished_example:
        example.offer_example()
with simulate.container(border=True, height="stretch"):
    st.markdown("##### :material/science: Simulate")
    st.markdown(
        "A data set whose labels you have: reveal them step by step, and compare strategies over "
        "several seeds."
    )
    if st.button("Plan a simulation", key="home.simulate"):
        st.switch_page("pages/launch.py")
with look.container(border=True, height="stretch"):
    st.markdown("##### :material/photo_library: Look at your data")
    st.markdown(
        "Connect a folder and check it: sizes, labels per task, broken files, copies across the "
        "splits."
    )
    if st.button("Connect a folder", key="home.data"):
        st.switch_page("pages/data.py")

if own:
    st.subheader("Recent runs")
    job_list.run_rows(own[:RECENT], "home")
    if len(runs) > RECENT:
        st.page_link(
            "pages/jobs.py", label=f"All {len(runs)} runs", icon=":material/arrow_forward:"
        )
damaged_runs.say_damaged_runs()

st.divider()
data, folder = ", ".join(map(plain, start.available_data())), loaders.store().folder
st.caption(
    f":material/database: ready without a folder: {data} · "
    f":material/memory: {plain(machine.device_text())} · "
    f":material/hard_drive: runs in {plain(str(folder))}, {machine.disk_text(folder)}"
)
