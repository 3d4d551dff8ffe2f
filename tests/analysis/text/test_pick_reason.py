"""The sentence says what the stored numbers say, in every case, and never more."""

import re

import numpy as np
import pandas as pd
import pytest

from mtal.analysis.numbers import ordinal
from mtal.analysis.text.pick_reason import ImageHistory, PoolCycle, pick_reason, review_effect
from mtal.config import Config
from mtal.runs.store.pool_table import deciding_member, driving_task

OURS = Config(strategy="ours", tasks=("semseg", "depth"))
TITLE = "Ours"


def why(pool, image, cycle, config, title, **history) -> str:
    """The reason, with what else is known of the image."""
    return pick_reason(PoolCycle(pool, cycle, config, title), image, ImageHistory(**history))


@pytest.fixture
def pool() -> pd.DataFrame:
    """Image 0 labelled, 1 and 2 picked, 3 to 5 not. Scores: inconsistency x diversity."""
    nan = np.nan
    frame = pd.DataFrame(
        {
            "id": list("abcdef"),
            "labelled": [True] + [False] * 5,
            "open": [False] + [True] * 5,
            "picked": [False, True, True, False, False, False],
            "rank": [0, 1, 2, 3, 4, 5],
            "m.semseg.depth": [0.1, 0.2, 0.3, 0.2, 0.1, 0.1],
            "m.semseg.final": [0.2, 0.1, 0.1, 0.1, 0.1, 0.1],
            "m.depth.semseg": [1.0, 2.0, 1.0, 1.0, 1.0, 0.5],
            "m.depth.final": [0.5, 1.0, 0.5, 0.5, 0.5, 0.4],
            "n.semseg": [nan, 0.50, 0.90, 0.60, 0.05, 0.10],
            "n.depth": [nan, 0.61, 0.20, 0.10, 0.02, 0.80],
            "inconsistency": [nan, 0.61, 0.90, 0.60, 0.05, 0.80],
            "diversity_start": [0.0, 0.30, 0.20, 0.40, 0.90, 0.05],
            "diversity": [0.0, 0.30, 0.15, 0.10, 0.90, 0.05],
        }
    )
    return frame.assign(score=frame["inconsistency"] * frame["diversity"], cutoff=0.135)


def test_a_pick_of_ours(pool):
    assert why(pool, 1, 3, OURS, TITLE) == (
        "Picked 1st of 2 in cycle 3. Score 0.183 = inconsistency 0.610 (depth, from the "
        "semseg-depth pair) × diversity 0.300. Cut-off 0.135."
    )


def test_the_numbers_of_the_sentence_multiply(pool):
    text = why(pool, 2, 0, OURS, TITLE)
    numbers = dict(re.findall(r"(Score|inconsistency|diversity) (\d+\.\d+)", text))
    product = float(numbers["inconsistency"]) * float(numbers["diversity"])
    assert float(numbers["Score"]) == pytest.approx(product, rel=0.01)


@pytest.mark.parametrize("terms", ["inconsistency", "diversity"])
def test_a_term_alone_is_told_without_the_other(pool, terms):
    """Runs with one term do not measure the other."""
    other = {"inconsistency": "diversity", "diversity": "inconsistency"}[terms]
    alone = pool.drop(columns=[other, "diversity_start"]).assign(score=pool[terms])
    config = OURS.model_copy(update={"terms": terms})
    assert f"Score {pool[terms][1]:.3f} = {terms} {pool[terms][1]:.3f}" in why(
        alone, 1, 0, config, TITLE
    )
    assert f"{other} 0" not in why(alone, 3, 0, config, TITLE)


def test_the_control_tells_its_uncertainty_and_no_committee(pool):
    control = pool.rename(columns={"inconsistency": "uncertainty"})
    assert "Score 0.183 = uncertainty 0.610 (depth) × diversity 0.300. Cut-off 0.135." in why(
        control, 1, 0, OURS, "Control"
    )


def turns(pool):
    """The table of a strategy by clusters."""
    own = pool.drop(columns=["inconsistency", "diversity_start", "diversity", "cutoff"])
    turn = [np.nan, 1, 2, 3, 4, 5]
    return own.assign(
        group=[0, 1, 2, 1, 1, 2], distance=0.25, turn=turn, score=-np.array(turn), cutoff=-2.0
    )


def test_by_clusters_the_turn_is_told(pool):
    plain = turns(pool).drop(columns=["n.semseg", "n.depth"])
    assert why(plain, 1, 0, OURS, "Coverage") == (
        "Picked 1st of 2 in cycle 0. Turn 1: 0.250 from the centre of its cluster of 3 images."
    )
    assert "rank 4 of 5" in why(plain, 4, 0, OURS, "Coverage")
    assert "Turn 4: 0.250" in why(plain, 4, 0, OURS, "Coverage")


def test_trust_is_told_task_by_task(pool):
    trusted = turns(pool).assign(weight=0.8, **{"trust.semseg": 0.31, "trust.depth": 0.0})
    assert why(trusted, 2, 0, OURS, "Trust").endswith(
        "of 2 images, with weight 0.800. Trust in the inconsistency of semseg 0.310 and depth 0.00."
    )
    greedy = pool.drop(columns="inconsistency").assign(
        weight=0.8, **{"trust.semseg": 0.31, "trust.depth": 0.0}
    )
    assert "Score 0.183 = weight 0.800 × diversity 0.300." in why(greedy, 1, 0, OURS, "Trust")


