"""Ranks under other rules are those of a plain sort."""

import numpy as np
import pandas as pd
import pytest

from mtal.analysis.tables.counterfactuals import (
    JOINS,
    committee_scores,
    normalised_scores,
    other_rules,
    other_strategies,
    pool_ranks,
    rule_ranks,
    rule_score,
)
from mtal.config import Config

OURS = Config(strategy="ours", tasks=("semseg", "depth", "normals"), normalise="minmax")
TASKS = ("semseg", "depth", "normals")
N, PICKED = 40, 6


@pytest.fixture(params=range(4))
def pool(request) -> pd.DataFrame:
    """Random members, and what our strategy would have stored of them before its update."""
    random = np.random.default_rng(request.param)
    free = random.random(N) < 0.8
    frame = pd.DataFrame(
        {
            f"m.{task}.{other}": random.random(N) * unit
            for task, unit in zip(TASKS, (1, 5, 90), strict=True)
            for other in TASKS
            if other != task
        }
    )
    frame = frame.assign(
        id=[f"{i:04d}" for i in range(N)],
        labelled=~free,
        open=free,
        diversity_start=random.random(N) * free,
    )
    for task in TASKS:
        joined = frame[[name for name in frame if name.startswith(f"m.{task}.")]].max(axis=1)
        low, high = joined[free].min(), joined[free].max()
        frame[f"s.{task}"], frame[f"n.{task}"] = joined, ((joined - low) / (high - low)).where(free)
    frame["inconsistency"] = frame[[f"n.{task}" for task in TASKS]].max(axis=1)
    frame["score"] = (frame["inconsistency"] * frame["diversity_start"]).where(free)
    frame["rank"] = frame["score"].rank(ascending=False).fillna(0).astype(int)
    return frame.assign(
        picked=frame["rank"].between(1, PICKED), cutoff=frame["score"].nlargest(PICKED).iloc[-1]
    )


def rules_of(pool: pd.DataFrame, image: int, config: Config) -> pd.DataFrame:
    """What the page shows of one image."""
    return other_rules(rule_ranks(pool, config), pool, image)


def by_hand(pool: pd.DataFrame, values: np.ndarray, image: int) -> int:
    """The place of an image in the sorted list of open images."""
    free = [index for index in range(len(pool)) if pool["open"].iloc[index]]
    return sorted(free, key=lambda index: -values[index]).index(image) + 1


def joined_by_hand(
    pool: pd.DataFrame, join: str, across: str, tasks: tuple[str, ...]
) -> np.ndarray:
    """S of every image, written as loops."""
    free, columns = pool["open"].to_numpy(), []
    for task in tasks:
        values = np.array(
            [
                {"max": max, "min": min, "mean": lambda members: sum(members) / len(members)}[join](
                    [pool[f"m.{task}.{other}"].iloc[image] for other in TASKS if other != task]
                )
                for image in range(len(pool))
            ]
        )
        low, high = min(values[free]), max(values[free])
        columns.append([(value - low) / (high - low) for value in values])
    return np.array(
        [
            max(scores) if across == "max" else sum(scores) / len(scores)
            for scores in zip(*columns, strict=True)
        ]
    )


def test_every_rule_of_our_score_equals_sorting_by_hand(pool):
    spread = pool["diversity_start"].to_numpy()
    for image in np.flatnonzero(pool["open"])[:8]:
        ranks = rules_of(pool, int(image), OURS).set_index("rule")["rank"].to_dict()
        expected = {
            "no greedy update": joined_by_hand(pool, "max", "max", TASKS) * spread,
            "inconsistency alone": joined_by_hand(pool, "max", "max", TASKS),
            "diversity alone": spread,
            "tasks joined by mean": joined_by_hand(pool, "max", "mean", TASKS) * spread,
            "committee by mean": joined_by_hand(pool, "mean", "max", TASKS) * spread,
            "committee by min": joined_by_hand(pool, "min", "max", TASKS) * spread,
        }
        for task in TASKS:
            rest = tuple(other for other in TASKS if other != task)
            expected[f"without {task}"] = joined_by_hand(pool, "max", "max", rest) * spread
        assert ranks == {
            rule: by_hand(pool, values, int(image)) for rule, values in expected.items()
        }


