"""An image without pictures: why it has none."""
import streamlit as st

from mtal.runs.run import Run
from mtal.ui import loaders


def show_way_to_pictures(run: Run, cycle: int, image: int) -> None:
    """Of an image that was not drawn: why."""
    if not loaders.evidence(run, cycle):
        st.caption("No pictures were drawn in this cycle.")
    else:
        st.caption("No pictures were drawn for this image: they are stored for the picked images and a few near misses only.")