def test_the_member_that_speaks_follows_the_committee(pool):
    assert deciding_member(pool, 2, "semseg", "max") == "depth"
    assert deciding_member(pool, 2, "semseg", "min") == "final"
    assert deciding_member(pool, 2, "semseg", "mean") == ""
    final = pool.assign(**{"m.depth.final": 9.0})
    assert "(depth, from its final prediction)" in why(final, 1, 0, OURS, TITLE)
    assert "(depth, mean over its committee)" in why(
        pool, 1, 0, OURS.model_copy(update={"committee": "mean"}), TITLE
    )


@pytest.mark.parametrize(
    ("terms", "has", "lacks"),
    [
        ("inconsistency", "Score 0.183 = inconsistency 0.610", "diversity"),
        ("diversity", "Score 0.183 = diversity 0.300", "inconsistency"),
    ],
)
def test_other_terms(pool, terms, has, lacks):
    text = why(pool, 1, 0, OURS.model_copy(update={"terms": terms}), TITLE)
    assert has in text
    assert lacks not in text


def test_tasks_joined_by_mean_are_all_named(pool):
    assert "(mean of semseg 0.500, depth 0.610)" in why(
        pool, 1, 0, OURS.model_copy(update={"across": "mean"}), TITLE
    )


def test_a_random_pick_has_nothing_to_explain(pool):
    bare = pool[["id", "labelled", "open", "picked", "rank"]]
    text = why(bare, 1, 0, Config(strategy="random"), "Random")
    assert text == (
        "Picked 1st of 2 in cycle 0. Random gives every unlabelled image the same chance, so there "
        "is no score to explain."
    )
    left = why(bare.assign(rank=[0, 1, 2, 0, 0, 0]), 3, 0, Config(strategy="random"), "Random")
    assert left.startswith(
        "Not picked in cycle 0. Random took 2 of 5 unlabelled images and not this one."
    )


def test_a_strategy_with_another_score(pool):
    other = pool[["id", "labelled", "open", "picked", "rank", "score", "cutoff"]]
    assert (
        why(other, 1, 2, Config(strategy="core-set"), "Core-Set")
        == "Picked 1st of 2 in cycle 2. Score 0.183. Cut-off 0.135."
    )


def test_an_image_that_was_labelled_in_part_is_ranked_like_the_others(pool):
    """As under PartAL: it has a label, and another one can still be acquired."""
    partly = pool.assign(labelled=[True, False, False, True, False, False])
    assert why(partly, 3, 2, Config(), "PartAL").startswith("Not picked in cycle 2: rank 3 of 5")
    bare = partly[["id", "labelled", "open", "picked", "rank"]]
    assert "took 2 of 5 not fully labelled images" in why(bare, 3, 2, Config(), "PartAL")


def test_an_image_of_which_no_label_can_be_had(pool):
    none = pool.assign(open=[False, True, True, False, True, True])
    assert (
        why(none, 3, 2, Config(), "PartAL")
        == "It could not be picked: the data have no label of it."
    )


def test_an_image_that_people_did_not_want(pool):
    gone = pool.assign(open=[False] * 4 + [True] * 2)
    assert (
        why(gone, 3, 2, OURS, TITLE, rejected=True)
        == "It could not be picked: people had rejected it when cycle 2 began."
    )
    assert (
        why(gone, 0, 2, OURS, TITLE, rejected=True)
        == "It could not be picked: people had rejected it when cycle 2 began."
    )


def test_an_image_that_was_labelled_before(pool):
    text = why(pool, 0, 2, OURS, TITLE, earlier="picked 3rd in cycle 0")
    assert text.startswith("Already labelled when cycle 2 picked: picked 3rd in cycle 0.")


def test_part_of_the_labels(pool):
    assert why(pool, 1, 0, OURS, TITLE, acquired_tasks=("depth",)).startswith(
        "Picked 1st of 2 in cycle 0, for depth only."
    )


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (3, "a similar image was picked"),
        (4, "Its inconsistency was low"),
        (5, "Its diversity was low"),
    ],
)
def test_why_not(pool, image, reason):
    text = why(pool, image, 1, OURS, TITLE)
    assert text.startswith(
        f"Not picked in cycle 1: rank {image} of 5, where the first 2 were taken."
    )
    assert reason in text


def test_driving_task(pool):
    assert [driving_task(pool, image) for image in range(4)] == ["", "depth", "semseg", "semseg"]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (112, "112th"),
        (1003, "1,003rd"),
    ],
)
def test_ordinals(number, text):
    assert ordinal(number) == text


def test_what_a_review_does_depends_on_where_labels_come_from():
    assert "changes exports, not the run" in review_effect(Config(start="random"), settled=False)
    assert "does not wait for images that you reject" in review_effect(
        Config(start="labelled"), settled=False
    )
    assert "changes neither the run nor the exports" in review_effect(
        Config(start="labelled"), settled=True
    )
