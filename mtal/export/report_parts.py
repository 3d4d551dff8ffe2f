"""The sections of a report: for runs of one data set, figures and tables of everything that is said about their curves."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from mtal.export.report_html import chart, paragraph, table
from mtal.figures.ablation import per_value
from mtal.figures.curves import AXES, Line, learning_curve
from mtal.figures.published import for_task, published
from mtal.figures.savings import savings
from mtal.figures.square import square
from mtal.reading import ablations, alike, areas, curves, duels, printed, saving, spending
from mtal.reading.numbers import count
from mtal.runs.lines import apart, tasks_in_order, titles
from mtal.runs.run import LOSS, Run
from mtal.runs.variation import ABLATIONS, varied
from mtal.statistics.curves import across_tasks, over_seeds
from mtal.statistics.overlap import between_groups, between_seeds
from mtal.statistics.wins import wins

FEW = 3                                                     # lines, up to which every seed is drawn too
X, BAND = "labels", "std"


@dataclass(frozen=True)
class Part:
    """Runs of one data set. `rows` as `mtal.runs.lines.curve_rows` gives theirs; `key`: of its figures in the page."""
    runs: Sequence[Run]
    rows: pd.DataFrame
    key: str

    @cached_property
    def curves(self) -> pd.DataFrame:
        """Rows of curves, with the column x."""
        return apart(self.rows)[0].assign(x=lambda found: found[X].astype(float))

    @cached_property
    def whole(self) -> pd.DataFrame:
        """Rows of runs that trained on all labels."""
        return apart(self.rows)[1]

    @cached_property
    def named(self) -> dict[str, Line]:
        """Group -> how it is called and drawn."""
        return curves.lines(self.curves)

    @cached_property
    def titles(self) -> dict[str, str]:
        """Group -> how it is called."""
        return {group: line.title for group, line in self.named.items()}

    @cached_property
    def tasks(self) -> list[str]:
        """The multi-task loss first."""
        return tasks_in_order(self.rows)

    @cached_property
    def reference(self) -> str | None:
        """What the others are held against: Random, else the first line; None without a line."""
        return curves.reference_of(self.curves) or next(iter(self.named), None)

    @cached_property
    def saved(self) -> dict[str, tuple[pd.DataFrame, str]]:
        """Task -> what each line saves on the way to the reference's last value, and the best in a sentence; only tasks in which
        the reference has a point."""
        found = {}
        for task, one in self.curves.groupby("task", sort=False):
            target = saving.usual_target(one, self.reference) if self.reference else None
            if target is not None and self.reference:
                rows = saving.saved_rows(one, self.reference, str(one["better"].iloc[0]), target)
                found[str(task)] = rows, saving.headline(rows, self.titles[self.reference], AXES[X], target)
        return found


def curve_charts(part: Part) -> str:
    """One chart per task, the multi-task loss first, and what must be known to read them."""
    seeds = part.curves if len(part.named) <= FEW else None
    return ("".join(_curve(part, task, X, seeds) for task in part.tasks)
            + paragraph(curves.band_note(part.curves, BAND, seeds is not None), "note")
            + paragraph(curves.ALONE if len(curves.alone(part.curves)) else "", "note")
            + paragraph(curves.FULL_NOTE if len(part.whole) else "", "note"))


def change_chart(part: Part) -> str:
    """The mean over the tasks of the change against the reference."""
    if part.reference is None or len(part.named) < 2:
        return ""
    mean = across_tasks(part.curves[part.curves["task"] != LOSS], part.reference, BAND).dropna(subset="mean")
    if mean[mean["group"] != part.reference].empty:
        return paragraph(f"Against {part.titles[part.reference]}: {curves.CHANGE_LACKS}")
    drawn = learning_curve(mean, part.named, X, curves.CHANGE_AXIS, part.key, band=BAND, zero=True)
    return chart(drawn, f"Mean change of all tasks against {part.titles[part.reference]}",
                 curves.message(mean, part.named, "Mean change in %"), curves.table(mean, part.named, X, BAND),
                 f"{part.key}-change") + paragraph(curves.CHANGE_NOTE, "note")


def saved_charts(part: Part) -> str:
    """Per task: what each line needs to reach the reference's last value, and what it saves."""
    told = []
    for task, (found, sentence) in part.saved.items():
        name, reference = _name(part, task), part.titles[str(part.reference)]
        drawn, numbers = found[found["note"] != saving.REFERENCE], saving.table(found, AXES[X])
        told.append(paragraph(f"{name}: {sentence}"))
        told.append(chart(savings(drawn, f"{AXES[X]}: saved against {reference} (%)", part.key), f"Saved: {name}", sentence,
                          numbers, f"{part.key}-saved-{task}") if drawn["share"].notna().any() else table(numbers))
    return "".join(told) + paragraph(saving.METHOD if told else "", "note")


def area_tables(part: Part) -> str:
    """Per task: the area under the curve of each line, the best first."""
    long, short = areas.long_enough(part.curves)
    if long.empty:
        return paragraph(areas.TOO_SHORT)
    told = []
    for task in tasks_in_order(long):
        one = long[long["task"] == task]
        found = areas.best_first(one, curves.reference_of(long))
        title = f"{_name(part, task)}, mean height of the curve: {one['axis'].iloc[0]}"
        told.append(paragraph(f"{title}. {areas.NOTHING_COMMON}") if found["mean"].isna().all() else
                    table(areas.area_table(found, part.titles), title) + paragraph(areas.range_note(found, X), "note"))
    return "".join(told) + paragraph(f"Left out, since they have one point: {count(short, 'run')}." if short else "", "note")


