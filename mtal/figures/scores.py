"""The scores of a pool: their distribution, with the cut-off and the score of one image."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import OPEN, PICKED, figure, hatched

BINS = 40
TASK = "#0072B2"
BARS = {"not picked": (OPEN, ""), "picked": (PICKED, "/")}  # name -> colour, hatching


def score_bins(pool: pd.DataFrame) -> pd.DataFrame:
    """Count the unlabelled images with a score in each bin; no bins without scores.

    Columns of `pool` that are used: score, picked, open. Columns: low, high (of a bin), not picked,
    picked.
    """
    rows = _scored(pool)
    if rows.empty:
        return pd.DataFrame(columns=["low", "high", *BARS])
    # Counted here, since the browser drops values at the last edge.
    edges = np.histogram_bin_edges(rows["score"], bins=BINS)
    counts = {
        name: np.histogram(rows.loc[rows["picked"] == (name == "picked"), "score"], bins=edges)[0]
        for name in BARS
    }
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], **counts})


def score_distribution(pool: pd.DataFrame, view: str, marked: float | None = None) -> go.Figure:
    """Draw `score_bins` as a histogram, with the cut-off and the score `marked` of one image.

    Columns of `pool` that are used: score, picked, open, cutoff. Picked and other images differ by
    colour and by hatching.
    """
    bins = score_bins(pool)
    chart = figure("Score (higher is labelled first)", "Images", view, height_px=280)
    if bins.empty:
        return chart
    for name, (colour, shape) in BARS.items():
        chart.add_bar(
            x=(bins["low"] + bins["high"]) / 2,
            y=bins[name],
            width=bins["high"] - bins["low"],
            name=f"{name} ({int(bins[name].sum())})",
            marker=hatched(colour, shape),
            customdata=bins[["low", "high"]].to_numpy(),
            hovertemplate=f"{name}: %{{y}} images<br>score %{{customdata[0]:.3g}} to "
            "%{customdata[1]:.3g}<extra></extra>",
        )
    chart.update_layout(barmode="stack", legend={"traceorder": "normal"})
    rows = _scored(pool)
    cutoff = float(rows["cutoff"].iloc[0]) if "cutoff" in rows else float("nan")
    if np.isfinite(cutoff):
        chart.add_vline(
            x=cutoff,
            line={"dash": "dash", "width": 2, "color": PICKED},
            annotation_text=f"cut-off {cutoff:.3g}",
            annotation_position="top right",
        )
    if marked is not None and np.isfinite(marked):
        chart.add_vline(
            x=marked,
            line={"width": 3, "color": TASK},
            annotation_text=f"this image {marked:.3g}",
            annotation_position="bottom right",
        )
    return chart


def _scored(pool: pd.DataFrame) -> pd.DataFrame:
    """The open images that have a score."""
    return pool[pool["open"] & np.isfinite(pool["score"])]
