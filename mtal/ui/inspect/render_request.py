"""An image without pictures: a button that asks for them, the progress of the job that draws them, and what went wrong."""

import streamlit as st

from mtal.config import ConfigError
from mtal.runs.jobs.status import Status
from mtal.runs.store.render_requests import Looks
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.text import plain, time_left

EVERY_S = 1
LINES = 20


def show_way_to_pictures(run: Run, cycle: int, image: int) -> None:
    """Of an image that was not drawn: why, and the button, the progress or the failure."""
    looks = Looks(run, cycle)
    if image in looks.asked() and looks.status.alive:
        _watch(run, cycle, image)
        return
    st.caption(_why_none(run, cycle))
    if not run.cycle(cycle).network.exists():
        st.caption(
            "It cannot be drawn now: the network of this cycle is not in the run folder any more."
        )
        return
    if image in looks.asked() and looks.status is not Status.NEW:
        _say_what_failed(looks)
    st.button(
        "Draw it",
        key="inspect.draw",
        icon=":material/brush:",
        type="primary",
        on_click=_ask,
        args=(run, cycle, image),
        help="A job loads the network of this cycle, and keeps the pictures of this image with the run. "
        "It takes some seconds, longer where a run is at work.",
    )


def _why_none(run: Run, cycle: int) -> str:
    if not loaders.evidence(run, cycle):
        return "No pictures were drawn in this cycle."
    return "No pictures were drawn for this image: they are stored for the picked images and a few near misses only."


def _ask(run: Run, cycle: int, image: int) -> None:
    try:
        Looks(run, cycle).ask([image])  # False: the job is at work and takes this image too
    except (ConfigError, OSError) as error:
        st.toast(plain(f"It cannot be drawn: {error}"), icon=":material/error:")


def _watch(run: Run, cycle: int, image: int) -> None:
    """Progress while the job lives; the page is redrawn when the pictures are there or the job is over."""

    @st.fragment(run_every=EVERY_S, key="inspect.drawing")
    def progress() -> None:
        looks = Looks(run, cycle)
        if image in loaders.drawn(run, cycle) or not looks.status.alive:
            st.rerun()
        now = looks.progress()
        if looks.status is Status.QUEUED:
            st.progress(0.0, "Starting the job that draws.")
        elif now is None:
            st.progress(0.0, "Loading the network of this cycle.")
        else:
            st.progress(
                min(1.0, now.fraction), f"Drawing {now.done:,} of {now.total:,} · {time_left(now)}"
            )

    progress()


def _say_what_failed(looks: Looks) -> None:
    reason = looks.result.get("reason", "")
    how = (
        "was stopped" if looks.status is Status.STOPPED else "ended before it had drawn this image"
    )
    st.error(
        f"The job {how}{f': {plain(str(reason))}' if reason else ''}. Try again, or look at what it printed.",
        icon=":material/error:",
    )
    lines = looks.log_tail()
    if lines:
        with st.expander("Last lines of the log"):
            st.code("\n".join(lines[-LINES:]), language=None, wrap_lines=True)
