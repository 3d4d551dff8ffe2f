"""The time of a run, by cycle and stage."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import figure, hatched

SHADES = (
    *("#0072B2", "#56B4E9", "#E69F00", "#CC79A7", "#D55E00"),
    *("#F0E442", "#808080", "#009E73", "#b9a3e3"),
)
HATCHES = ("", "/", "\\", "x", ".", "-", "|", "+")  # a second sign beside the colour


def stage_seconds(seconds: pd.DataFrame, titles: Mapping[str, str], view: str) -> go.Figure:
    """Draw a stacked bar per cycle. Columns of `seconds`: cycle, stage, seconds.

    titles: stage -> title, in the order of a cycle. view: zoom stays while it is the same.
    """
    longest_s = float(seconds.groupby("cycle")["seconds"].sum().max()) if len(seconds) else 0.0
    unit, divisor = _unit(longest_s)
    chart = figure("Cycle", f"Time ({unit})", view, height_px=300)
    order = [stage for stage in titles if stage in set(seconds["stage"])]
    order += [stage for stage in seconds["stage"].unique() if stage not in titles]
    fixed = [*titles, *order]  # a stage looks the same in every run
    for stage in order:
        index = fixed.index(stage)
        hatch = HATCHES[(index + index // len(SHADES)) % len(HATCHES)]
        rows = seconds[seconds["stage"] == stage]
        name = titles.get(stage, stage)
        chart.add_bar(
            x=rows["cycle"],
            y=rows["seconds"] / divisor,
            name=name,
            marker=hatched(SHADES[index % len(SHADES)], hatch),
            hovertemplate=f"{name}, cycle %{{x}}: %{{y:.3g}} {unit}<extra></extra>",
        )
    chart.update_layout(barmode="stack", bargap=0.35, legend={"traceorder": "normal"})
    chart.update_xaxes(dtick=1, showgrid=False)
    return chart


def _unit(longest_s: float) -> tuple[str, float]:
    """Choose the unit in which the longest cycle reads well: its name and its seconds."""
    if longest_s >= 2 * 3600:
        return "hours", 3600
    if longest_s >= 120:
        return "minutes", 60
    return "seconds", 1
