"""The sections of a report beside its curves, and their order."""

from collections.abc import Callable

import pandas as pd

from mtal.analysis.lines import AXES
from mtal.analysis.numbers import count
from mtal.analysis.statistics.overlap import between_groups, between_seeds
from mtal.analysis.statistics.win_matrix import Wins, wins
from mtal.analysis.tables.ablations import ABLATIONS, Ablation, varied_runs
from mtal.analysis.tables.run_groups import tasks_in_order, titles
from mtal.analysis.text import (
    ablations,
    areas,
    costs,
    curves,
    friedman,
    labels_saved,
    overlap,
    win_matrix,
)
from mtal.export.report_blocks import Block, Chart, Paragraph, Table
from mtal.export.report_curves import change_chart, curve_charts, published_charts
from mtal.export.report_part import Part, X
from mtal.figures.ablation import per_value
from mtal.figures.labels_saved import labels_saved_chart
from mtal.figures.matrix import square
from mtal.runs.store.run import Run


def saved_charts(part: Part) -> list[Block]:
    """Show per task what each line needs to reach the reference's last value, and what it saves."""
    blocks: list[Block] = []
    has_bounds = False
    for task, (saved, sentence) in part.saved.items():
        blocks += [Paragraph(f"{part.name(task)}: {sentence}"), _saved(part, task, saved, sentence)]
        has_bounds |= bool(saved["censor"].isin(["<=", ">="]).any())
    if has_bounds:
        blocks.append(Paragraph(labels_saved.BOUNDS_NOTE, "note"))
    if blocks:
        blocks.append(Paragraph(labels_saved.METHOD, "note"))
    return blocks


def _saved(part: Part, task: str, saved: pd.DataFrame, sentence: str) -> Block:
    """The chart of one task; its table alone where no share is known."""
    numbers = Table(labels_saved.table(saved, AXES[X]))
    drawn = saved[saved["note"] != labels_saved.REFERENCE]
    if drawn["share"].isna().all():
        return numbers
    axis = f"{AXES[X]}: saved against {part.titles[str(part.reference)]} (%)"
    figure = labels_saved_chart(drawn, axis, part.key)
    title = f"Saved: {part.name(task)}"
    return Chart(figure, title, sentence, numbers, f"{part.key}-saved-{task}")


def area_tables(part: Part) -> list[Block]:
    """Show per task the area under the curve of each line, the best first."""
    long, short = areas.long_enough(part.curves)
    if long.empty:
        return [Paragraph(areas.TOO_SHORT)]
    blocks: list[Block] = []
    reference = curves.reference_of(long)
    for task in tasks_in_order(long):
        rows = long[long["task"] == task]
        by_line = areas.best_first(rows, reference)
        title = f"{part.name(task)}, mean height of the curve: {part.axis(task)}"
        if by_line["mean"].isna().all():
            blocks.append(Paragraph(f"{title}. {areas.NOTHING_COMMON}"))
            continue
        table = areas.table(by_line, part.titles, reference, str(rows["better"].iloc[0]))
        blocks += [Table(table, title), Paragraph(areas.range_note(by_line, X), "note")]
    if short:
        note = f"Left out, since they have one point: {count(short, 'run')}."
        blocks.append(Paragraph(note, "note"))
    return blocks


def win_charts(part: Part) -> list[Block]:
    """Show who beats whom, over the multi-task loss and over the tasks."""
    if len(part.named) < 2:
        return [Paragraph(win_matrix.ONE_LINE)]
    blocks: list[Block] = []
    for kind in win_matrix.KINDS:
        matrix = wins(win_matrix.compared_rows(part.curves, kind), corrected=True)
        if reason := win_matrix.untested_reason(matrix):
            return [Paragraph(reason)]
        note = Paragraph(win_matrix.explanation(matrix, corrected=True), "note")
        table = Table(win_matrix.table(matrix, part.titles))
        blocks += [_win_chart(part, kind, matrix), table, note]
    ranks, reason = friedman.mean_ranks(part.curves)
    if ranks is None:
        return [*blocks, Paragraph(reason, "note")]
    table = Table(friedman.table(ranks, part.titles), "Mean ranks over tasks")
    return [*blocks, table, Paragraph(friedman.explanation(ranks), "note")]


