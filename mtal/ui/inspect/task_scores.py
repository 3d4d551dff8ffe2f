"""Task scores of one image among the pool's, and what they would be if the committee's members were joined in another way."""

from math import isfinite

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import figures, ordinal, pool_percentile
from mtal.analysis.tables.counterfactuals import (
    JOINS,
    Join,
    normalised,
    ranks_in,
    score,
    scores_of_tasks,
)
from mtal.analysis.tables.published import TABLE_2
from mtal.config import Config
from mtal.figures.html_charts import task_bars
from mtal.runs.store.pool_table import (
    deciding_member,
    driving_task,
    member_column,
    members,
    normalised_tasks,
    scored_tasks,
    task_score_column,
)
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import TaskFacts
from mtal.ui import inputs
from mtal.ui.text import plain

WHY_A_SWITCH = (
    "Why there is a switch: the paper's Table 2 compares the three on NYUD (last cycle). "
    + "; ".join(
        f"{join}: depth {found['depth']} m, normals {found['normals']}°, mIoU {found['semseg']} %, loss {found['loss']}"
        for join, found in TABLE_2.items()
    )
    + ". Their max is the best, and the usual one here."
)


def show_bars(run: Run, cycle: int, image: int, pool: pd.DataFrame) -> None:
    """Task scores with the pool's percentiles and the switch; nothing where no disagreement was measured."""
    if not any(
        members(pool, task.name) or task_score_column(task.name) in pool for task in run.tasks
    ):
        return
    st.subheader("Task scores", anchor=False)
    join: str = run.config.committee
    several = max((len(members(pool, task.name)) for task in run.tasks), default=0) > 1
    if several:
        join = inputs.choose(
            "Committee joined by",
            list(JOINS),
            "inspect",
            "committee",
            lambda name: (
                f"{name} (this run)" if name == run.config.committee and _used(pool) else name
            ),
            default=run.config.committee,
            follows=False,
            widget=_segments,
        )
    st.html(task_bars(bar_rows(pool, image, run.tasks, join, run.config.committee)))
    if join != run.config.committee:
        st.markdown(plain(under_another(pool, image, run.config, join)))
    why = f" {WHY_A_SWITCH}" if several else ""
    labelled = (
        " It was labelled already, so it is not one of them."
        if not pool["open"].iloc[image]
        else ""
    )
    st.caption(
        f"Bars: the share of the images not yet labelled in cycle {cycle} whose value is lower than this image's."
        f"{labelled} ◀ and hatching: the member that gave the task's score ({join} over the committee) "
        f"and the task that is highest after normalising.{why}"
    )


def bar_rows(
    pool: pd.DataFrame, image: int, tasks: tuple[TaskFacts, ...], join: str, own: str
) -> pd.DataFrame:
    """Rows for `task_bars`: each task's score s_k as `join` gives it and, under it, the members m_{k,l} of its committee."""
    again = pool
    if join != own or not _used(pool):
        joined = scores_of_tasks(pool, [task.name for task in tasks], _join(join))
        again = pool.assign(**{task_score_column(name): values for name, values in joined.items()})
    free, driver = again[again["open"]], driving_task(pool, image) if join == own else ""
    rows = []
    for task in tasks:
        if task_score_column(task.name) in again:
            rows.append(
                _bar(
                    free,
                    again,
                    image,
                    task_score_column(task.name),
                    task,
                    task.title,
                    "task",
                    task.name == driver,
                )
            )
        speaker = deciding_member(pool, image, task.name, join)
        rows += [
            _bar(
                free,
                pool,
                image,
                member_column(task.name, partner),
                task,
                f"{task.name} from {partner}",
                "member",
                partner == speaker,
            )
            for partner in members(pool, task.name)
        ]
    return pd.DataFrame(rows, columns=["label", "percentile", "text", "kind", "speaks"])


def under_another(pool: pd.DataFrame, image: int, config: Config, join: str) -> str:
    """What another way to join would have made of the image's place; "" where the strategy made no score of these."""
    names = normalised_tasks(pool)
    if (
        not names
        or "diversity_start" not in pool
        or normalised(pool, names, _join(join), config).empty
    ):
        return ""
    if not pool["open"].iloc[image]:
        return "It could not be picked in this cycle, so it has no rank under any rule."
    place = int(ranks_in(score(pool, config, join=_join(join)), pool["open"])[image])
    picked, free = int(pool["picked"].sum()), int(pool["open"].sum())
    word = "would be" if place <= picked else "would not be"
    return (
        f"Joined by {join}, this image would stand at rank {place:,} of {free:,} and {word} picked (a plain ranking before "
        f"the first pick; in the run, joined by {config.committee}, it {_place(pool, image)})."
    )


def _place(pool: pd.DataFrame, image: int) -> str:
    rank = int(pool["rank"].iloc[image])
    return f"had rank {rank:,}" if rank else "had no rank"


def _used(pool: pd.DataFrame) -> bool:
    """Whether the strategy itself joined the committee; else only its members were described."""
    return bool(scored_tasks(pool))


def _join(name: str) -> Join:
    return next(join for join in JOINS if join == name)


def _segments(*args: object, **options: object) -> str:
    return str(st.segmented_control(*args, required=True, **options))  # type: ignore[call-overload]


def _bar(
    free: pd.DataFrame,
    pool: pd.DataFrame,
    image: int,
    column: str,
    task: TaskFacts,
    label: str,
    kind: str,
    speaks: bool,
) -> dict[str, object]:
    value = float(pool[column].iloc[image])
    share = pool_percentile(free[column], value)
    place = f", {ordinal(round(share))}" if isfinite(share) else ""
    return {
        "label": label,
        "percentile": share,
        "text": f"{figures(value)} {task.distance_unit}".strip() + place,
        "kind": kind,
        "speaks": speaks,
    }
