"""The learning curves of a report: per task, the mean change against the reference, and the paper's beside ours."""

import pandas as pd

from mtal.analysis.statistics.curves import across_tasks, over_seeds
from mtal.analysis.tables.published import for_task, published_values
from mtal.analysis.text import curves, published
from mtal.export.report_html import chart, paragraph
from mtal.export.report_part import BAND, Part, X
from mtal.figures.curves import learning_curve
from mtal.runs.store.run import LOSS

FEW = 3  # lines, up to which every seed is drawn too


def curve_charts(part: Part) -> str:
    """One chart per task, the multi-task loss first, and what must be known to read them."""
    seeds = part.curves if len(part.named) <= FEW else None
    return (
        "".join(_curve(part, task, X, seeds) for task in part.tasks)
        + paragraph(curves.band_note(part.curves, BAND, seeds is not None), "note")
        + paragraph(curves.UNEQUAL_SEEDS if curves.unequal_seeds(part.curves) else "", "note")
        + paragraph(curves.ALONE if len(curves.alone(part.curves)) else "", "note")
        + paragraph(curves.FULL_NOTE if len(part.whole) else "", "note")
    )


def change_chart(part: Part) -> str:
    """The mean over the tasks of the change against the reference."""
    if part.reference is None or len(part.named) < 2:
        return ""
    mean = across_tasks(part.curves[part.curves["task"] != LOSS], part.reference, BAND).dropna(
        subset="mean"
    )
    if mean[mean["group"] != part.reference].empty:
        return paragraph(f"Against {part.titles[part.reference]}: {curves.CHANGE_LACKS}")
    drawn = learning_curve(mean, part.named, X, curves.CHANGE_AXIS, part.key, band=BAND, zero=True)
    return chart(
        drawn,
        f"Mean change of all tasks against {part.titles[part.reference]}",
        curves.message(mean, part.named, "Mean change in %"),
        curves.table(mean, part.named, X, BAND),
        f"{part.key}-change",
    ) + paragraph(curves.CHANGE_NOTE, "note")


def published_charts(part: Part) -> str:
    """The paper's printed curves, each beside ours per percent of the pool; "" where it has none of this data set."""
    dataset, told = str(part.rows["dataset"].iloc[0]), []
    tables = {
        task: rows
        for task in part.tasks
        if len(rows := for_task(published_values(), dataset, task))
    }
    for task, rows in tables.items():
        figure = learning_curve(
            published.as_means(rows),
            published.lines(rows),
            "percent",
            published.axis(rows.iloc[0]),
            part.key,
        )
        name = published.TITLES.get(task, task)
        told.append(
            f'<div class="pair">\n{_curve(part, task, "percent", None, "Measured: ")}'
            + chart(
                figure,
                f"Printed in the paper: {name}",
                published.told(rows),
                published.table(rows),
                f"{part.key}-paper-{task}",
            )
            + "</div>\n"
        )
    if not told:
        return ""
    return (
        "".join(told)
        + paragraph(f"{published.NOT_OURS} {published.band_note('std')}", "note")
        + paragraph(published.repeated_note(pd.concat(tables.values())), "note")
    )


def _curve(part: Part, task: str, x: str, seeds: pd.DataFrame | None, before: str = "") -> str:
    """One task. `seeds`: rows of single seeds, to be drawn too; `before`: begins the title."""
    one, whole = (
        rows[rows["task"] == task]
        for rows in (part.curves.assign(x=part.curves[x].astype(float)), part.whole)
    )
    mean, name = over_seeds(one, BAND), before + part.name(task)
    axis = str(part.rows.loc[part.rows["task"] == task, "axis"].iloc[0])
    drawn = learning_curve(
        mean,
        part.named,
        x,
        axis,
        part.key,
        band=BAND,
        seeds=None if seeds is None else one,
        full=curves.full(whole),
    )
    return chart(
        drawn,
        name,
        curves.message(mean, part.named, name),
        curves.table(mean, part.named, x, BAND),
        f"{part.key}-{x}-{task}",
    )
