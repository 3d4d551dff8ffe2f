"""A picked batch: its summary, the score distribution of the pool, and exports."""

from functools import partial

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mtal.analysis.numbers import count, figures
from mtal.analysis.text.pick_reason import candidate_word
from mtal.analysis.text.redundancy import batch_text, limits_text
from mtal.export.registry import EXPORTERS
from mtal.figures.scores import score_bins, score_distribution
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.components.chart import show_figure
from mtal.ui.text import plain


def show_summary(run: Run, cycle: int, pool: pd.DataFrame) -> None:
    """Say how many images and labels were picked, and the cut-off or that there are no scores."""
    picks, free = int(pool["picked"].sum()), int(pool["open"].sum())
    title = plain(run.strategy_title)
    text = (
        f"**{title}** picked {count(picks, 'image')} of {free:,} {candidate_word(pool)} in cycle "
        f"{cycle}, {count(len(run.picked(cycle)), 'task label')}."
    )
    if "score" not in pool:
        st.markdown(text)
        message = "This strategy stored no scores."
        if "turn" in pool:
            message = (
                "One image from each cluster, the one nearest to its centre: there are turns, no "
                "scores."
            )
        if run.config.strategy == "random":
            message = (
                "Random gives every unlabelled image the same chance: there are no scores to sort "
                "by, and nothing to explain."
            )
        st.info(message, icon=":material/casino:")
        return
    cut = f"Cut-off: score {figures(float(pool['cutoff'].iloc[0]))}." if "cutoff" in pool else ""
    st.markdown(f"{text} {plain(cut)}")


def show_redundancy(run: Run, cycle: int) -> None:
    """Say how many near-duplicates and sequences the batch has, and whether it exceeds limits."""
    rows = loaders.redundancies(run)
    row = rows[rows["cycle"] == cycle].iloc[0]
    if text := batch_text(row):
        st.caption(text)
    if beyond := limits_text(row):
        st.warning(beyond, icon=":material/content_copy:")


def show_distribution(run: Run, cycle: int, pool: pd.DataFrame) -> None:
    """Draw a histogram of the scores of the unlabelled pool; nothing where there are none."""
    if "score" not in pool:
        return
    st.subheader("Scores of the pool", anchor=False)
    show_figure(
        score_distribution(pool, f"{run.name}/{cycle}"),
        score_bins(pool),
        f"{run.name}-scores-{cycle}",
        f"Scores of the pool in cycle {cycle} · {run.name}",
        "batch.scores",
        f"Histogram of the scores of the unlabelled pool in cycle {cycle}, with the cut-off",
    )


def show_exports(run: Run, cycle: int) -> None:
    """Offer a download per format; a file is built when its button is pressed."""
    st.subheader("Export", anchor=False)
    columns: list[DeltaGenerator] = []
    for exporter in EXPORTERS.values():
        if not columns:
            columns = list(st.columns(3))
        with columns.pop(0).container(border=True, height="stretch"):
            st.markdown(f"**{plain(exporter.title)}**  \n{plain(exporter.about)}")
            st.download_button(
                "Download",
                partial(exporter.write, run, cycle),
                f"{run.name}-cycle{cycle}-{exporter.file}",
                exporter.mime,
                key=f"batch.export.{exporter.name}",
                icon=":material/download:",
                on_click="ignore",
            )
