"""Request pictures of an image that has none; progress and failure of the job that draws them."""

import streamlit as st

from mtal.config import ConfigError
from mtal.runs.jobs.status import Status
from mtal.runs.store.render_requests import RenderRequests
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.guard import guarded
from mtal.ui.text import plain, time_left

EVERY_S = 1
LINES = 20
NO_NETWORK = "It cannot be drawn now: the network of this cycle is no longer in the run folder."
NO_NETWORK_IN_EXAMPLE = (
    "The example carries no networks, so no more of its images can be drawn. In a run of your own, "
    "every image can."
)


def show_render_request(run: Run, cycle: int, image: int) -> None:
    """Say why the image has no pictures, and draw the button, the progress or the failure."""
    requests = RenderRequests(run, cycle)
    if image in requests.pending() and requests.status.alive:
        _watch(run, cycle, image)
        return
    st.caption(_why_none(run, cycle))
    if not run.cycle(cycle).network.exists():
        st.caption(NO_NETWORK_IN_EXAMPLE if run.is_example else NO_NETWORK)
        return
    if image in requests.pending() and requests.status is not Status.NEW:
        _say_what_failed(requests)
    st.button(
        "Draw it",
        key="inspect.draw",
        icon=":material/brush:",
        type="primary",
        on_click=_ask,
        args=(run, cycle, image),
        help="A job loads the network of this cycle, and stores pictures of this image with the "
        "run. It takes some seconds, longer while a run is at work.",
    )


def _why_none(run: Run, cycle: int) -> str:
    if not loaders.evidence(run, cycle):
        return "No pictures were drawn in this cycle."
    return (
        "No pictures were drawn for this image: they are stored for the picked images and a few "
        "near misses only."
    )


def _ask(run: Run, cycle: int, image: int) -> None:
    try:
        RenderRequests(run, cycle).add([image])  # a job at work takes this image as well
    except (ConfigError, OSError) as error:
        st.toast(plain(f"It cannot be drawn: {error}"), icon=":material/error:")


def _watch(run: Run, cycle: int, image: int) -> None:
    """Draw the progress of the job, and the page anew once it has drawn the image or has ended."""

    @st.fragment(run_every=EVERY_S, key="inspect.drawing")
    @guarded
    def progress() -> None:
        requests = RenderRequests(run, cycle)
        if image in loaders.drawn(run, cycle) or not requests.status.alive:
            st.rerun()
        now = requests.progress()
        if requests.status is Status.QUEUED:
            st.progress(0.0, "Starting the job that draws.")
        elif now is None:
            st.progress(0.0, "Loading the network of this cycle.")
        else:
            st.progress(
                min(1.0, now.fraction), f"Drawing {now.done:,} of {now.total:,} · {time_left(now)}"
            )

    progress()


def _say_what_failed(requests: RenderRequests) -> None:
    text = "The job ended before it had drawn this image"
    if requests.status is Status.STOPPED:
        text = "The job was stopped"
    reason = requests.result.get("reason", "")
    if reason:
        text += f": {plain(str(reason))}"
    st.error(f"{text}. Try again, or look at what it printed.", icon=":material/error:")
    lines = requests.log_tail()
    if lines:
        with st.expander("Last lines of the log"):
            st.code("\n".join(lines[-LINES:]), language=None, wrap_lines=True)