def test_the_run_s_own_rule_gives_the_stored_ranks_before_the_update(pool):
    assert pool_ranks(rule_score(pool, OURS), pool["open"]).tolist() == pool["rank"].tolist()


def test_equal_values_share_the_better_rank_and_unknown_ones_have_none():
    values, free = (
        pd.Series([3.0, 1.0, 3.0, np.nan, 9.0, 2.0]),
        pd.Series([True, True, True, True, False, True]),
    )
    assert pool_ranks(values, free).tolist() == [1, 4, 1, 0, 0, 3]


def test_s_k_under_each_join_lies_between_the_others(pool):
    low, middle, high = (committee_scores(pool, TASKS, join) for join in ("min", "mean", "max"))
    assert (low.to_numpy() <= middle.to_numpy()).all()
    assert (middle.to_numpy() <= high.to_numpy()).all()
    assert np.allclose(high, pool[[f"s.{task}" for task in TASKS]])


def test_the_run_s_own_join_normalises_as_the_run_did(pool):
    assert np.allclose(
        normalised_scores(pool, TASKS, "max", OURS),
        pool[[f"n.{task}" for task in TASKS]],
        equal_nan=True,
    )


def test_a_rule_that_the_run_had_is_not_another_one(pool):
    image = int(np.flatnonzero(pool["open"])[0])
    for change, gone in (
        ({"across": "mean"}, "tasks joined by mean"),
        ({"committee": "min"}, "committee by min"),
        ({"terms": "inconsistency"}, "inconsistency alone"),
        ({"picking": "top"}, "no greedy update"),
    ):
        rules = rules_of(pool, image, OURS.model_copy(update=change))["rule"].tolist()
        assert gone not in rules
        assert len(rules) > 2
    assert (
        not rules_of(pool, image, OURS.model_copy(update={"terms": "diversity"}))["kind"]
        .isin(["tasks", "committee"])
        .any()
    )


def test_images_that_could_not_be_picked_and_runs_without_parts_have_no_other_rules(pool):
    closed = int(np.flatnonzero(~pool["open"])[0])
    assert rules_of(pool, closed, OURS).empty
    assert rules_of(
        pool[["id", "labelled", "open", "picked", "rank"]],
        int(np.flatnonzero(pool["open"])[0]),
        OURS,
    ).empty


def test_one_task_has_no_task_to_leave_out(pool):
    single = pool.drop(
        columns=[
            name
            for name in pool
            if name.startswith(("m.depth", "m.normals", "n.depth", "n.normals"))
        ]
    )
    kinds = set(rules_of(single, int(np.flatnonzero(pool["open"])[0]), OURS)["kind"])
    assert "left out" not in kinds
    assert "tasks" not in kinds


def test_a_member_that_was_not_measured_leaves_out_the_committee_only(pool):
    image = int(np.flatnonzero(pool["open"])[0])
    holes = pool.copy()
    holes.loc[image, "m.depth.semseg"] = np.nan
    assert set(rules_of(holes, image, OURS)["kind"]) == {"picking", "terms", "tasks", "left out"}


def test_strategies_give_their_rank_and_say_what_they_would_have_picked():
    others = pd.DataFrame({"ours": [1, 2, 3], "core-set": [3, 1, 2], "random": [0, 1, 0]})
    picks = {"ours": [0], "core-set": [1], "random": [1]}
    rows = other_strategies(others, picks, {"core-set": "Core-Set"}, 1, own="ours")
    assert rows[["rule", "rank", "picked"]].values.tolist() == [
        ["Core-Set", 1, True],
        ["random", 1, True],
    ]
    assert other_strategies(others, picks, {}, 0, "ours")["picked"].tolist() == [False, False]
    assert other_strategies(pd.DataFrame(), {}, {}, 0, "ours").empty


def test_all_joins_are_those_of_the_setting():
    assert set(JOINS) == set(Config.model_fields["committee"].annotation.__args__)
