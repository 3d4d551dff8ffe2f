"""How well the labelled images cover the pool, drawn and in words."""

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count, figures
from mtal.figures.coverage import coverage_chart
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.components.chart import show_figure


def show_coverage(run: Run, cycle: int) -> None:
    """A chart over all cycles, and a sentence about this one; what is missing where no distances were stored."""
    st.subheader("How well is the pool covered?", anchor=False)
    rows = loaders.coverage(run)
    here = rows[rows["cycle"] == cycle].set_index("when")
    if not {"before", "after"} <= set(here.index):
        st.caption(
            "This cycle stored no distances to the labelled images: it has no embedding, every image is labelled, or an "
            "earlier version made it."
        )
        return
    chart, words = st.container(key="wraps.coverage").columns([3, 2])
    with chart:
        show_figure(
            coverage_chart(rows, f"{run.name}/coverage"),
            rows,
            f"{run.name}-coverage",
            f"How well the labelled images cover the pool · {run.name}",
            "map.coverage",
            _sentence(here, cycle),
        )
    with words:
        st.markdown(_sentence(here, cycle))
        st.caption(
            "Distances in the embedding, without a unit, of the images that stay unlabelled. If the farthest is far above "
            "the rest, some kinds of images have no labelled one like them. An embedding is trained anew in each cycle: "
            "compare before and after, not one cycle with another."
        )


def _sentence(here: pd.DataFrame, cycle: int) -> str:
    """Columns: median, p95, most, images; a row "before" and a row "after"."""
    parts = [
        f"{name} {figures(here[column]['before'])} → {figures(here[column]['after'])}"
        for column, name in (
            ("median", "half of them are nearer than"),
            ("p95", "95 of 100 nearer than"),
            ("most", "the farthest is at"),
        )
    ]
    return (
        f"The batch of cycle {cycle} brings the other {count(int(here['images']['after']), 'unlabelled image')} closer to a "
        f"labelled one: {', '.join(parts)}."
    )
