"""Who wins so far: the learning curves of an experiment, and all strategies and variants at one budget, held against Random."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count, decimals, fixed, spread
from mtal.analysis.statistics.curves import beside
from mtal.analysis.tables.costs import spent
from mtal.analysis.tables.run_groups import apart, tasks_in_order
from mtal.analysis.tables.run_groups import curve_rows as run_rows
from mtal.analysis.text.costs import per_cycle, shared_note
from mtal.analysis.text.curves import RANDOM
from mtal.runs.experiments.experiment import ALL_LABELS, PLAIN, Experiment
from mtal.ui import inputs, loaders
from mtal.ui.components import curve_charts
from mtal.ui.components.report_download import offer_report
from mtal.ui.components.strategy_cards import SEVEN
from mtal.ui.experiments.overview import REFERENCE_TITLE, strategy_title
from mtal.ui.text import plain

READABLE = 8  # lines in one chart; more are drawn when asked for
FEW = 3  # lines, up to which every seed is drawn too
COMMON = "common"  # the budget box while runs go on: the last that all have reached
UNEQUAL = (
    "These means are over different numbers of seeds (column n), and seeds differ in their start: an order by them can be "
    "chance. The difference to Random compares like with like."
)


def curve_rows(experiment: Experiment) -> pd.DataFrame:
    """`mtal.analysis.tables.run_groups.curve_rows` of its runs, a line per strategy and variant of the plan: group and title are its name,
    variant its number (0 for the plain settings), label the variant's words."""
    cells = {cell.run_name: cell for cell in experiment.cells}
    rows = run_rows(
        [run for cell in cells.values() if (run := experiment.run(cell))], loaders.measured
    )
    if rows.empty:
        return rows
    number = {
        label: place for place, label in enumerate(dict.fromkeys([PLAIN, *experiment.variants]))
    }
    labels = rows["run"].map({name: cell.variant for name, cell in cells.items()})
    names = [
        line_title(strategy, label)
        for strategy, label in zip(rows["strategy"], labels, strict=True)
    ]
    return rows.assign(label=labels, group=names, title=names, variant=labels.map(number))


def line_title(strategy: str, variant: str) -> str:
    """`Consistency × diversity (ours) [committee=mean]`."""
    if variant == ALL_LABELS:
        return REFERENCE_TITLE
    return f"{strategy_title(strategy)} [{variant}]" if variant else strategy_title(strategy)


def show_curves(rows: pd.DataFrame, experiment: Experiment) -> str:
    """Choose task, axis and lines, and draw; the task that was chosen."""
    titles = dict(zip(rows["task"], rows["name"], strict=True))
    task = inputs.choose(
        "Task",
        tasks_in_order(rows),
        "experiments",
        "task",
        lambda name: titles[name],
        follows=False,
    )
    rows, style = curve_charts.choose_style(rows, "experiments", paper=False)
    groups = list(apart(rows)[0]["group"].unique())
    shown = (
        st.multiselect(
            "Lines",
            groups,
            default=usual_lines(rows),
            key="experiments.lines",
            help="One line per strategy and variant: mean over its seeds, with a band.",
        )
        if len(groups) > READABLE
        else groups
    )
    drawn = rows[rows["group"].isin(shown) | rows["run"].isin(apart(rows)[1]["run"])]
    if drawn.empty:
        st.caption("Choose at least one line above.")
    else:
        few = drawn["group"].nunique() <= FEW  # single seeds only where they can be told apart
        style = replace(style, thin=style.thin and few)
        means = curve_charts.means_of(drawn[drawn["task"] == task], style)
        curve_charts.show_chart(drawn, means, task, style, legend=True, page="experiments")
        curve_charts.show_remarks(
            drawn, style, [run for cell in experiment.cells if (run := experiment.run(cell))]
        )
    st.page_link(
        "pages/curves.py",
        label="All tasks, labels saved, areas, who wins, overlap, costs and ablations",
        icon=":material/show_chart:",
        query_params={"experiment": experiment.name},
    )
    return task


