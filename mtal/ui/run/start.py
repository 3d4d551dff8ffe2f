"""The start of a run: how its images were chosen, how well they cover the pool, and exports."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count
from mtal.analysis.statistics.start_cover import StartCover, start_cover
from mtal.analysis.statistics.varied_order import varied
from mtal.analysis.text.start import chosen_text, cover_text
from mtal.export.registry import START_EXPORTERS
from mtal.pool_columns import SEQUENCE
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.components.image_table import show_thumbnail
from mtal.ui.loaders import kept
from mtal.ui.text import plain

STRIP = 8


def show_start(run: Run) -> None:
    """Draw some images of the start and what is known of it; nothing before it is chosen."""
    facts = run.facts
    if not facts.start:
        return
    st.subheader("Start", anchor=False)
    text = chosen_text(run)
    if run.paths.frozen.exists() and len(facts.start) < len(facts.pool):
        text += f" {cover_text(_cover(run, facts.start))}"
    st.markdown(plain(text))
    shown = varied(facts.start, _sequences(run), STRIP)
    for column, image in zip(st.columns(STRIP, gap="small"), shown, strict=False):
        with column:
            show_thumbnail(run, facts.pool[image])
            st.caption(plain(facts.pool[image]))
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(facts.start) > len(shown):
            st.caption(f"{len(shown)} of {count(len(facts.start), 'image')}.")
        for exporter in START_EXPORTERS.values():
            st.download_button(
                exporter.title,
                partial(exporter.write, run, None),
                f"{run.name}-{exporter.file}",
                exporter.mime,
                key=f"run.start.{exporter.name}",
                icon=":material/download:",
                on_click="ignore",
                help=exporter.about,
            )


def _sequences(run: Run) -> list[str] | None:
    """The sequence of each image of the start; None where none is known, as before the first pick.

    Neighbours in the order of the pool are often frames of a walk, which would look like a start
    that repeats itself.
    """
    pool = loaders.pool(run, 0) if run.cycles_done() else pd.DataFrame()
    return pool[SEQUENCE].iloc[list(run.facts.start)].tolist() if SEQUENCE in pool else None


@kept(most=8)
def _cover(run: Run, start: tuple[int, ...]) -> StartCover:
    """How well the start covers the pool by the frozen feature, which must exist."""
    points = run.frozen_feature()
    assert points is not None
    mask = np.zeros(len(points), dtype=bool)
    mask[list(start)] = True
    return start_cover(points, mask)
