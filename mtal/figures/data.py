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
            text=[f"{labelled:,} of {images:,}" for labelled, images in zip(part["labelled"], part["images"], strict=True)],
            hovertemplate="%{y}, %{fullData.name}: %{text} images<extra></extra>")
    made.update_xaxes(range=[0, 105])
    made.update_yaxes(autorange="reversed")
    return made


def classes(rows: pd.DataFrame, view: str) -> go.Figure:
    """Share of valid pixels per class, the most frequent on top. Columns used: class, percent."""
    ordered = rows.sort_values("percent", ascending=True)
    made = style.figure("Share of valid pixels (%)", "", view, FRAME_PX + 18 * len(rows))
    made.add_bar(y=ordered["class"], x=ordered["percent"], orientation="h", marker={"color": SPLIT_COLOURS["pool"]},
                 hovertemplate="%{y}: %{x:.2f} % of valid pixels<extra></extra>", showlegend=False)
    return made
