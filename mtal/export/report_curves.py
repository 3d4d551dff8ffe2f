"""The learning curves of a report: tasks, the mean change, and the paper's beside ours."""

import pandas as pd

from mtal.analysis.statistics.curves import across_tasks, over_seeds
from mtal.analysis.tables.published import for_task, published_values
from mtal.analysis.text import curves, published
from mtal.export.report_blocks import Block, Chart, Pair, Paragraph, Table
from mtal.export.report_part import BAND, Part, X
from mtal.figures.curves import learning_curve
from mtal.runs.store.run import LOSS

FEW = 3  # lines, up to which every seed is drawn too


def curve_charts(part: Part) -> list[Block]:
    """Draw one chart per task, the multi-task loss first, with notes on how to read them."""
    with_seeds = len(part.named) <= FEW
    notes = [curves.band_note(part.curves, BAND, with_seeds)]
    if curves.unequal_seeds(part.curves):
        notes.append(curves.UNEQUAL_SEEDS)
    if len(curves.single_seed_lines(part.curves)):
        notes.append(curves.ALONE)
    if len(part.whole):
        notes.append(curves.FULL_NOTE)
    charts = [_curve(part, task, X, with_seeds) for task in part.tasks]
    return [*charts, *(Paragraph(note, "note") for note in notes)]


def change_chart(part: Part) -> list[Block]:
    """Draw the mean over the tasks of the change against the reference."""
    if part.reference is None or len(part.named) < 2:
        return []
    reference = part.titles[part.reference]
    of_tasks = part.curves[part.curves["task"] != LOSS]
    mean = across_tasks(of_tasks, part.reference, BAND).dropna(subset="mean")
    if mean[mean["group"] != part.reference].empty:
        return [Paragraph(f"Against {reference}: {curves.CHANGE_LACKS}")]
    chart = Chart(
        learning_curve(mean, part.named, X, curves.CHANGE_AXIS, part.key, band=BAND, zero=True),
        f"Mean change of all tasks against {reference}",
        curves.summary(mean, part.named, "Mean change in %"),
        Table(curves.table(mean, part.named, X, BAND)),
        f"{part.key}-change",
    )
    return [chart, Paragraph(curves.CHANGE_NOTE, "note")]


def published_charts(part: Part) -> list[Block]:
    """Draw the paper's printed curves, each beside ours per percent of the pool.

    Nothing where the paper has no numbers of this data set.
    """
    dataset = str(part.rows["dataset"].iloc[0])
    by_task = {task: for_task(published_values(), dataset, task) for task in part.tasks}
    tables = {task: rows for task, rows in by_task.items() if len(rows)}
    if not tables:
        return []
    pairs = [
        Pair((_curve(part, task, "percent", False, "Measured: "), _published(part, task, rows)))
        for task, rows in tables.items()
    ]
    return [
        *pairs,
        Paragraph(f"{published.NOT_OURS} {published.band_note('std')}", "note"),
        Paragraph(published.repeated_note(pd.concat(tables.values())), "note"),
    ]


def _published(part: Part, task: str, rows: pd.DataFrame) -> Chart:
    """One task of the paper."""
    means, lines, axis = (
        published.as_means(rows),
        published.lines(rows),
        published.axis(rows.iloc[0]),
    )
    return Chart(
        learning_curve(means, lines, "percent", axis, part.key),
        f"Printed in the paper: {published.TITLES.get(task, task)}",
        published.summary(rows),
        Table(published.table(rows)),
        f"{part.key}-paper-{task}",
    )


def _curve(part: Part, task: str, x: str, with_seeds: bool, before: str = "") -> Chart:
    """One task. with_seeds: draw single seeds too. before: begins the title."""
    rows = part.curves[part.curves["task"] == task]
    rows = rows.assign(x=rows[x].astype(float))
    whole = part.whole[part.whole["task"] == task]
    mean, title = over_seeds(rows, BAND), before + part.name(task)
    figure = learning_curve(
        mean,
        part.named,
        x,
        part.axis(task),
        part.key,
        band=BAND,
        seeds=rows if with_seeds else None,
        full=curves.full_levels(whole),
    )
    return Chart(
        figure,
        title,
        curves.summary(mean, part.named, title),
        Table(curves.table(mean, part.named, x, BAND)),
        f"{part.key}-{x}-{task}",
    )
