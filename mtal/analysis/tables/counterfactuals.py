"""The rank that one image would have under other rules and other strategies.

All rules are plain rankings of the pool before the first pick, without the greedy update (our
choice: an update for every rule would take a whole selection each).
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from mtal.acquisition.scores import comparable, task_scores
from mtal.config import Config
from mtal.runs.store.pool_table import member_column, members, normalised_column, normalised_tasks

Join = Literal["max", "mean", "min"]
JOINS: tuple[Join, ...] = ("max", "mean", "min")
COLUMNS = ["rule", "kind", "rank", "picked"]


def committee_scores(pool: pd.DataFrame, tasks: Sequence[str], join: Join) -> pd.DataFrame:
    """Join the committee's members m_{k,l} to s_k: a column per task with a committee, in its unit.

    pool: as of `Run.pool`.
    """
    scores = {}
    for task in tasks:
        names = [member_column(task, partner) for partner in members(pool, task)]
        if names:
            scores[task] = getattr(pool[names], join)(axis=1, skipna=False)
    return pd.DataFrame(scores, index=pool.index)


def normalised_scores(
    pool: pd.DataFrame, tasks: Sequence[str], join: Join, config: Config
) -> pd.DataFrame:
    """Make `committee_scores` comparable over the open pool, as the run did.

    Empty if any member was not measured there.
    """
    scores = committee_scores(pool, tasks, join)
    is_open = pool["open"].to_numpy()
    if scores.empty or not np.isfinite(scores.to_numpy()[is_open]).all():
        return pd.DataFrame(index=pool.index)
    # One member per task: they are joined above, since committees differ in size.
    joined = task_scores(scores.to_numpy()[:, :, None], "max")
    return pd.DataFrame(
        comparable(joined, is_open, config.normalise), index=pool.index, columns=scores.columns
    )


def pool_ranks(values: pd.Series, is_open: pd.Series) -> np.ndarray:
    """Rank the open images: (N,) int, 1 + how many of them have a higher value.

    0 for images that are not open or have no value.
    """
    numbers = values.to_numpy(float)
    ranked = is_open.to_numpy() & np.isfinite(numbers)
    order = np.sort(numbers[ranked])
    ranks = np.zeros(len(values), np.int32)
    ranks[ranked] = 1 + len(order) - np.searchsorted(order, numbers[ranked], side="right")
    return ranks


def rule_score(
    pool: pd.DataFrame,
    config: Config,
    join: Join | None = None,
    across: str | None = None,
    terms: str | None = None,
    without: str = "",
) -> pd.Series:
    """Score the pool before the first pick: (N,).

    pool, config: of the run; each setting that is not given is taken from config.
    join: how the members of a committee are joined.
    across: how tasks are joined, "max" or "mean".
    terms: "inconsistency", "diversity" or "product".
    without: a task to leave out.
    """
    tasks = normalised_tasks(pool)
    columns = {task: pool[normalised_column(task)] for task in tasks}
    scores = pd.DataFrame(columns, index=pool.index)
    if join is not None and join != config.committee:
        scores = normalised_scores(pool, tasks, join, config)
    if without:
        scores = scores.drop(columns=without)
    by_mean = (across or config.across) == "mean"
    inconsistency = scores.mean(axis=1) if by_mean else scores.max(axis=1)
    chosen = terms or config.terms
    if chosen == "inconsistency":  # alone, diversity may not have been measured
        return inconsistency
    distance = pool["diversity_start"]
    return distance if chosen == "diversity" else inconsistency * distance


def has_parts(pool: pd.DataFrame, config: Config) -> bool:
    """Whether a pool table holds the parts of our score that its other rules need.

    The other strategies with scores per task or with distances join them in other ways.
    """
    needed = {"inconsistency"} | ({"diversity_start"} if config.terms != "inconsistency" else set())
    return bool(normalised_tasks(pool)) and needed <= set(pool.columns)


def rule_ranks(pool: pd.DataFrame, config: Config) -> pd.DataFrame:
    """Rank every pool image under other rules of our score: a column per rule, named KIND.rule.

    0 for images that are not open. The kinds: "picking" (the run's own rule, ranked once), "terms",
    "tasks", "committee", "left out". Without columns where the parts of the score were not
    measured.
    """
    tasks = normalised_tasks(pool)
    if not has_parts(pool, config):
        return pd.DataFrame(index=pool.index)
    rules: dict[str, pd.Series] = {}
    if config.picking == "greedy" and config.terms != "inconsistency":
        rules["picking.no greedy update"] = rule_score(pool, config)
    for terms in ("inconsistency", "diversity"):
        if terms != config.terms and "diversity_start" in pool:
            rules[f"terms.{terms} alone"] = rule_score(pool, config, terms=terms)
    if config.terms != "diversity":  # else tasks and committee change nothing
        rules |= _committee_rules(pool, config, tasks)
    ranks = {rule: pool_ranks(values, pool["open"]) for rule, values in rules.items()}
    return pd.DataFrame(ranks, index=pool.index)


def _committee_rules(
    pool: pd.DataFrame, config: Config, tasks: Sequence[str]
) -> dict[str, pd.Series]:
    """Scores under other ways to join tasks and committees, and without each task."""
    several = len(tasks) > 1
    rules = {}
    for across in ("max", "mean"):
        if several and across != config.across:
            rules[f"tasks.tasks joined by {across}"] = rule_score(pool, config, across=across)
    for join in JOINS:
        if join != config.committee and not normalised_scores(pool, tasks, join, config).empty:
            rules[f"committee.committee by {join}"] = rule_score(pool, config, join=join)
    for task in tasks if several else ():
        rules[f"left out.without {task}"] = rule_score(pool, config, without=task)
    return rules


def other_rules(ranks: pd.DataFrame, pool: pd.DataFrame, image: int) -> pd.DataFrame:
    """Take the ranks of one image: COLUMNS, a row per rule; empty for an image that is not open.

    ranks: as of `rule_ranks`.
    image: position in the pool.
    """
    picked = int(pool["picked"].sum())
    rows = []
    for column in ranks.columns if pool["open"].iloc[image] else ():
        kind, _, rule = str(column).partition(".")
        rank = int(ranks[column].iloc[image])
        if rank:
            rows.append((rule, kind, rank, rank <= picked))
    return pd.DataFrame(rows, columns=COLUMNS)


def other_strategies(
    others: pd.DataFrame,
    picks: Mapping[str, Sequence[int]],
    titles: Mapping[str, str],
    image: int,
    own: str,
) -> pd.DataFrame:
    """Take the rank of one image under the other strategies that scored this pool.

    COLUMNS, kind "strategy"; rank 0 where a strategy gave it none.

    others, picks: as of `Run.others` and `Run.others_picked`.
    titles: name -> title.
    image: position in the pool.
    own: name of the run's strategy.
    """
    rows = []
    for name in others.columns:
        if name != own:
            rank, picked = int(others[name].iloc[image]), image in picks.get(name, ())
            rows.append((titles.get(name, name), "strategy", rank, picked))
    return pd.DataFrame(rows, columns=COLUMNS)
