"""The sections of a report beside its curves, and their order: figures and tables of what follows from the curves."""

from collections.abc import Callable

import pandas as pd

from mtal.analysis.lines import AXES
from mtal.analysis.numbers import count
from mtal.analysis.statistics.overlap import between_groups, between_seeds
from mtal.analysis.statistics.win_matrix import wins
from mtal.analysis.tables.ablations import ABLATIONS, varied
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
from mtal.export.report_curves import change_chart, curve_charts, published_charts
from mtal.export.report_html import chart, paragraph, table
from mtal.export.report_part import Part, X
from mtal.figures.ablation import per_value
from mtal.figures.labels_saved import savings
from mtal.figures.matrix import square


def saved_charts(part: Part) -> str:
    """Per task: what each line needs to reach the reference's last value, and what it saves."""
    told = []
    for task, (found, sentence) in part.saved.items():
        name, reference = part.name(task), part.titles[str(part.reference)]
        drawn, numbers = (
            found[found["note"] != labels_saved.REFERENCE],
            labels_saved.table(found, AXES[X]),
        )
        told.append(paragraph(f"{name}: {sentence}"))
        told.append(
            chart(
                savings(drawn, f"{AXES[X]}: saved against {reference} (%)", part.key),
                f"Saved: {name}",
                sentence,
                numbers,
                f"{part.key}-saved-{task}",
            )
            if drawn["share"].notna().any()
            else table(numbers)
        )
    bounds = any(found["censor"].isin(["<=", ">="]).any() for found, _ in part.saved.values())
    return (
        "".join(told)
        + paragraph(labels_saved.BOUNDS_NOTE if bounds else "", "note")
        + paragraph(labels_saved.METHOD if told else "", "note")
    )


def area_tables(part: Part) -> str:
    """Per task: the area under the curve of each line, the best first."""
    long, short = areas.long_enough(part.curves)
    if long.empty:
        return paragraph(areas.TOO_SHORT)
    told, reference = [], curves.reference_of(long)
    for task in tasks_in_order(long):
        one = long[long["task"] == task]
        found = areas.best_first(one, reference)
        title = f"{part.name(task)}, mean height of the curve: {one['axis'].iloc[0]}"
        if found["mean"].isna().all():
            told.append(paragraph(f"{title}. {areas.NOTHING_COMMON}"))
            continue
        told.append(
            table(
                areas.area_table(found, part.titles, reference, str(one["better"].iloc[0])), title
            )
            + paragraph(areas.range_note(found, X), "note")
        )
    return "".join(told) + paragraph(
        f"Left out, since they have one point: {count(short, 'run')}." if short else "", "note"
    )


def win_charts(part: Part) -> str:
    """Who beats whom, over the multi-task loss and over the tasks."""
    if len(part.named) < 2:
        return paragraph(win_matrix.ONE_LINE)
    told = []
    for kind, title in win_matrix.KINDS.items():
        found = wins(win_matrix.counted(part.curves, kind), corrected=True)
        if reason := win_matrix.untested(found):
            return paragraph(reason)
        shown, weak, words, texts = (
            one.rename(index=part.titles, columns=part.titles)
            for one in (
                win_matrix.in_square(found),
                found.weak,
                win_matrix.words(found),
                win_matrix.texts(found),
            )
        )
        told.append(
            chart(
                square(
                    shown, found.settings, "wins", part.key, weak=weak, words=words, texts=texts
                ),
                f"Wins, {title}",
                win_matrix.told(found, part.titles),
                words.reset_index(names="row beats column"),
                f"{part.key}-wins-{kind}",
            )
            + table(win_matrix.table(found, part.titles))
            + paragraph(win_matrix.explained(found, corrected=True), "note")
        )
    mean, reason = friedman.ranked(part.curves)
    told.append(
        paragraph(reason, "note")
        if mean is None
        else table(friedman.table(mean, part.titles), "Mean ranks over tasks")
        + paragraph(friedman.explained(mean), "note")
    )
    return "".join(told)


def overlap_chart(part: Part) -> str:
    """How much alike the picks are, at the last cycle in which every line has picked."""
    picks = overlap.picked(part.runs)
    if picks.empty:
        return paragraph(overlap.NO_PICKS)
    cycle, named = int(picks.groupby("group")["cycle"].max().min()), titles(part.runs)
    upto = overlap.so_far(picks, cycle)
    here = between_groups(upto, overlap.choice_of(part.runs))
    same = between_seeds(upto, overlap.choice_of(part.runs, between_seeds=True))
    if here.empty and same.empty:
        return paragraph(overlap.NO_PAIRS)
    told = ""
    if not here.empty:
        values, words, texts = overlap.in_square(here, named)
        told = chart(
            square(values, 1, "Jaccard (0 to 1)", part.key, words=words, texts=texts),
            f"Between strategies, all picks up to cycle {cycle}, same seed, mean over seeds",
            overlap.told(here, named),
            overlap.pairs_table(here, named),
            f"{part.key}-overlap",
        )
    if not same.empty:
        told += table(
            overlap.seeds_table(same, named),
            f"Between seeds of one strategy, all picks up to cycle {cycle}",
        )
    return told + paragraph(overlap.METHOD, "note")


def cost_table(part: Part) -> str:
    """Seconds per cycle, and the whole computing time."""
    found = costs.table(part.runs)
    return table(found) + paragraph(costs.METHOD + costs.shared_note(found), "note")


def ablation_charts(part: Part) -> str:
    """The paper's ablations and ours, as far as these runs vary the settings; "" without any."""
    told = []
    for ablation in ABLATIONS:
        some, tables = varied(ablation, part.runs), []
        for task in part.tasks if some else ():
            one = part.curves[part.curves["task"] == task]
            found = ablations.with_printed(ablation, some, one) if len(one) else one
            if not found.empty:
                name, key = (
                    f"{ablation.title} ({ablation.source}): {part.name(task)}",
                    "-".join(ablation.settings),
                )
                told.append(
                    chart(
                        per_value(
                            found,
                            str(one["axis"].iloc[0]),
                            part.key,
                            ablations.numeric_axis(ablation),
                        ),
                        name,
                        ablations.told(found, name),
                        ablations.table(found),
                        f"{part.key}-{key}-{task}",
                    )
                )
                tables.append(found)
        if tables:
            told.append(paragraph(ablations.explained(ablation, pd.concat(tables)), "note"))
    return "".join(told)


SECTIONS: dict[str, Callable[[Part], str]] = {
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
