"""How much of a batch other strategies would have picked too, from the same pool and network."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import bars_px, figure, hatched, look


def overlaps(ours: Sequence[int], others: Mapping[str, Sequence[int]]) -> pd.DataFrame:
    """A row per other strategy, the most alike first. Columns: strategy, both, only_ours, only_theirs (images), jaccard (both
    divided by all that either picked, 0..1; Jaccard 1901)."""
    mine = set(ours)
    rows = [
        (name, len(mine & set(picked)), len(mine - set(picked)), len(set(picked) - mine))
        for name, picked in others.items()
    ]
    found = pd.DataFrame(rows, columns=["strategy", "both", "only_ours", "only_theirs"])
    found["jaccard"] = found["both"] / found[["both", "only_ours", "only_theirs"]].sum(axis=1).clip(
        lower=1
    )
    return found.sort_values("jaccard", ascending=False, kind="stable", ignore_index=True)


def overlap_bars(
    rows: pd.DataFrame, titles: Mapping[str, str], chosen: str, view: str
) -> go.Figure:
    """A bar per strategy; `rows` as `overlaps`, `chosen` is hatched, `titles`: strategy -> how it is called."""
    drawn = figure(
        "Images in common, as a share of all that either picked (%)",
        "",
        view,
        height_px=bars_px(len(rows)),
    )
    drawn.add_bar(
        x=100 * rows["jaccard"],
        y=list(range(len(rows))),
        orientation="h",
        showlegend=False,
        width=0.7,
        customdata=rows["strategy"],
        textposition="outside",
        cliponaxis=False,
        text=[
            f"{share:.0%}, {both} in common"
            for share, both in zip(rows["jaccard"], rows["both"], strict=True)
        ],
        marker=hatched(
            [look(name).colour for name in rows["strategy"]],
            ["/" if name == chosen else "" for name in rows["strategy"]],
        ),
        hovertemplate="%{customdata}<br>%{text}<extra></extra>",
    )
    drawn.update_yaxes(
        autorange="reversed",
        tickmode="array",
        tickvals=list(range(len(rows))),
        showgrid=False,
        ticktext=[
            f"<b>{titles[name]}</b>" if name == chosen else titles[name]
            for name in rows["strategy"]
        ],
    )
    drawn.update_xaxes(
        range=[0, 130], tickvals=[0, 25, 50, 75, 100]
    )  # room for the words beside full bars
    return drawn
