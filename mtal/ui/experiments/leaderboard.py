"""The results of an experiment so far: learning curves, and a ranking at one budget."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from mtal.analysis.csv_text import csv_text
from mtal.analysis.numbers import count, decimals, fixed, spread
from mtal.analysis.statistics.curves import with_reference
from mtal.analysis.tables.costs import cycle_costs
from mtal.analysis.tables.run_groups import curve_rows as run_rows
from mtal.analysis.tables.run_groups import split_all_labels, tasks_in_order
from mtal.analysis.text.costs import per_cycle, shared_note
from mtal.analysis.text.curves import RANDOM
from mtal.analysis.text.differences import difference_text
from mtal.runs.experiments.plan import ALL_LABELS, PLAIN
from mtal.runs.experiments.state import Experiment
from mtal.runs.store.run import Run
from mtal.ui import inputs, loaders
from mtal.ui.components import curve_charts, curve_notes, curve_style
from mtal.ui.components.report_download import offer_report
from mtal.ui.components.strategy_cards import SEVEN
from mtal.ui.experiments.titles import REFERENCE_TITLE, strategy_title
from mtal.ui.text import plain

READABLE = 8  # lines in one chart; more are drawn when asked for
FEW = 3  # lines, up to which every seed is drawn too
COMMON = "common"  # option of the budget box: the last budget that all lines have reached
GAIN_COLUMNS = ["line", "seed", "cycle", "gain"]
UNEQUAL = (
    "These means are over different numbers of seeds (column n), and seeds differ in their start: "
    "an order by them can be chance. The difference to Random compares like with like."
)


def curve_rows(experiment: Experiment) -> pd.DataFrame:
    """Curves as of `mtal.analysis.tables.run_groups.curve_rows`, a line per strategy and variant.

    Columns changed or added: group and title, the name of the line; variant, the number of the
    variant in the plan, 0 for the plain settings; label, the variant in words.
    """
    rows = run_rows(_runs(experiment), loaders.measured)
    if rows.empty:
        return rows
    variants = dict.fromkeys([PLAIN, *experiment.variants])
    numbers = {label: number for number, label in enumerate(variants)}
    labels = rows["run"].map({cell.run_name: cell.variant for cell in experiment.cells})
    titles = list(map(line_title, rows["strategy"], labels))
    return rows.assign(label=labels, group=titles, title=titles, variant=labels.map(numbers))


def _runs(experiment: Experiment) -> list[Run]:
    """Runs of an experiment that were started, in the order of its cells."""
    return [run for run in map(experiment.run, experiment.cells) if run]


def line_title(strategy: str, variant: str) -> str:
    """`Consistency × diversity (ours) [committee=mean]`."""
    if variant == ALL_LABELS:
        return REFERENCE_TITLE
    return f"{strategy_title(strategy)} [{variant}]" if variant else strategy_title(strategy)


def show_curves(rows: pd.DataFrame, experiment: Experiment) -> str:
    """Ask for task, axis and lines, draw the curves, and return the task."""
    titles = dict(zip(rows["task"], rows["name"], strict=True))
    tasks = tasks_in_order(rows)
    task = inputs.choose("Task", tasks, "experiments", "task", titles.__getitem__, follows=False)
    rows, style = curve_style.choose_style(rows, "experiments", paper=False)
    curves, whole = split_all_labels(rows)
    shown = list(curves["group"].unique())
    if len(shown) > READABLE:
        shown = st.multiselect(
            "Lines",
            shown,
            default=default_lines(rows),
            key="experiments.lines",
            help="One line per strategy and variant: mean over its seeds, with a band.",
        )
    drawn = rows[rows["group"].isin(shown) | rows["run"].isin(whole["run"])]
    if drawn.empty:
        st.caption("Choose at least one line above.")
    else:
        few = drawn["group"].nunique() <= FEW  # single seeds only where they can be told apart
        style = replace(style, thin=style.thin and few)
        means = curve_charts.means_of(drawn[drawn["task"] == task], style)
        curve_charts.show_chart(drawn, means, task, style, legend=True, page="experiments")
        curve_notes.say_backbone(drawn)
        curve_notes.show_remarks(drawn, style, _runs(experiment))
    st.page_link(
        "pages/curves.py",
        label="All tasks, labels saved, areas, who wins, overlap, costs and ablations",
        icon=":material/show_chart:",
        query_params={"experiment": experiment.name},
    )
    return task


def default_lines(rows: pd.DataFrame) -> list[str]:
    """The paper's methods with plain settings; the first lines if fewer than two were run."""
    groups = rows.drop_duplicates("group")
    paper = groups[groups["strategy"].isin(SEVEN) & (groups["label"] == PLAIN)]["group"].tolist()
    return paper if len(paper) > 1 else groups["group"].tolist()[:READABLE]


