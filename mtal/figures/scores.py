"""Why an image stands where it stands: percentiles among the pool, and the score distribution with the cut-off."""
import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import OPEN, PICKED, figure, hatched

BINS = 40
TASK = "#0072B2"


def pool_percentile(pool: pd.Series, value: float) -> float:
    """Share of the pool's values below `value` in percent, equal ones counted half. NaN if nothing can be compared."""
    known = pool.to_numpy(dtype=float)
    known = known[np.isfinite(known)]
    if not len(known) or not np.isfinite(value):
        return float("nan")
    return float(100 * ((known < value).sum() + (known == value).sum() / 2) / len(known))


def score_distribution(pool: pd.DataFrame, view: str, marked: float | None = None) -> go.Figure:
    """Histogram of the unlabelled pool's scores, with the cut-off and one image's score.

    Columns: score, picked, open, cutoff. Picked and other images differ by colour and by hatching.
    """
    rows = pool[pool["open"] & np.isfinite(pool["score"])]
    drawn = figure("Score (higher is labelled first)", "Images", view, height_px=280)
    if rows.empty:
        return drawn
    edges = np.histogram_bin_edges(rows["score"], bins=BINS)     # counted here: the browser drops values at the last edge
    for name, chosen, colour, shape in (("not picked", ~rows["picked"], OPEN, ""), ("picked", rows["picked"], PICKED, "/")):
        counts, _ = np.histogram(rows.loc[chosen, "score"], bins=edges)
        drawn.add_bar(x=(edges[:-1] + edges[1:]) / 2, y=counts, width=np.diff(edges), name=f"{name} ({int(chosen.sum())})",
                      marker=hatched(colour, shape), customdata=np.column_stack([edges[:-1], edges[1:]]),
                      hovertemplate=f"{name}: %{{y}} images<br>score %{{customdata[0]:.3g}} to %{{customdata[1]:.3g}}"
                                    "<extra></extra>")
    drawn.update_layout(barmode="stack", legend={"traceorder": "normal"})
    cutoff = float(rows["cutoff"].iloc[0]) if "cutoff" in rows else float("nan")
    if np.isfinite(cutoff):
        drawn.add_vline(x=cutoff, line={"dash": "dash", "width": 2, "color": PICKED},
                        annotation_text=f"cut-off {cutoff:.3g}", annotation_position="top right")
    if marked is not None and np.isfinite(marked):
        drawn.add_vline(x=marked, line={"width": 3, "color": TASK}, annotation_text=f"this image {marked:.3g}",
                        annotation_position="bottom right")
    return drawn
