"""Learning curves: a metric against what was labelled, a line per strategy and variant, mean and band over its seeds."""
import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import HEIGHT_PX, Look, faint, figure, look

AXES = {"labels": "Task labels", "images": "Images labelled", "percent": "Images labelled (% of pool)"}
LEGEND_PX = 14                                              # height that a line takes in the legend, where there are many
PUBLISHED_NOTE = "± as printed; the paper calls it a variance, its size is that of a standard deviation"


def over_seeds(rows: pd.DataFrame, x: str) -> pd.DataFrame:
    """Mean and spread over the runs of each group, cycle by cycle. Nothing is smoothed or carried on.

    Columns used: group, title, strategy, variant, run, cycle, value and the one that `x` names. Columns of the result:
    group, title, strategy, variant, cycle, x, mean, std (of the sample, NaN for one run), n.
    """
    keys = ["group", "title", "strategy", "variant", "cycle"]
    return (rows.groupby(keys, sort=False, as_index=False)
            .agg(x=(x, "mean"), mean=("value", "mean"), std=("value", "std"), n=("run", "nunique")))


def learning_curve(rows: pd.DataFrame, x: str, axis: str, view: str, published: pd.DataFrame | None = None,
                   legend: bool = True, thin: bool = True) -> go.Figure:
    """One task. `rows` as in `over_seeds`, plus seed; `x` one of AXES; `axis` the title of y, with unit and direction.

    Several runs of a group: thin lines per seed unless `thin` is off, and their mean with a band of one standard deviation.
    One run: its line, and no band. `published`: columns method, strategy, labelled_percent, mean, spread; only drawn where x is
    a percentage.
    """
    lines = rows["group"].nunique() if legend else 0
    drawn = figure(AXES[x], axis, f"{view}/{x}", HEIGHT_PX + LEGEND_PX * max(0, lines - 4))
    for group, mean in over_seeds(rows, x).groupby("group", sort=False):
        title, style = str(mean["title"].iloc[0]), look(mean["strategy"].iloc[0], int(mean["variant"].iloc[0]))
        if mean["n"].max() > 1:
            if thin:
                _add_seeds(drawn, rows[rows["group"] == group], x, style, title)
            _add_band(drawn, mean[mean["n"] > 1], style, title)
        _add_mean(drawn, mean, style, title)
    if published is not None and x == "percent":
        _add_published(drawn, published)
    drawn.update_layout(showlegend=legend)
    return drawn


def _add_seeds(drawn: go.Figure, rows: pd.DataFrame, x: str, style: Look, title: str) -> None:
    for seed, one in rows.groupby("seed", sort=True):
        drawn.add_scatter(x=one[x], y=one["value"], name=f"{title}, seed {seed}", legendgroup=title, showlegend=False,
                          mode="lines", line={"color": faint(style.colour, 0.55), "width": 1},
                          hovertemplate=f"{title}, seed {seed}<br>%{{x:.5g}}: %{{y:.4g}}<extra></extra>")


def _add_band(drawn: go.Figure, mean: pd.DataFrame, style: Look, title: str) -> None:
    upper, lower = mean["mean"] + mean["std"], mean["mean"] - mean["std"]
    drawn.add_scatter(x=np.concatenate([mean["x"], mean["x"][::-1]]), y=np.concatenate([upper, lower[::-1]]),
                      name=f"{title} ± std", legendgroup=title, showlegend=False, mode="lines", line={"width": 0},
                      fill="toself", fillcolor=faint(style.colour, 0.18), hoverinfo="skip")


def _add_mean(drawn: go.Figure, mean: pd.DataFrame, style: Look, title: str) -> None:
    low, high = int(mean["n"].min()), int(mean["n"].max())
    count = f"n={high}" if low == high else f"n={low}–{high}"
    spread = [f"{std:.3g}" if n > 1 else "none, one seed" for std, n in zip(mean["std"], mean["n"], strict=True)]
    drawn.add_scatter(
        x=mean["x"], y=mean["mean"], name=f"{title} ({count}{', band: std' if high > 1 else ''})", legendgroup=title,
        mode="lines+markers", line={"color": style.colour, "dash": style.dash, "width": style.width},
        marker={"symbol": style.symbol, "size": 9, "color": style.colour},
        customdata=np.column_stack([mean["cycle"], mean["n"], spread]),
        hovertemplate=f"{title}<br>%{{x:.5g}}: %{{y:.4g}}<br>cycle %{{customdata[0]}}, n=%{{customdata[1]}}, "
                      "std %{customdata[2]}<extra></extra>")


def _add_published(drawn: go.Figure, published: pd.DataFrame) -> None:
    for method, rows in published.groupby("method", sort=False):
        style = look(rows["strategy"].iloc[0])
        drawn.add_scatter(
            x=rows["labelled_percent"], y=rows["mean"], name=f"published: {method}", mode="lines+markers",
            line={"color": faint(style.colour, 0.8), "dash": "dash", "width": 1.5},
            marker={"symbol": f"{style.symbol}-open", "size": 7, "color": style.colour},
            error_y={"type": "data", "array": rows["spread"], "thickness": 1, "width": 2, "color": faint(style.colour, 0.6)},
            hovertemplate=f"published: {method}<br>%{{x}} %: %{{y}} ± %{{error_y.array}}<br>{PUBLISHED_NOTE}<extra></extra>")