def last_common_cycle(rows: pd.DataFrame) -> int:
    """Last cycle that every line has reached with at least one seed; the table counts seeds."""
    return int(rows.groupby("group")["cycle"].max().min())


def ranking(rows: pd.DataFrame, cycle: int) -> pd.DataFrame:
    """Rank the lines of one task at one cycle, best first.

    rows: as of `curve_rows`, of one task. Columns: group, strategy, label, better, n (seeds),
    labels, mean, std, gain, gain_std, pairs.

    gain is value - Random's value at as many labels, mean over the seeds that both have. Between
    Random's cycles its value is interpolated (our choice). Stds are of the sample, NaN for one
    seed. A variant is compared with Random of the same variant, else with plain Random.
    """
    # Two strategies of a user can have the same title, so lines are told apart by their names.
    rows = rows.assign(line=rows["strategy"] + "\n" + rows["label"])
    points = rows[rows["cycle"] == cycle]
    points = points.merge(_gains(rows), how="left", on=["line", "seed", "cycle"])
    lines = points.groupby(["group", "strategy", "label", "better"], sort=False, as_index=False)
    table = lines.agg(
        n=("seed", "nunique"),
        labels=("labels", "mean"),
        mean=("value", "mean"),
        std=("value", "std"),
        gain=("gain", "mean"),
        gain_std=("gain", "std"),
        pairs=("gain", "count"),
    )
    ascending = len(table) > 0 and table["better"].iloc[0] == "lower"
    return table.sort_values("mean", ascending=ascending, kind="stable", ignore_index=True)


def seconds_per_cycle(experiment: Experiment) -> pd.DataFrame:
    """Times as of `mtal.analysis.text.costs.per_cycle`, a row per line of the plan."""
    tables = []
    for cell in experiment.cells:
        run = experiment.run(cell)
        if run and run.cycles_done():
            costs = cycle_costs(run, loaders.seconds(run))
            tables.append(costs.assign(group=line_title(cell.strategy, cell.variant)))
    return per_cycle(pd.concat(tables, ignore_index=True))


def show_ranking(experiment: Experiment, rows: pd.DataFrame, task: str) -> None:
    """Ask for a budget, and draw the table of all lines at it. task: name of the task."""
    task_rows = split_all_labels(rows)[0]
    task_rows = task_rows[task_rows["task"] == task]
    st.subheader("At one budget", anchor=False)
    points = ranking(task_rows, _choose_budget(task_rows))
    axis, times = str(task_rows["axis"].iloc[0]), seconds_per_cycle(experiment)
    wide = st.column_config.TextColumn(width="medium")
    st.dataframe(
        ranking_table(points, times, axis),
        key="experiments.standing",
        hide_index=True,
        height="content",
        alt=ranking_text(points, axis),
        column_config={"strategy": wide, "variant": wide},
    )
    if points["n"].nunique() > 1:
        st.warning(UNEQUAL, icon=":material/balance:")
    missing = [group for group in rows["group"].unique() if group not in set(points["group"])]
    late = f" Not there yet: {plain(', '.join(missing))}." if missing else ""
    st.caption(
        "± is the standard deviation over n seeds. The difference to Random is taken seed by seed "
        f"at as many labels, where both have come so far.{shared_note(times)}{late}"
    )


