"""Charts of a data folder's check: how many images have a label for each task, and which classes cover the pixels."""
import pandas as pd
import plotly.graph_objects as go

from mtal.figures import style

SPLIT_COLOURS = {"pool": "#0072B2", "validation": "#E69F00"}   # Okabe-Ito; the pattern says the same without colour
SPLIT_PATTERNS = {"pool": "", "validation": "/"}
ROW_PX, FRAME_PX = 26, 90


def coverage(rows: pd.DataFrame) -> go.Figure:
    """Share of images with a label, a bar per task and split. Columns used: task, split, images, labelled."""
    made = style.figure("Images with a label (%)", "", "coverage", FRAME_PX + ROW_PX * len(rows))
    for split, part in rows.groupby("split", sort=False):
        share = 100 * part["labelled"] / part["images"].clip(lower=1)
        made.add_bar(
            y=part["task"], x=share, orientation="h", name=str(split),
            marker={"color": SPLIT_COLOURS.get(str(split), style.INK), "pattern": {"shape": SPLIT_PATTERNS.get(str(split), "x")}},
            textposition="outside",
            text=[f"{labelled:,} of {images:,}" for labelled, images in zip(part["labelled"], part["images"], strict=True)],
            hovertemplate="%{y}, %{fullData.name}: %{text} images<extra></extra>")
    made.update_xaxes(range=[0, 130], tickvals=[0, 25, 50, 75, 100])   # room for the words after a full bar
    made.update_yaxes(autorange="reversed")
    return made


def classes(rows: pd.DataFrame, view: str) -> go.Figure:
    """Share of valid pixels per class, the most frequent first. Columns used: class, percent."""
    ordered = rows.sort_values("percent", ascending=False)
    made = style.figure("", "Valid pixels (%)", view)
    made.add_bar(x=ordered["class"], y=ordered["percent"], marker={"color": SPLIT_COLOURS["pool"]},
                 hovertemplate="%{x}: %{y:.2f} % of valid pixels<extra></extra>", showlegend=False)
    made.update_xaxes(type="category", tickmode="linear", tickangle=-60)    # every class is named
    return made
