"""Where one image would stand under other rules: a rank each, and what follows from it. Pure: frames and settings in, values out.

All are plain rankings of the pool as it stood before the first pick, without the greedy update (our choice: an update for every
rule would take a whole selection each).
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from mtal.acquisition.scores import comparable, task_scores
from mtal.analysis.numbers import listed
from mtal.config import Config
from mtal.runs.store.pool_table import member_column, members, normalised_column, normalised_tasks

Join = Literal["max", "mean", "min"]
JOINS: tuple[Join, ...] = ("max", "mean", "min")
COLUMNS = ["rule", "kind", "rank", "picked", "phrase"]
NAMED = 3  # so many rules a verdict names at most


def scores_of_tasks(pool: pd.DataFrame, tasks: Sequence[str], join: Join) -> pd.DataFrame:
    """s_k as the committee's members m_{k,l} give it, joined so; a column per task that has a committee, in its unit."""
    found = {}
    for task in tasks:
        names = [member_column(task, partner) for partner in members(pool, task)]
        if names:
            found[task] = getattr(pool[names], join)(axis=1, skipna=False)
    return pd.DataFrame(found, index=pool.index)


def normalised(
    pool: pd.DataFrame, tasks: Sequence[str], join: Join, config: Config
) -> pd.DataFrame:
    """The same made comparable over the open pool in the run's way; empty if anything was not measured there."""
    committee = scores_of_tasks(pool, tasks, join)
    free = pool["open"].to_numpy()
    if committee.empty or not np.isfinite(committee.to_numpy()[free]).all():
        return pd.DataFrame(index=pool.index)
    scores = task_scores(
        committee.to_numpy()[:, :, None], "max"
    )  # joined above: tasks differ in the size of their committees
    return pd.DataFrame(
        comparable(scores, free, config.normalise), index=pool.index, columns=committee.columns
    )


def ranks_in(values: pd.Series, free: pd.Series) -> np.ndarray:
    """(N,) int: 1 + how many open images have a higher value; 0 for images that are not open or have none."""
    known = (free & np.isfinite(values)).to_numpy()
    order = np.sort(values.to_numpy(float)[known])
    found = np.zeros(len(values), np.int32)
    found[known] = (
        1 + len(order) - np.searchsorted(order, values.to_numpy(float)[known], side="right")
    )
    return found


def score(
    pool: pd.DataFrame,
    config: Config,
    join: Join | None = None,
    across: str | None = None,
    terms: str | None = None,
    without: str = "",
) -> pd.Series:
    """(N,) score before the first pick. What is not given is as the run had it; `without`: a task left out."""
    parts = pd.DataFrame(
        {task: pool[normalised_column(task)] for task in normalised_tasks(pool)}, index=pool.index
    )
    if join is not None and join != config.committee:
        parts = normalised(pool, normalised_tasks(pool), join, config)
    parts = parts.drop(columns=without) if without else parts
    doubt = parts.mean(axis=1) if (across or config.across) == "mean" else parts.max(axis=1)
    kinds = {
        "inconsistency": doubt,
        "diversity": pool["diversity_start"],
        "product": doubt * pool["diversity_start"],
    }
    return kinds[terms or config.terms]


def rule_ranks(pool: pd.DataFrame, config: Config) -> pd.DataFrame:
    """Rank of every pool image under other rules of our score, a column per rule as KIND.rule; 0 for images that are not open.

    The kinds: "picking" (the run's own rule, ranked once), "terms", "tasks", "committee", "left out".
    Without columns where the parts of the score were not measured.
    """
    names = normalised_tasks(pool)
    if not names or not {"inconsistency", "diversity_start"} <= set(pool.columns):
        return pd.DataFrame(index=pool.index)
    rules: dict[str, pd.Series] = {}
    if config.picking == "greedy" and config.terms != "inconsistency":
        rules["picking.no greedy update"] = score(pool, config)
    for terms in ("inconsistency", "diversity"):
        if terms != config.terms:
            rules[f"terms.{terms} alone"] = score(pool, config, terms=terms)
    if config.terms != "diversity":  # else tasks and committee change nothing
        rules |= _of_tasks(pool, config, names)
    return pd.DataFrame(
        {rule: ranks_in(values, pool["open"]) for rule, values in rules.items()}, index=pool.index
    )


