"""Where one image would stand under other rules: a dot each on a logarithmic axis of ranks, with the cut-off."""
from math import log10

import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import OPEN, PICKED, figure

WORDS = {True: ("would be picked", PICKED, "circle"), False: ("would not", OPEN, "x")}   # words, colour and shape say the same
OWN = "#0072B2"


def rank_dots(rules: pd.DataFrame, own_rank: int, picked: int, free: int, view: str) -> go.Figure:
    """A dot per rule, from top to bottom. Columns: rule, rank (1 = first; 0 = none and not drawn), picked (bool).

    `own_rank`: in the run, 0 if there is none; `picked`: how many the run took; `free`: how many images were ranked.
    """
    rows = rules[rules["rank"] > 0].reset_index(drop=True)
    drawn = figure("Rank (logarithmic; 1 is labelled first)", "", view, height_px=90 + 24 * len(rows))
    for taken, (words, colour, symbol) in WORDS.items():
        some = rows[rows["picked"] == taken]
        drawn.add_scatter(
            x=some["rank"], y=some.index, mode="markers+text", name=f"{words} ({len(some)})", cliponaxis=False,
            text=[f"{rank:,}" for rank in some["rank"]],
            textposition="middle right",
            marker={"color": colour, "symbol": symbol, "size": 11, "line": {"width": 1, "color": "#fff"}},
            customdata=some["rule"], hovertemplate=f"%{{customdata}}<br>rank %{{x:,}}, {words}<extra></extra>")
    _mark(drawn, picked + 0.5, f"cut-off: {picked:,} picked", {"dash": "dash", "width": 2, "color": PICKED}, top=True)
    if own_rank:
        _mark(drawn, own_rank, f"in this run: {own_rank:,}", {"width": 3, "color": OWN}, top=False)
    drawn.update_xaxes(type="log", range=[-0.08, _decades(free)], dtick=1, tickformat=",")
    drawn.update_yaxes(autorange="reversed", tickmode="array", tickvals=list(rows.index), showgrid=False,
                       ticktext=rows["rule"].tolist())
    drawn.update_layout(margin={"t": 56, "b": 64}, showlegend=True, legend={"y": 1.0, "yanchor": "bottom", "itemclick": False})
    return drawn


def _mark(drawn: go.Figure, rank: float, text: str, line: dict[str, object], top: bool) -> None:
    """A vertical line with a text at its end. On a logarithmic axis lines take a value, and texts its logarithm."""
    drawn.add_vline(x=rank, line=line, layer="below")
    drawn.add_annotation(x=log10(rank), y=1.0 if top else 0.0, yref="paper", text=text, showarrow=False,
                         xanchor="left" if top or rank < 3 else "center", yanchor="top" if top else "bottom",
                         yshift=0 if top else -20, xshift=6 if top else 0)


def _decades(free: int) -> float:
    """Logarithm of the right end: a little more than the last rank, for the number beside its dot."""
    return log10(max(free, 10)) + 0.25
