"""Coverage: how far the unlabelled images are from the nearest labelled one."""

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count, figures
from mtal.analysis.text.embedding import TITLES
from mtal.figures.coverage import coverage_chart
from mtal.runs.store.run import FROZEN, Run
from mtal.ui import loaders
from mtal.ui.components.chart import show_figure


def show_coverage(run: Run, cycle: int) -> None:
    """Draw a chart over all cycles and a sentence about this one, or say why there is none."""
    st.subheader("How well is the pool covered?", anchor=False)
    rows = loaders.coverage(run)
    distances = rows[rows["cycle"] == cycle].set_index("when")
    if not {"before", "after"} <= set(distances.index):
        st.caption(
            "This cycle stored no distances to the labelled images: it has no embedding, every "
            "image is labelled, or it was made by an earlier version."
        )
        return
    left, right = st.container(key="wraps.coverage").columns([3, 2])
    with left:
        show_figure(
            coverage_chart(rows, f"{run.name}/coverage"),
            rows,
            f"{run.name}-coverage",
            f"How well the labelled images cover the pool · {run.name}",
            "map.coverage",
            coverage_text(distances, cycle),
        )
    with right:
        st.markdown(coverage_text(distances, cycle))
        st.caption(
            f"Distances in {TITLES[run.facts.embedding]}, without a unit, of the images that stay "
            "unlabelled. If the largest is far above the rest, some kinds of images have no "
            f"labelled one like them. {_across_cycles(run)}"
        )


def _across_cycles(run: Run) -> str:
    if run.facts.embedding == FROZEN:
        return "The feature is the same in all cycles, so cycles can be compared."
    return (
        "It is measured anew in each cycle: compare before and after, not one cycle with another."
    )


def coverage_text(distances: pd.DataFrame, cycle: int) -> str:
    """One sentence on the batch of a cycle.

    distances: the columns median, p95, most, images and closer; a row "before" and a row "after".
    """
    parts = [
        f"{name} {figures(distances[column]['before'])} → {figures(distances[column]['after'])}"
        for column, name in (("median", "median"), ("p95", "95th percentile"), ("most", "largest"))
    ]
    images = count(int(distances["images"]["after"]), "other unlabelled image")
    closer = int(distances["closer"]["after"])
    return (
        f"The batch of cycle {cycle} is nearer to {closer:,} of {images} than what was labelled "
        f"before. "
        f"Distance to the nearest labelled image: {', '.join(parts)}."
    )