def win_charts(part: Part) -> str:
    """Who beats whom, over the multi-task loss and over the tasks."""
    if len(part.named) < 2:
        return paragraph(duels.ONE_LINE)
    told = []
    for kind, title in duels.KINDS.items():
        found = wins(duels.counted(part.curves, kind), corrected=True)
        if duels.most_seeds(found) < 2:
            return paragraph(duels.NO_PAIRS)
        shown, weak, words = (one.rename(index=part.titles, columns=part.titles) for one in
                              (duels.in_square(found), found.weak, duels.words(found)))
        rates = duels.beaten(found)
        told.append(chart(square(shown, found.settings, "wins", part.key, weak=weak, words=words), f"Wins, {title}",
                          duels.told(rates, part.titles), words.reset_index(names="row beats column"), f"{part.key}-wins-{kind}")
                    + table(duels.table(rates, part.titles)) + paragraph(duels.explained(found, corrected=True), "note"))
    return "".join(told)


def overlap_chart(part: Part) -> str:
    """How much alike the picks are, at the last cycle in which every line has picked."""
    picks = alike.picked(part.runs)
    if picks.empty:
        return paragraph(alike.NO_PICKS)
    cycle, pool, named = int(picks.groupby("group")["cycle"].max().min()), alike.choice_of(part.runs), titles(part.runs)
    upto = alike.so_far(picks, cycle)
    here, same = between_groups(upto, pool), between_seeds(upto, pool)
    if here.empty and same.empty:
        return paragraph(alike.NO_PAIRS)
    told = ""
    if not here.empty:
        values, words = alike.in_square(here, named)
        told = chart(square(values, 1, "Jaccard (0 to 1)", part.key, words=words),
                     f"Between strategies, all picks up to cycle {cycle}, same seed, mean over seeds", alike.told(here, named),
                     alike.pairs_table(here, named), f"{part.key}-overlap")
    if not same.empty:
        told += table(alike.seeds_table(same, named), f"Between seeds of one strategy, all picks up to cycle {cycle}")
    return told + paragraph(alike.METHOD, "note")


def cost_table(part: Part) -> str:
    """Seconds per cycle, and the whole computing time."""
    found = spending.table(part.runs)
    return table(found) + paragraph(spending.METHOD + spending.shared_note(found), "note")


def ablation_charts(part: Part) -> str:
    """The paper's ablations and ours, as far as these runs vary the settings; "" without any."""
    told = []
    for ablation in ABLATIONS:
        some, tables = varied(ablation, part.runs), []
        for task in part.tasks if some else ():
            one = part.curves[part.curves["task"] == task]
            found = ablations.with_printed(ablation, some, one) if len(one) else one
            if not found.empty:
                name, key = f"{ablation.title} ({ablation.source}): {_name(part, task)}", "-".join(ablation.settings)
                told.append(chart(per_value(found, str(one["axis"].iloc[0]), part.key, ablations.numeric_axis(ablation)), name,
                                  ablations.told(found, name), ablations.table(found), f"{part.key}-{key}-{task}"))
                tables.append(found)
        if tables:
            told.append(paragraph(ablations.explained(ablation, pd.concat(tables)), "note"))
    return "".join(told)


def published_charts(part: Part) -> str:
    """The paper's printed curves, each beside ours per percent of the pool; "" where it has none of this data set."""
    dataset, told = str(part.rows["dataset"].iloc[0]), []
    tables = {task: rows for task in part.tasks if len(rows := for_task(published(), dataset, task))}
    for task, rows in tables.items():
        figure = learning_curve(printed.as_means(rows), printed.lines(rows), "percent", printed.axis(rows.iloc[0]), part.key)
        name = printed.TITLES.get(task, task)
        told.append(f'<div class="pair">\n{_curve(part, task, "percent", None, "Measured: ")}'
                    + chart(figure, f"Printed in the paper: {name}", printed.told(rows), printed.table(rows),
                            f"{part.key}-paper-{task}") + "</div>\n")
    if not told:
        return ""
    return ("".join(told) + paragraph(f"{printed.NOT_OURS} {printed.band_note('std')}", "note")
            + paragraph(printed.repeated_note(pd.concat(tables.values())), "note"))


SECTIONS: dict[str, Callable[[Part], str]] = {
    "Learning curves": curve_charts, "Change against Random": change_chart, "Labels saved": saved_charts,
    "Areas under the curves": area_tables, "Who wins": win_charts, "Overlap of picks": overlap_chart, "Costs": cost_table,
    "Ablations": ablation_charts, "The paper's curves": published_charts,
}


def _curve(part: Part, task: str, x: str, seeds: pd.DataFrame | None, before: str = "") -> str:
    """One task. `seeds`: rows of single seeds, to be drawn too; `before`: begins the title."""
    one, whole = (rows[rows["task"] == task] for rows in (part.curves.assign(x=part.curves[x].astype(float)), part.whole))
    mean, name = over_seeds(one, BAND), before + _name(part, task)
    axis = str(part.rows.loc[part.rows["task"] == task, "axis"].iloc[0])
    drawn = learning_curve(mean, part.named, x, axis, part.key, band=BAND, seeds=None if seeds is None else one,
                           full=curves.full(whole))
    return chart(drawn, name, curves.message(mean, part.named, name), curves.table(mean, part.named, x, BAND),
                 f"{part.key}-{x}-{task}")


def _name(part: Part, task: str) -> str:
    return str(part.rows.loc[part.rows["task"] == task, "name"].iloc[0])
