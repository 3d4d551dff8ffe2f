"""Choose what the points of the map are coloured by, among what the run measured."""

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from mtal.figures.colour_by import (
    Colouring,
    Values,
    by_driving_task,
    clusters,
    compared,
    dominant,
    grouped,
    labelled_in,
)
from mtal.figures.embedding import by_state, states
from mtal.runs.store.pool_table import (
    driving_tasks,
    loss_column,
    loss_tasks,
    normalised_tasks,
    scored_tasks,
    task_score_column,
)
from mtal.runs.store.run import Run
from mtal.ui import inputs, loaders, review_loaders
from mtal.ui.components.column_titles import TITLES

WIDE = partial(st.selectbox, width=300)


def choose_colouring(run: Run, cycle: int, pool: pd.DataFrame) -> Colouring:
    """The colouring of `?colour=`; some need a second choice, from `?class=` or `?with=`."""
    kinds = _kinds(run, cycle, pool)
    name = inputs.choose(
        "Colour",
        list(kinds),
        "map",
        "colour",
        lambda kind: kinds[kind][0],
        follows=False,
        widget=WIDE,
    )
    return kinds[name][1]()


def _kinds(
    run: Run, cycle: int, pool: pd.DataFrame
) -> dict[str, tuple[str, Callable[[], Colouring]]]:
    """Name in the address -> title, and a function that gives the colouring."""
    kinds: dict[str, tuple[str, Callable[[], Colouring]]] = {
        "state": ("state", lambda: by_state(pool.assign(state=states(pool))))
    }
    for column, title in TITLES.items():
        if column in pool and pool[column].notna().any():
            kinds[column] = (title, partial(_numbers, pool, column, title, ""))
    titles = {task.name: task for task in run.tasks}
    for task in scored_tasks(pool):
        unit = titles[task].distance_unit if task in titles else ""
        column, title = task_score_column(task), f"score of {task}"
        kinds[column] = (title, partial(_numbers, pool, column, title, unit))
    if normalised_tasks(pool):
        kinds["driver"] = (
            "driving task",
            lambda: by_driving_task(driving_tasks(pool), normalised_tasks(pool)),
        )
    kinds["labelled"] = (
        "cycle in which it was labelled",
        lambda: labelled_in(loaders.labelled_in(run).to_numpy(), cycle),
    )
    if loaders.others_picked(run, cycle):
        kinds["strategy"] = (
            "what another strategy would pick",
            partial(_strategy, run, cycle, pool),
        )
    content = loaders.content(run, cycle)
    for task in dict.fromkeys(name.partition("/")[0] for name in map(str, content.columns)):
        title = titles[task].title if task in titles else task
        kinds[f"class.{task}"] = (
            f"largest class of {title}",
            partial(dominant, content, task, title),
        )
    if len(content.columns):
        kinds["share"] = ("share of a class", partial(_share, content))
    for task in loss_tasks(pool):
        column, title = loss_column(task), f"true error of {task}"
        if pool[column].notna().any():
            kinds[column] = (title, partial(_numbers, pool, column, title, "its loss"))
    if "cluster" in pool and (pool["cluster"] >= 0).any():
        kinds["cluster"] = ("cluster of the embedding", lambda: clusters(pool["cluster"]))
    kinds["decision"] = ("decision of people", partial(_decisions, run, cycle, pool))
    return kinds


def _numbers(pool: pd.DataFrame, column: str, title: str, unit: str) -> Values:
    return Values(title, pool[column].to_numpy(float), unit)


def _strategy(run: Run, cycle: int, pool: pd.DataFrame) -> Colouring:
    others = loaders.others_picked(run, cycle)
    other = inputs.choose("Compared with", list(others), "map", "with", follows=False, widget=WIDE)
    return compared(pool, others[other], run.config.strategy, other)


def _share(content: pd.DataFrame) -> Colouring:
    names = [str(name) for name in content.columns]
    name = inputs.choose(
        "Class",
        names,
        "map",
        "class",
        lambda name: name.replace("/", ": "),
        follows=False,
        widget=WIDE,
    )
    return Values(
        f"share of {name.partition('/')[2]}", 100 * content[name].to_numpy(float), "% of pixels"
    )


def _decisions(run: Run, cycle: int, pool: pd.DataFrame) -> Colouring:
    batch = review_loaders.batch(run, cycle)
    labels = pd.Series("not in the batch", index=pool.index)
    labels[batch.index] = batch["decision"].replace({"auto": "picked, not decided"})
    return grouped(
        "decision of people",
        labels,
        ["picked, not decided", "accepted", "rejected", "refill", "not in the batch"],
    )