def _win_chart(part: Part, kind: str, matrix: Wins) -> Chart:
    values, weak, words, texts = (
        table.rename(index=part.titles, columns=part.titles)
        for table in (
            win_matrix.square_values(matrix),
            matrix.weak,
            win_matrix.cell_words(matrix),
            win_matrix.cell_texts(matrix),
        )
    )
    figure = square(values, matrix.settings, "wins", part.key, weak=weak, words=words, texts=texts)
    return Chart(
        figure,
        f"Wins, {win_matrix.KINDS[kind]}",
        win_matrix.summary(matrix, part.titles),
        Table(words.reset_index(names="row beats column")),
        f"{part.key}-wins-{kind}",
    )


def overlap_chart(part: Part) -> list[Block]:
    """Show how similar the picks are, at the last cycle in which every line has picked."""
    picks = overlap.acquired_by_group(part.runs)
    if picks.empty:
        return [Paragraph(overlap.NO_PICKS)]
    cycle, named = int(picks.groupby("group")["cycle"].max().min()), titles(part.runs)
    up_to_cycle = overlap.picks_up_to(picks, cycle)
    groups = between_groups(up_to_cycle, overlap.candidates(part.runs))
    seeds = between_seeds(up_to_cycle, overlap.candidates(part.runs, between_seeds=True))
    if groups.empty and seeds.empty:
        return [Paragraph(overlap.NO_PAIRS)]
    blocks: list[Block] = []
    if not groups.empty:
        values, words, texts = overlap.square_tables(groups, named)
        chart = Chart(
            square(values, 1, "Jaccard (0 to 1)", part.key, words=words, texts=texts),
            f"Between strategies, all picks up to cycle {cycle}, same seed, mean over seeds",
            overlap.summary(groups, named),
            Table(overlap.pairs_table(groups, named)),
            f"{part.key}-overlap",
        )
        blocks.append(chart)
    if not seeds.empty:
        caption = f"Between seeds of one strategy, all picks up to cycle {cycle}"
        blocks.append(Table(overlap.seeds_table(seeds, named), caption))
    return [*blocks, Paragraph(overlap.METHOD, "note")]


def cost_table(part: Part) -> list[Block]:
    """Show the seconds per cycle, and the whole computing time."""
    table = costs.table(part.runs)
    return [Table(table), Paragraph(costs.METHOD + costs.shared_note(table), "note")]


def ablation_charts(part: Part) -> list[Block]:
    """Draw the ablations whose settings these runs vary."""
    blocks: list[Block] = []
    for ablation in ABLATIONS:
        runs = varied_runs(ablation, part.runs)
        tables = _ablation_tables(part, ablation, runs) if runs else {}
        blocks += [_ablation(part, ablation, task, table) for task, table in tables.items()]
        if tables:
            note = ablations.explanation(ablation, pd.concat(tables.values()))
            blocks.append(Paragraph(note, "note"))
    return blocks


def _ablation_tables(part: Part, ablation: Ablation, runs: list[Run]) -> dict[str, pd.DataFrame]:
    """Task -> its outcomes, without tasks that have none."""
    tables = {}
    for task in part.tasks:
        rows = part.curves[part.curves["task"] == task]
        table = ablations.with_published(ablation, runs, rows) if len(rows) else rows
        if not table.empty:
            tables[task] = table
    return tables


def _ablation(part: Part, ablation: Ablation, task: str, table: pd.DataFrame) -> Chart:
    title = f"{ablation.title} ({ablation.source}): {part.name(task)}"
    return Chart(
        per_value(table, part.axis(task), part.key, ablations.numeric_axis(ablation)),
        title,
        ablations.summary(table, title),
        Table(ablations.table(table)),
        f"{part.key}-{'-'.join(ablation.settings)}-{task}",
    )


SECTIONS: dict[str, Callable[[Part], list[Block]]] = {
    "Learning curves": curve_charts,
    "Mean change": change_chart,
    "Labels saved": saved_charts,
    "Areas under the curves": area_tables,
    "Who wins": win_charts,
    "Overlap of picks": overlap_chart,
    "Costs": cost_table,
    "Ablations": ablation_charts,
    "The paper's curves": published_charts,
}
