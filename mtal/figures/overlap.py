"""How much of a batch other strategies would have picked too, from the same pool and network."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import bars_px, figure, hatched, look


def overlaps(ours: Sequence[int], others: Mapping[str, Sequence[int]]) -> pd.DataFrame:
    """Compare the picks of a run with those of other strategies, the most similar first.

    ours: images that the run picked. others: strategy -> images that it would pick.

    Columns: strategy, both, only_ours, only_theirs (images), jaccard (both / all that either
    picked, 0..1; Jaccard 1901).
    """
    own = set(ours)
    rows = [
        (name, len(own & set(picked)), len(own - set(picked)), len(set(picked) - own))
        for name, picked in others.items()
    ]
    counts = ["both", "only_ours", "only_theirs"]
    table = pd.DataFrame(rows, columns=["strategy", *counts])
    table["jaccard"] = table["both"] / table[counts].sum(axis=1).clip(lower=1)
    return table.sort_values("jaccard", ascending=False, kind="stable", ignore_index=True)


def overlap_bars(
    rows: pd.DataFrame, titles: Mapping[str, str], chosen: str, view: str
) -> go.Figure:
    """Draw a bar per strategy. rows: as of `overlaps`.

    titles: strategy -> title. chosen: the strategy that is hatched. view: zoom stays while it is
    the same.
    """
    axis = "Images in common, as a share of all that either picked (%)"
    chart = figure(axis, "", view, height_px=bars_px(len(rows)))
    names = rows["strategy"].tolist()
    shares = zip(rows["jaccard"], rows["both"], strict=True)
    chart.add_bar(
        x=100 * rows["jaccard"],
        y=list(range(len(rows))),
        orientation="h",
        showlegend=False,
        width=0.7,
        customdata=rows["strategy"],
        textposition="outside",
        cliponaxis=False,
        text=[f"{share:.0%}, {both} in common" for share, both in shares],
        marker=hatched(
            [look(name).colour for name in names], ["/" if name == chosen else "" for name in names]
        ),
        hovertemplate="%{customdata}<br>%{text}<extra></extra>",
    )
    chart.update_yaxes(
        autorange="reversed",
        tickmode="array",
        tickvals=list(range(len(rows))),
        showgrid=False,
        ticktext=[f"<b>{titles[name]}</b>" if name == chosen else titles[name] for name in names],
    )
    chart.update_xaxes(range=[0, 130], tickvals=[0, 25, 50, 75, 100])  # room for text after a bar
    return chart
