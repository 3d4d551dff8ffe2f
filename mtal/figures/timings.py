"""Where the time of a run went."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import figure, hatched

SHADES = (
    "#0072B2",
    "#56B4E9",
    "#E69F00",
    "#CC79A7",
    "#D55E00",
    "#F0E442",
    "#808080",
    "#009E73",
    "#b9a3e3",
)
HATCHES = ("", "/", "\\", "x", ".", "-", "|", "+", "")  # a second sign beside the colour


def stage_seconds(seconds: pd.DataFrame, titles: Mapping[str, str], view: str) -> go.Figure:
    """Stacked bars, one per cycle. Columns: cycle, stage, seconds. `titles`: stage -> text, in the order of a cycle."""
    unit, divisor = _unit(
        float(seconds.groupby("cycle")["seconds"].sum().max()) if len(seconds) else 0
    )
    drawn = figure("Cycle", f"Time ({unit})", view, height_px=300)
    order = [stage for stage in titles if stage in set(seconds["stage"])]
    order += [stage for stage in seconds["stage"].unique() if stage not in titles]
    for place, stage in enumerate(order):
        rows = seconds[seconds["stage"] == stage]
        name = titles.get(stage, stage)
        drawn.add_bar(
            x=rows["cycle"],
            y=rows["seconds"] / divisor,
            name=name,
            marker=hatched(SHADES[place % len(SHADES)], HATCHES[place % len(HATCHES)]),
            hovertemplate=f"{name}, cycle %{{x}}: %{{y:.3g}} {unit}<extra></extra>",
        )
    drawn.update_layout(barmode="stack", bargap=0.35, legend={"traceorder": "normal"})
    drawn.update_xaxes(dtick=1, showgrid=False)
    return drawn


def _unit(most_s: float) -> tuple[str, float]:
    """The unit in which the longest cycle reads well, and its seconds."""
    if most_s >= 2 * 3600:
        return "hours", 3600
    return ("minutes", 60) if most_s >= 120 else ("seconds", 1)