def _of_tasks(pool: pd.DataFrame, config: Config, names: Sequence[str]) -> dict[str, pd.Series]:
    """Scores under other ways to join tasks and committees, and without each task."""
    several = len(names) > 1
    rules = {
        f"tasks.tasks joined by {across}": score(pool, config, across=across)
        for across in ("max", "mean")
        if several and across != config.across
    }
    rules |= {
        f"committee.committee by {join}": score(pool, config, join=join)
        for join in JOINS
        if join != config.committee and not normalised(pool, names, join, config).empty
    }
    return rules | {
        f"left out.without {name}": score(pool, config, without=name) for name in names if several
    }


def other_rules(ranks: pd.DataFrame, pool: pd.DataFrame, image: int) -> pd.DataFrame:
    """The row of an open image in `rule_ranks` as rows: COLUMNS, `phrase` being the rule inside a sentence. Else empty."""
    picked, rows = int(pool["picked"].sum()), []
    for column in ranks.columns if pool["open"].iloc[image] else ():
        kind, _, rule = str(column).partition(".")
        rank = int(ranks[column].iloc[image])
        if rank:
            rows.append((rule, kind, rank, rank <= picked, _phrase(rule, kind)))
    return pd.DataFrame(rows, columns=COLUMNS)


def other_strategies(
    others: pd.DataFrame,
    picks: Mapping[str, Sequence[int]],
    titles: Mapping[str, str],
    image: int,
    own: str,
) -> pd.DataFrame:
    """Rank of an image under the other strategies that scored this pool. COLUMNS, kind "strategy"; rank 0: they gave it none.

    `others`, `picks` as `Run.others` and `Run.others_picked` give them; `titles`: name -> title; `own`: the run's strategy.
    """
    rows = []
    for name in others.columns:
        title = titles.get(name, name)
        if name != own:
            rows.append(
                (
                    title,
                    "strategy",
                    int(others[name].iloc[image]),
                    image in picks.get(name, ()),
                    f"under {title}",
                )
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def verdict(rules: pd.DataFrame, picked: bool) -> str:
    """One line: which rules would have decided otherwise. `rules`: rows of the two above; `picked`: what the run did."""
    known = rules[(rules["rank"] > 0) | rules["picked"]]
    if known.empty:
        return ""
    differ = known[known["picked"] != picked].sort_values(
        "rank", ascending=not picked, kind="stable"
    )
    if not differ.empty:
        first = differ.head(NAMED)
        named = [
            f"{phrase}{_place(rank)}"
            for phrase, rank in zip(first["phrase"], first["rank"], strict=True)
        ]
        more = (
            f", nor under {len(differ) - NAMED} more of these rules"
            if len(differ) > NAMED and picked
            else f", and under {len(differ) - NAMED} more of these rules"
            if len(differ) > NAMED
            else ""
        )
        return f"It would {'not ' * picked}be picked {listed(named, 'or')}{more}."
    ranked = known[known["rank"] > 0].sort_values("rank", ascending=not picked, kind="stable")
    if ranked.empty:
        return "Each of these rules would pick it too."
    worst = ranked.iloc[0]
    if picked:
        return f"Each of these rules would pick it too; it falls furthest {worst['phrase']}, to rank {worst['rank']:,}."
    return f"None of these rules would pick it; it comes closest {worst['phrase']}, at rank {worst['rank']:,}."


def _phrase(rule: str, kind: str) -> str:
    """The rule as it stands in a sentence after "would be picked"."""
    if kind == "picking":
        return "without the greedy update"
    if kind == "committee":
        return f"with the committee's {rule.rpartition(' ')[2]}"
    return {"terms": f"by {rule}", "tasks": f"with {rule}"}.get(kind, rule)


def _place(rank: int) -> str:
    return f" (rank {rank:,})" if rank else ""