def usual_lines(rows: pd.DataFrame) -> list[str]:
    """The paper's methods as far as they are there, else the first ones."""
    groups = rows.drop_duplicates("group")
    paper = groups[groups["strategy"].isin(SEVEN) & (groups["label"] == PLAIN)]["group"].tolist()
    return paper if len(paper) > 1 else groups["group"].tolist()[:READABLE]


def last_common_cycle(rows: pd.DataFrame) -> int:
    """The last cycle that every line with a complete cycle has reached, if only with one seed: the table says with how many."""
    return int(rows.groupby("group")["cycle"].max().min())


def standing(rows: pd.DataFrame, cycle: int) -> pd.DataFrame:
    """One task at one cycle, best first. `rows` as in `curve_rows`, of one task.

    Columns: group, strategy, label, better, n (seeds), labels, mean, std, gain, gain_std, pairs. `gain` is the mean over the
    seeds that both have of value - Random's value at as many labels, read off between Random's cycles where it has no cycle
    there (our choice); stds are of the sample, NaN for one seed. A variant is held against Random of the same variant if
    there is one, else against plain Random.
    """
    rows = rows.assign(
        line=rows["strategy"] + "\n" + rows["label"]
    )  # strategies of one's own can have the same title
    at = rows[rows["cycle"] == cycle].merge(_gains(rows), how="left", on=["line", "seed", "cycle"])
    found = at.groupby(["group", "strategy", "label", "better"], sort=False, as_index=False).agg(
        n=("seed", "nunique"),
        labels=("labels", "mean"),
        mean=("value", "mean"),
        std=("value", "std"),
        gain=("gain", "mean"),
        gain_std=("gain", "std"),
        pairs=("gain", "count"),
    )
    rising = len(found) > 0 and found["better"].iloc[0] == "lower"
    return found.sort_values("mean", ascending=rising, kind="stable", ignore_index=True)


def seconds_per_cycle(experiment: Experiment) -> pd.DataFrame:
    """As `mtal.analysis.text.costs.per_cycle`, a row per line of the plan."""
    tables = [
        spent(run, loaders.seconds(run)).assign(group=line_title(cell.strategy, cell.variant))
        for cell in experiment.cells
        if (run := experiment.run(cell)) and run.cycles_done()
    ]
    return per_cycle(pd.concat(tables, ignore_index=True))


def show_standing(experiment: Experiment, rows: pd.DataFrame, task: str) -> None:
    """Choose a budget, and the table at it."""
    one = apart(rows)[0]
    one = one[one["task"] == task]
    budgets = one.groupby("cycle")[
        ["percent", "labels"]
    ].median()  # single labels reach more images with as many labels
    titles = {
        str(
            cycle
        ): f"{row['percent']:.3g} % of the labels, {row['labels']:,.0f} task labels (cycle {cycle})"
        for cycle, row in budgets.iterrows()
    }
    st.subheader("At one budget", anchor=False)
    common = last_common_cycle(one)
    titles = {COMMON: f"The last that all lines have reached: {titles[str(common)]}"} | titles
    chosen = inputs.choose(
        "Budget", list(titles), "experiments", "cycle", lambda name: titles[name], follows=False
    )
    found = standing(one, common if chosen == COMMON else int(chosen))
    axis = str(one["axis"].iloc[0])
    wide = st.column_config.TextColumn(width="medium")
    times = seconds_per_cycle(experiment)
    st.dataframe(
        table(found, times, axis),
        key="experiments.standing",
        hide_index=True,
        height="content",
        alt=told(found, axis),
        column_config={"strategy": wide, "variant": wide},
    )
    if found["n"].nunique() > 1:
        st.warning(UNEQUAL, icon=":material/balance:")
    missing = [group for group in rows["group"].unique() if group not in set(found["group"])]
    late = f" Not there yet: {plain(', '.join(missing))}." if missing else ""
    st.caption(
        "± is the standard deviation over n seeds. The difference to Random is taken seed by seed at as many labels, "
        f"where both have come so far.{shared_note(times)}{late}"
    )


