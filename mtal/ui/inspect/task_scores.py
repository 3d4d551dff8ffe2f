"""Task scores of one image and their percentiles in the pool, for each way to join a committee."""

from math import isfinite

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import figures, pool_percentile
from mtal.analysis.tables.counterfactuals import (
    JOINS,
    Join,
    committee_scores,
    has_parts,
    normalised_scores,
    pool_ranks,
    rule_score,
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
        f"{join}: depth {row['depth']} m, normals {row['normals']}°, mIoU {row['semseg']} %, "
        f"loss {row['loss']}"
        for join, row in TABLE_2.items()
    )
    + ". Their max is the best, and the default here."
)


def show_bars(run: Run, cycle: int, image: int, pool: pd.DataFrame) -> None:
    """Draw the task scores with the switch; nothing where no disagreement was measured."""
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
    text = (
        f"Bars: the share of the images not yet labelled in cycle {cycle} whose value is lower "
        "than this image's."
    )
    if not pool["open"].iloc[image]:
        text += " It was labelled already, so it is not one of them."
    text += (
        f" ◀ and hatching: the member that gave the task's score ({join} over the committee) "
        "and the task that is highest after normalising."
    )
    st.caption(f"{text} {WHY_A_SWITCH}" if several else text)


def bar_rows(
    pool: pd.DataFrame, image: int, tasks: tuple[TaskFacts, ...], join: str, own: str
) -> pd.DataFrame:
    """Rows for `task_bars`: the score s_k of each task, and the members m_{k,l} of its committee.

    join: how a committee is joined to a score. own: how the run itself joins it.
    """
    table = pool
    if join != own or not _used(pool):
        joined = committee_scores(pool, [task.name for task in tasks], _join(join))
        columns = {task_score_column(str(name)): joined[name] for name in joined}
        table = pool.assign(**columns)
    free, driver = table[table["open"]], driving_task(pool, image) if join == own else ""
    rows = []
    for task in tasks:
        column = task_score_column(task.name)
        if column in table:
            is_driver = task.name == driver
            rows.append(_bar(free, table, image, column, task, task.title, "task", is_driver))
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
    """The rank of the image under another `join`; "" where the strategy made no score of these."""
    names = normalised_tasks(pool)
    if not has_parts(pool, config) or normalised_scores(pool, names, _join(join), config).empty:
        return ""
    if not pool["open"].iloc[image]:
        return "It could not be picked in this cycle, so it has no rank under any rule."
    rank = int(pool_ranks(rule_score(pool, config, join=_join(join)), pool["open"])[image])
    picked, free = int(pool["picked"].sum()), int(pool["open"].sum())
    verb = "would be" if rank <= picked else "would not be"
    own_rank = int(pool["rank"].iloc[image])
    own = f"rank {own_rank:,}" if own_rank else "no rank"
    return (
        f"Joined by {join}, this image would stand at rank {rank:,} of {free:,} and {verb} picked "
        f"(a plain ranking before the first pick; in the run, joined by {config.committee}, it "
        f"had {own})."
    )


def _used(pool: pd.DataFrame) -> bool:
    """Whether the strategy used the committee for its pick, rather than only measuring it."""
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
    """A row of `bar_rows`.

    free: rows of the images that could be picked, which the percentile is taken of. pool: all
    rows. image: a position in it. column: the value. task: gives its unit. label, kind, speaks:
    columns of the row.
    """
    value = float(pool[column].iloc[image])
    percentile = pool_percentile(free[column], value)
    text = _with_unit(value, task.distance_unit)
    if isfinite(percentile):
        text += f", higher than {round(percentile)} % of the pool"
    return {"label": label, "percentile": percentile, "text": text, "kind": kind, "speaks": speaks}


def _with_unit(value: float, unit: str) -> str:
    """`49.0°`, `0.61 m`, `0.61`."""
    space = "" if unit in {"", "°"} else " "
    return f"{figures(value)}{space}{unit}"