def _choose_budget(rows: pd.DataFrame) -> int:
    """Ask for a cycle, named by its share of the labels; by default the last common one.

    Strategies that acquire single labels reach more images with as many labels, so a budget is the
    median over runs.
    """
    titles = {}
    for cycle, row in rows.groupby("cycle")[["percent", "labels"]].median().iterrows():
        labels = f"{row['percent']:.3g} % of the labels, {row['labels']:,.0f} task labels"
        titles[str(cycle)] = f"{labels} (cycle {cycle})"
    common = last_common_cycle(rows)
    titles = {COMMON: f"The last that all lines have reached: {titles[str(common)]}"} | titles
    chosen = inputs.choose(
        "Budget", list(titles), "experiments", "cycle", titles.__getitem__, follows=False
    )
    return common if chosen == COMMON else int(chosen)


def ranking_table(points: pd.DataFrame, seconds: pd.DataFrame, axis: str) -> pd.DataFrame:
    """`ranking` as texts. seconds: as of `seconds_per_cycle`; axis: title of the value column."""
    precision = decimals([*points["mean"], *points["std"]])
    times = seconds.reindex(points["group"]).fillna("–")
    table = pd.DataFrame(
        {
            "strategy": [strategy_title(name) for name in points["strategy"]],
            "variant": points["label"],
            axis: _spreads(points, precision),
            "difference to Random": _differences(points, precision),
            "n": points["n"],
            "selection, s per cycle": times["selection"].tolist(),
            "training, s per cycle": times["training"].tolist(),
            "task labels": points["labels"].round().astype(int),
        }
    )
    has_variants = bool((points["label"] != PLAIN).any())
    return table if has_variants else table.drop(columns="variant")


def ranking_text(points: pd.DataFrame, axis: str) -> str:
    """`ranking` in one line."""
    precision = decimals(points["mean"])
    texts = [
        f"{group} {fixed(mean, precision)} (n={n})"
        for group, mean, n in _columns(points, "group", "mean", "n")
    ]
    return f"{axis}, best first: {'; '.join(texts)}"


def show_downloads(metrics: pd.DataFrame, experiment: Experiment) -> None:
    """Draw downloads of all measurements and of the report.

    metrics: as of `mtal.runs.experiments.experiment.metrics`.
    """
    with st.container(horizontal=True):
        st.download_button(
            f"All {count(len(metrics), 'measurement')} as CSV",
            partial(csv_text, metrics),
            f"{experiment.name}.csv",
            "text/csv",
            key="experiments.csv",
            icon=":material/download:",
            on_click="ignore",
        )
        offer_report(experiment, experiment.name, "experiments")


def _gains(rows: pd.DataFrame) -> pd.DataFrame:
    """Difference of each point of the other strategies to Random. Columns: GAIN_COLUMNS.

    gain is NaN where Random has not come so far.
    """
    is_random = rows["strategy"] == RANDOM
    variants = rows["label"].where(rows["label"].isin(rows.loc[is_random, "label"]), PLAIN)
    tables = [with_reference(rows[:0].assign(x=0.0), RANDOM)]  # columns, if nothing is compared
    for label, others in rows[~is_random].groupby(variants[~is_random]):
        random = rows[is_random & (rows["label"] == label)].assign(line=RANDOM)
        both = pd.concat([others, random])
        both = with_reference(both.assign(group=both["line"], x=both["labels"]), RANDOM)
        tables.append(both[both["group"] != RANDOM])
    gains = pd.concat(tables[1:]) if len(tables) > 1 else tables[0]
    gains = gains.assign(gain=gains["value"] - gains["base"]).rename(columns={"group": "line"})
    return gains[GAIN_COLUMNS]


def _differences(points: pd.DataFrame, precision: int) -> list[str]:
    """`difference_text` of each line, or why there is none."""
    texts = []
    for strategy, better, n, gain, std, pairs in _columns(
        points, "strategy", "better", "n", "gain", "gain_std", "pairs"
    ):
        if strategy == RANDOM:
            texts.append("is Random")
        elif not pairs:
            texts.append("no run of Random to compare with")
        else:
            texts.append(difference_text(gain, std, pairs, precision, better, n))
    return texts


def _columns(frame: pd.DataFrame, *names: str) -> Iterator[tuple[Any, ...]]:
    """Iterate over the rows of some columns."""
    return zip(*(frame[name] for name in names), strict=True)


def _spreads(points: pd.DataFrame, precision: int) -> list[str]:
    columns = _columns(points, "mean", "std", "n")
    return [spread(mean, std, n, precision) for mean, std, n in columns]
