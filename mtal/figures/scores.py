"""Why an image stands where it stands: its task scores among the pool's, and the score distribution with the cut-off."""
import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import OPEN, PICKED, figure, hatched

BINS = 40
MEMBER = "rgba(0,114,178,0.45)"
TASK = "#0072B2"


def pool_percentile(pool: pd.Series, value: float) -> float:
    """Share of the pool's values below `value` in percent, equal ones counted half. NaN if nothing can be compared."""
    known = pool.to_numpy(dtype=float)
    known = known[np.isfinite(known)]
    if not len(known) or not np.isfinite(value):
        return float("nan")
    return float(100 * ((known < value).sum() + (known == value).sum() / 2) / len(known))


def task_bars(rows: pd.DataFrame, view: str) -> go.Figure:
    """Bars of one image, all on the pool's percentile so that tasks of different units stand side by side.

    Columns: label, percentile (0..100), text (the value with its unit), kind ("task" for s_k, "member" for m_{k,l}),
    speaks (the member that gave the task score, or the task that gave the image's score). Drawn from top to bottom.
    """
    drawn = figure("Percentile among the unlabelled pool (%)", "", view, height_px=70 + 30 * len(rows))
    tasks = (rows["kind"] == "task").to_numpy()
    drawn.add_bar(
        x=rows["percentile"], y=list(range(len(rows))), orientation="h", showlegend=False,
        text=[f"<b>{text} ◀</b>" if speaks else text for text, speaks in zip(rows["text"], rows["speaks"], strict=True)],
        textposition="outside", cliponaxis=False,
        width=np.where(tasks, 0.85, 0.55),
        marker=hatched([PICKED if speaks and task else TASK if task else MEMBER
                        for speaks, task in zip(rows["speaks"], tasks, strict=True)],
                       ["/" if speaks else "" for speaks in rows["speaks"]]),
        customdata=rows["label"], hovertemplate="%{customdata}<br>%{text}<br>percentile %{x:.0f}<extra></extra>")
    drawn.update_yaxes(autorange="reversed", tickmode="array", tickvals=list(range(len(rows))), showgrid=False,
                       ticktext=[f"<b>{label}</b>" if task else label for label, task in zip(rows["label"], tasks, strict=True)])
    drawn.update_xaxes(range=[0, 145], tickvals=[0, 25, 50, 75, 100])  # room for the values beside full bars
    return drawn


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
