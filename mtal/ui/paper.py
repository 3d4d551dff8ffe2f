"""What the paper printed, by itself: its curves from its own tables, and what our calculators make of them."""
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st
from scipy import stats

from mtal.figures.curves import learning_curve
from mtal.figures.published import READINGS, SEEDS, published
from mtal.reading import printed
from mtal.reading.printed import TITLES
from mtal.runs.run import LOSS
from mtal.statistics.area import areas
from mtal.statistics.reach import reach_by_group
from mtal.statistics.reach import text as budget_text
from mtal.ui import inputs
from mtal.ui.chart import show_figure

FIGURES = {"PASCAL": "Figure 4: PASCAL-Context, five tasks", "NYU": "Figure 5: NYUD-v2, three tasks"}
OURS, PARTAL, RANDOM = "Ours", "PartAL", "Random"
LEVEL = 0.05


def choose() -> tuple[pd.DataFrame, str, str]:
    """Rows of one data set, its name, and how the printed ± is read."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        dataset = inputs.choose("Figure", list(FIGURES), "published", "figure", lambda name: FIGURES[name], follows=False)
        reading = inputs.choose("The paper's ± is", list(READINGS), "published", "reading", lambda name: READINGS[name],
                                follows=False, widget=partial(st.segmented_control, required=True))
    rows = published(reading=reading)
    st.caption("From the tables of the paper's supplement alone; nothing here was measured by this program. The backbone, the "
               "schedule and the loss behind these numbers are not documented.")
    return rows[rows["dataset"] == dataset], dataset, reading


def show_charts(rows: pd.DataFrame, dataset: str, reading: str) -> None:
    """A chart per table, in the paper's order."""
    tables = [one for _, one in rows.groupby("table", sort=True)]
    for column, one in zip(inputs.columns(len(tables), 2, "published"), tables, strict=True):
        first = one.iloc[0]
        task, key = str(first["task"]), f"published.{dataset}.{first['task']}"
        figure = learning_curve(printed.as_means(one), printed.lines(one), "percent", printed.axis(first), key, band="std",
                                legend=task == LOSS or len(tables) == 1)
        with column:
            st.markdown(f"**Figure {first['figure']}: {TITLES.get(task, task)}** (Table {first['table']})")
            show_figure(figure, one, f"published-{dataset}-{task}", key, printed.told(one))
    if repeated := printed.repeated_note(rows):
        st.caption(repeated)
    st.caption(printed.band_note(reading))


def show_numbers(rows: pd.DataFrame) -> None:
    """Areas, and the budgets at which values are reached."""
    st.subheader("What follows from the tables", anchor=False)
    st.dataframe(reduced(rows), key="published.numbers", hide_index=True, height="content",
                 alt="Areas under the published curves and budgets at which values are reached")
    st.caption("AULC: mean height of the curve from 20 to 60 % of the labels. Budgets in % of the pool, linear between points; "
               "≤20: already at the first point.")


def reduced(rows: pd.DataFrame) -> pd.DataFrame:
    """A row per task: areas of three methods, and who reaches whose last value with how much."""
    found = []
    for _, one in rows.groupby("table", sort=True):
        tidy = one.assign(group=one["method"], seed=0, x=one["labelled_percent"], value=one["mean"])
        better, task = str(one["better"].iloc[0]), str(one["task"].iloc[0])
        area = areas(tidy).set_index("group")["mean"]
        last = one.set_index(["method", "labelled_percent"])["mean"]
        to_random = _budgets(tidy, float(last[RANDOM, 60]), better)
        found.append({"task": TITLES.get(task, task), "better": "↓" if better == "lower" else "↑",
                      **{f"AULC {name}": f"{area[name]:.3f}" for name in (OURS, PARTAL, RANDOM)},
                      "Ours reaches Random@60 at": to_random[OURS], "PartAL reaches Random@60 at": to_random[PARTAL],
                      "Ours reaches PartAL@60 at": _budgets(tidy, float(last[PARTAL, 60]), better)[OURS]})
    return pd.DataFrame(found)


def show_tests(rows: pd.DataFrame, reading: str) -> None:
    """How many cells of the tables hold a difference that three runs can show."""
    found = welch(rows)
    st.subheader("Which differences hold", anchor=False)
    st.dataframe(found, key="published.tests", hide_index=True, height="content", alt="Welch's tests on the published cells")
    st.caption(f"Welch's t-test on mean, ± and n = {SEEDS} of every cell (task and budget), two-sided at 5 %, without "
               f"correction, ± read as {READINGS[reading]}. Switch the reading above: what is significant depends on it.")


def welch(rows: pd.DataFrame) -> pd.DataFrame:
    """Ours against each other method over all cells of `rows`. Columns: against, cells, ours better, ours worse, undecided."""
    keys, found = ["table", "labelled_percent"], []
    ours = rows[rows["method"] == OURS].set_index(keys)
    for method in rows["method"].unique():
        other = rows[rows["method"] == method].set_index(keys)[["mean", "spread"]].add_suffix(".other")
        cells = ours.join(other, how="inner")
        if method == OURS or cells.empty:
            continue
        _, p = stats.ttest_ind_from_stats(cells["mean"], cells["spread"], SEEDS,
                                          cells["mean.other"], cells["spread.other"], SEEDS, equal_var=False)
        ahead = np.where(cells["better"] == "higher", 1, -1) * (cells["mean"] - cells["mean.other"]).to_numpy()
        found.append((method, len(cells), int(((p < LEVEL) & (ahead > 0)).sum()), int(((p < LEVEL) & (ahead < 0)).sum()),
                      int((p >= LEVEL).sum())))
    return pd.DataFrame(found, columns=["Ours against", "cells", "Ours better", "Ours worse", "undecided"])


def _budgets(tidy: pd.DataFrame, target: float, better: str) -> dict[str, str]:
    found = reach_by_group(tidy, target, better)
    return {group: budget_text(x, censor, 0 if censor else 1) for group, x, censor in
            zip(found["group"], found["x"], found["censor"], strict=True)}