def table(found: pd.DataFrame, seconds: pd.DataFrame, axis: str) -> pd.DataFrame:
    """`standing` for people."""
    places = decimals([*found["mean"], *found["std"]])
    times = seconds.reindex(found["group"]).fillna("–")
    return pd.DataFrame(
        {
            "strategy": [strategy_title(name) for name in found["strategy"]],
            "variant": found["label"],
            axis: _spreads(found, places),
            "difference to Random": _differences(found, places),
            "n": found["n"],
            "selection, s per cycle": times["selection"].tolist(),
            "training, s per cycle": times["training"].tolist(),
            "task labels": found["labels"].round().astype(int),
        }
    ).drop(columns=[] if (found["label"] != PLAIN).any() else ["variant"])


def told(found: pd.DataFrame, axis: str) -> str:
    """What the table says, in one line."""
    places = decimals(found["mean"])
    return f"{axis}, best first: " + "; ".join(
        f"{group} {fixed(mean, places)} (n={n})"
        for group, mean, n in _columns(found, "group", "mean", "n")
    )


def download(found: pd.DataFrame, experiment: Experiment) -> None:
    """Every measurement, a row per run, cycle and task, and the report. `found` as `mtal.runs.experiments.experiment.metrics` gives it."""
    with st.container(horizontal=True):
        st.download_button(
            f"All {count(len(found), 'measurement')} as CSV",
            _as_csv(found),
            f"{experiment.name}.csv",
            "text/csv",
            key="experiments.csv",
            icon=":material/download:",
            on_click="ignore",
        )
        offer_report(experiment, experiment.name, "experiments")


def _as_csv(found: pd.DataFrame) -> Callable[[], str]:
    return lambda: found.to_csv(index=False, lineterminator="\n")


def _gains(rows: pd.DataFrame) -> pd.DataFrame:
    """Columns: line, seed, cycle, gain: value - Random's value at as many labels; NaN where that has not come so far, and no row
    of Random. A pass per variant of Random, most often one."""
    is_random, tables = rows["strategy"] == RANDOM, []
    against = rows["label"].where(rows["label"].isin(rows.loc[is_random, "label"]), PLAIN)
    for label, some in rows[~is_random].groupby(against[~is_random]):
        both = pd.concat([some, rows[is_random & (rows["label"] == label)].assign(line=RANDOM)])
        tables.append(
            beside(both.assign(group=both["line"], x=both["labels"]), RANDOM).query(
                "group != @RANDOM"
            )
        )
    found = pd.concat(tables) if tables else beside(rows[:0].assign(x=0.0), RANDOM)
    return found.assign(gain=found["value"] - found["base"]).rename(columns={"group": "line"})[
        ["line", "seed", "cycle", "gain"]
    ]


def _differences(found: pd.DataFrame, places: int) -> list[str]:
    """`-0.231 ± 0.040, better`; or why there is none."""
    said = []
    for strategy, better, n, gain, std, pairs in _columns(
        found, "strategy", "better", "n", "gain", "gain_std", "pairs"
    ):
        if strategy == RANDOM:
            said.append("is Random")
        elif not pairs:
            said.append("no run of Random to compare with")
        else:
            word = (
                "equal"
                if round(gain, places) == 0
                else "better"
                if (gain > 0) == (better == "higher")
                else "worse"
            )
            spread = f" ± {fixed(std, places)}" if pairs > 1 else ""
            doubt = (
                ", one seed"
                if pairs == 1
                else ", within the spread"
                if word != "equal" and abs(gain) <= std
                else ""
            )
            said.append(
                f"{gain:+.{places}f}{spread}, {word}{doubt}" + f" (n={pairs})" * (pairs != n)
            )
    return said


def _columns(frame: pd.DataFrame, *names: str) -> Iterator[tuple[Any, ...]]:
    """The rows of some columns."""
    return zip(*(frame[name] for name in names), strict=True)


def _spreads(found: pd.DataFrame, places: int) -> list[str]:
    return [spread(mean, std, n, places) for mean, std, n in _columns(found, "mean", "std", "n")]
