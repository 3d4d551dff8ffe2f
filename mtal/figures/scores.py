"""Why an image stands where it stands: percentiles among the pool, and the score distribution with the cut-off."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import OPEN, PICKED, figure, hatched

BINS = 40
TASK = "#0072B2"
BARS = {"not picked": (OPEN, ""), "picked": (PICKED, "/")}  # name -> colour, hatching


def score_bins(pool: pd.DataFrame) -> pd.DataFrame:
    """How many images of the unlabelled pool have a score in each bin. Columns: low, high (of a bin), not picked, picked.

    `pool`: columns score, picked, open. Without a score there is no bin.
    """
    rows = pool[pool["open"] & np.isfinite(pool["score"])]
    if rows.empty:
        return pd.DataFrame(columns=["low", "high", *BARS])
    edges = np.histogram_bin_edges(
        rows["score"], bins=BINS
    )  # counted here: the browser drops values at the last edge
    counts = {
        name: np.histogram(rows.loc[rows["picked"] == (name == "picked"), "score"], bins=edges)[0]
        for name in BARS
    }
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], **counts})


def score_distribution(pool: pd.DataFrame, view: str, marked: float | None = None) -> go.Figure:
    """`score_bins` as a histogram, with the cut-off and one image's score.

    Columns: score, picked, open, cutoff. Picked and other images differ by colour and by hatching.
    """
    bins = score_bins(pool)
    drawn = figure("Score (higher is labelled first)", "Images", view, height_px=280)
    if bins.empty:
        return drawn
    for name, (colour, shape) in BARS.items():
        drawn.add_bar(
            x=(bins["low"] + bins["high"]) / 2,
            y=bins[name],
            width=bins["high"] - bins["low"],
            name=f"{name} ({int(bins[name].sum())})",
            marker=hatched(colour, shape),
            customdata=bins[["low", "high"]].to_numpy(),
            hovertemplate=f"{name}: %{{y}} images<br>score %{{customdata[0]:.3g}} to %{{customdata[1]:.3g}}"
            "<extra></extra>",
        )
    drawn.update_layout(barmode="stack", legend={"traceorder": "normal"})
    rows = pool[pool["open"] & np.isfinite(pool["score"])]
    cutoff = float(rows["cutoff"].iloc[0]) if "cutoff" in rows else float("nan")
    if np.isfinite(cutoff):
        drawn.add_vline(
            x=cutoff,
            line={"dash": "dash", "width": 2, "color": PICKED},
            annotation_text=f"cut-off {cutoff:.3g}",
            annotation_position="top right",
        )
    if marked is not None and np.isfinite(marked):
        drawn.add_vline(
            x=marked,
            line={"width": 3, "color": TASK},
            annotation_text=f"this image {marked:.3g}",
            annotation_position="bottom right",
        )
    return drawn
