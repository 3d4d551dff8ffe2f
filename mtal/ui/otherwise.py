"""Where one image would stand under other rules: a rank each, and what follows from it. Pure: frames and settings in, values out.

All are plain rankings of the pool as it stood before the first pick, without the greedy update (our choice: an update for every
rule would take a whole selection each).
"""
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from mtal.acquisition.scores import comparable, task_scores
from mtal.config import Config
from mtal.ui.sentences import members, tasks_of

Join = Literal["max", "mean", "min"]
JOINS: tuple[Join, ...] = ("max", "mean", "min")
COLUMNS = ["rule", "kind", "rank", "picked", "phrase"]
NAMED = 3                                                   # so many rules a verdict names at most


def scores_of_tasks(pool: pd.DataFrame, tasks: Sequence[str], join: Join) -> pd.DataFrame:
    """s_k as the committee's members m_{k,l} give it, joined so; a column per task that has a committee, in its unit."""
    found = {}
    for task in tasks:
        names = [f"m.{task}.{partner}" for partner in members(pool, task)]
        if names:
            found[task] = getattr(pool[names], join)(axis=1, skipna=False)
    return pd.DataFrame(found, index=pool.index)


def normalised(pool: pd.DataFrame, tasks: Sequence[str], join: Join, config: Config) -> pd.DataFrame:
    """The same made comparable over the open pool in the run's way; empty if anything was not measured there."""
    committee = scores_of_tasks(pool, tasks, join)
    free = pool["open"].to_numpy()
    if committee.empty or not np.isfinite(committee.to_numpy()[free]).all():
        return pd.DataFrame(index=pool.index)
    scores = task_scores(committee.to_numpy()[:, :, None], "max")   # joined above: tasks differ in the size of their committees
    return pd.DataFrame(comparable(scores, free, config.normalise), index=pool.index, columns=committee.columns)


def rank_in(values: pd.Series, free: pd.Series, image: int) -> int:
    """1 + how many open images have a higher value; 0 where the image has none or is not open."""
    own = float(values.iloc[image])
    return 1 + int((values[free] > own).sum()) if free.iloc[image] and np.isfinite(own) else 0


def score(pool: pd.DataFrame, config: Config, join: Join | None = None, across: str | None = None, terms: str | None = None,
          without: str = "") -> pd.Series:
    """(N,) score before the first pick. What is not given is as the run had it; `without`: a task left out."""
    parts = pool[[f"n.{task}" for task in tasks_of(pool, "n")]].rename(columns=lambda name: name.removeprefix("n."))
    if join is not None and join != config.committee:
        parts = normalised(pool, tasks_of(pool, "n"), join, config)
    parts = parts.drop(columns=without) if without else parts
    doubt = parts.mean(axis=1) if (across or config.across) == "mean" else parts.max(axis=1)
    kinds = {"inconsistency": doubt, "diversity": pool["diversity_start"], "product": doubt * pool["diversity_start"]}
    return kinds[terms or config.terms]


def other_rules(pool: pd.DataFrame, image: int, config: Config) -> pd.DataFrame:
    """Rank of an open image under other rules of our score. COLUMNS; `phrase`: the rule inside a sentence.

    The kinds: "picking" (the run's own rule, ranked once), "terms", "tasks", "committee", "left out".
    Empty where the parts of the score were not measured.
    """
    names = tasks_of(pool, "n")
    if not names or not {"inconsistency", "diversity_start"} <= set(pool.columns) or not pool["open"].iloc[image]:
        return pd.DataFrame(columns=COLUMNS)
    rules: list[tuple[str, str, str, pd.Series]] = [
        ("no greedy update", "picking", "without the greedy update", score(pool, config))
    ] if config.picking == "greedy" and config.terms != "inconsistency" else []
    rules += [
        (f"{terms} alone", "terms", f"by {terms} alone", score(pool, config, terms=terms))
        for terms in ("inconsistency", "diversity") if terms != config.terms]
    if config.terms != "diversity" and len(names) > 1:      # else tasks and committee change nothing
        rules += [(f"tasks joined by {across}", "tasks", f"with tasks joined by {across}", score(pool, config, across=across))
                  for across in ("max", "mean") if across != config.across]
    if config.terms != "diversity":
        rules += [(f"committee by {join}", "committee", f"with the committee's {join}", values) for join in JOINS
                  if join != config.committee and (values := _with_committee(pool, config, join)) is not None]
    if config.terms != "diversity" and len(names) > 1:
        rules += [(f"without {name}", "left out", f"without {name}", score(pool, config, without=name)) for name in names]
    picked, free = int(pool["picked"].sum()), pool["open"]
    rows = [(rule, kind, rank, 0 < rank <= picked, phrase) for rule, kind, phrase, values in rules
            if (rank := rank_in(values, free, image))]
    return pd.DataFrame(rows, columns=COLUMNS)


def other_strategies(others: pd.DataFrame, picks: Mapping[str, Sequence[int]], titles: Mapping[str, str], image: int,
                     own: str) -> pd.DataFrame:
    """Rank of an image under the other strategies that scored this pool. COLUMNS, kind "strategy"; rank 0: they gave it none.

    `others`, `picks` as `Run.others` and `Run.others_picked` give them; `titles`: name -> title; `own`: the run's strategy.
    """
    rows = []
    for name in others.columns:
        title = titles.get(name, name)
        if name != own:
            rows.append((title, "strategy", int(others[name].iloc[image]), image in picks.get(name, ()), f"under {title}"))
    return pd.DataFrame(rows, columns=COLUMNS)


def verdict(rules: pd.DataFrame, picked: bool) -> str:
    """One line: which rules would have decided otherwise. `rules`: rows of the two above; `picked`: what the run did."""
    known = rules[(rules["rank"] > 0) | rules["picked"]]
    if known.empty:
        return ""
    differ = known[known["picked"] != picked].sort_values("rank", ascending=not picked, kind="stable")
    if not differ.empty:
        first = differ.head(NAMED)
        named = [f"{phrase}{_place(rank)}" for phrase, rank in zip(first["phrase"], first["rank"], strict=True)]
        more = f", nor under {len(differ) - NAMED} more of these rules" if len(differ) > NAMED and picked else \
            f", and under {len(differ) - NAMED} more of these rules" if len(differ) > NAMED else ""
        return f"It would {'not ' * picked}be picked {_listed(named)}{more}."
    ranked = known[known["rank"] > 0].sort_values("rank", ascending=not picked, kind="stable")
    if ranked.empty:
        return "Each of these rules would pick it too."
    worst = ranked.iloc[0]
    if picked:
        return f"Each of these rules would pick it too; it falls furthest {worst['phrase']}, to rank {worst['rank']:,}."
    return f"None of these rules would pick it; it comes closest {worst['phrase']}, at rank {worst['rank']:,}."


def _with_committee(pool: pd.DataFrame, config: Config, join: Join) -> pd.Series | None:
    return None if normalised(pool, tasks_of(pool, "n"), join, config).empty else score(pool, config, join=join)


def _place(rank: int) -> str:
    return f" (rank {rank:,})" if rank else ""


def _listed(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} or {texts[-1]}"
