"""Each rule of the contract catches the strategies that break it, and says what it saw."""

from dataclasses import replace

import numpy as np
import pytest

from mtal.acquisition.consistency_diversity import OURS
from mtal.acquisition.contract import RULES, ContractError, broken
from mtal.acquisition.pool import Pick
from mtal.acquisition.rbal import RBAL
from mtal.acquisition.trial_pools import SIGNALS, trial_pools
from mtal.acquisition.uniform import RANDOM


def altered(change):
    """Random, with something done to what it picks: change(pick, pool, budget, rng) -> answer."""

    def pick(pool, budget, rng, options):
        return change(RANDOM.pick(pool, budget, rng, options), pool, budget, rng)

    return replace(RANDOM, name="broken", pick=pick)


def pairs(change):
    """Random, with other pairs."""
    return altered(lambda pick, *_: Pick(change(pick.pairs)))


def spoils(pick, pool, budget, rng):
    pool.labelled[0] = ~pool.labelled[0]
    return pick


def spoils_signal(pool, budget, rng, options):
    answer = RBAL.pick(pool, budget, rng, options)
    pool["uncertainty"][0] += 1
    return answer


def spoils_past(pick, pool, *_):
    for batch in pool.past:
        batch.losses[0] = 0
    return pick


def drops_signal(pool, budget, rng, options):
    answer = RBAL.pick(pool, budget, rng, options)
    pool.signals.clear()
    return answer


def buys_labelled(pick, pool, budget, rng):
    return Pick(np.vstack([pick.pairs[1:], np.argwhere(pool.labelled)[:1]]))


def buys_closed(pick, pool, budget, rng):
    return (
        pick
        if pool.closed is None
        else Pick(np.vstack([pick.pairs[1:], np.argwhere(pool.closed)[:1]]))
    )


def counts_labelled_images_only(pool, budget, rng, options):
    """Looks right on whole images: the budget goes to images without any label."""
    free = rng.permutation(np.flatnonzero(~pool.labelled.any(axis=1)))
    return Pick(
        np.array([(image, task) for image in free for task in range(len(pool.tasks))], dtype=int)[
            :budget
        ]
    )


def blind(pool, budget, rng, options):
    """Reads its signal past the pool's own look."""
    score = np.nan_to_num(pool.signals["uncertainty"]).sum(axis=1)
    order = np.argsort(np.where(pool.open_images, -score, np.inf), kind="stable")
    return Pick(
        np.array(
            [(image, task) for image in order for task in np.flatnonzero(pool.open_pairs[image])]
        )[:budget]
    )


def unseeded(pick, pool, budget, rng):
    return RANDOM.pick(pool, budget, np.random.default_rng(), None)


def column(name, make):
    return altered(lambda pick, pool, *_: Pick(pick.pairs, {name: make(pool)}))


BROKEN = [
    (
        "says what it is",
        replace(RANDOM, name="My Strategy"),
        "'My Strategy' is not made of small letters",
    ),
    ("says what it is", replace(RANDOM, name="../away"), "is not made of"),
    ("says what it is", replace(RANDOM, formula=" ", source=""), "says nothing in formula, source"),
    ("says what it is", replace(RANDOM, blurb="A blurb"), "full stop"),
    (
        "needs only what exists",
        replace(RANDOM, needs=("x",)),
        r"needs signals \('x',\), which do not exist; there are committee",
    ),
    (
        "needs only what exists",
        replace(RANDOM, uses=frozenset({"lerning_rate"})),
        r"uses settings \('lerning_rate',\)",
    ),
    ("training can follow", replace(RANDOM, dropout=1.0), "dropout of 1.0"),
    ("training can follow", replace(RANDOM, weights_samples=True), "does not need the committee"),
    ("training can follow", replace(RBAL, weights_samples=True), "does not need the committee"),
    (
        "needs only what exists",
        replace(RBAL, needs=lambda options: (f"{options.terms} of nothing",)),
        r"needs signals \('product of nothing',\), which do not exist",
    ),
    (
        "needs only what exists",
        replace(RBAL, needs=lambda options: ("x",) if options.terms == "diversity" else ()),
        r"needs signals \('x',\)",
    ),
    (
        "answers (image, task) pairs",
        altered(lambda pick, *_: pick.pairs),
        "answers ndarray instead of a Pick",
    ),
    (
        "answers (image, task) pairs",
        altered(lambda pick, *_: Pick(pick.pairs.tolist())),
        "instead of a Pick with an array",
    ),
    ("answers (image, task) pairs", pairs(lambda array: array[:, 0]), r"shape \(1,\)"),
    ("answers (image, task) pairs", pairs(lambda array: array.astype(float)), "float64"),
    ("answers (image, task) pairs", pairs(lambda array: array + 3), "of 30 images and 3 tasks"),
    ("answers (image, task) pairs", pairs(lambda array: -1 - array), "picks the pair"),
    (
        "spends the budget",
        altered(lambda pick, pool, budget, rng: RANDOM.pick(pool, budget + 1, rng, None)),
        "picks 2 pairs with a budget of 1 and",
    ),
    (
        "spends the budget",
        altered(lambda pick, pool, budget, rng: RANDOM.pick(pool, budget // 3 * 3, rng, None)),
        "picks 0 pairs with a budget of 1 and",
    ),
    (
        "spends the budget",
        replace(RANDOM, pick=counts_labelled_images_only),
        "some images labelled in part",
    ),
    (
        "labels only what is open",
        altered(buys_labelled),
        r"picks image \d+, task semseg, which is labelled already",
    ),
    ("labels only what is open", altered(buys_closed), "which cannot be labelled"),
    (
        "labels nothing twice",
        pairs(lambda array: np.repeat(array, 2, axis=0)[: len(array)]),
        r"picks image \d+, task \w+, twice",
    ),
    ("same seed, same picks", altered(unseeded), "same seed, other picks"),
    ("leaves the pool alone", altered(spoils), "changes the pool it was given: what is labelled"),
    ("leaves the pool alone", replace(RBAL, pick=spoils_signal), "the signal uncertainty"),
    ("leaves the pool alone", replace(RBAL, pick=drops_signal), "the signal uncertainty"),
    ("leaves the pool alone", altered(spoils_past), "the batches of earlier cycles"),
    (
        "declares what it uses",
        replace(OURS, uses=OURS.uses - {"committee"}),
        "committee changes, but does not name it",
    ),
    ("declares what it uses", replace(OURS, uses=OURS.uses - {"picking"}), "picking changes"),
    (
        "a number per image",
        column("rank", lambda pool: np.arange(len(pool.labelled))),
        "names a column 'rank'",
    ),
    (
        "a number per image",
        column("loss.depth", lambda pool: np.zeros(len(pool.labelled))),
        "names a column 'loss.depth'",
    ),
    (
        "a number per image",
        column("open", lambda pool: np.zeros(len(pool.labelled))),
        "names a column 'open'",
    ),
    (
        "a number per image",
        column("entropy.depth", lambda pool: np.zeros(len(pool.labelled))),
        "names a column 'entropy.depth'",
    ),
    (
        "a number per image",
        column("u", lambda pool: np.zeros(3)),
        r"its column u has the shape \(3,\)",
    ),
    (
        "a number per image",
        column("u", lambda pool: np.array(["a"] * len(pool.labelled))),
        "not a number for each",
    ),
    (
        "a number per image",
        column("score", lambda pool: np.zeros(len(pool.labelled))),
        "not open and must have NaN",
    ),
    (
        "a number per image",
        column("score", lambda pool: np.full(len(pool.labelled), np.nan)),
        "open and must have a number",
    ),
    (
        "refuses what is no number",
        replace(RBAL, pick=blind),
        "although its signal uncertainty holds NaN",
    ),
]


@pytest.mark.parametrize(
    ("rule", "strategy", "seen"),
    BROKEN,
    ids=[f"{rule}-{index}" for index, (rule, *_) in enumerate(BROKEN)],
)
def test_a_broken_strategy_is_caught_by_its_rule(rule, strategy, seen):
    with pytest.raises(ContractError, match=seen):
        RULES[rule](strategy)


def test_there_is_a_broken_strategy_for_every_rule():
    assert {rule for rule, *_ in BROKEN} == set(RULES)


def test_an_error_in_the_strategy_is_named():
    strategy = replace(RANDOM, pick=lambda *_: 1 / 0)
    assert broken(strategy, "spends the budget") == "ends with ZeroDivisionError: division by zero"


def test_a_signal_that_is_not_declared_cannot_be_read():
    message = broken(replace(RBAL, needs=()), "spends the budget")
    assert "uncertainty" in message
    assert "needs" in message


def test_a_rule_that_is_kept_says_nothing():
    assert [broken(RANDOM, rule) for rule in RULES] == [""] * len(RULES)


def test_the_pools_differ_in_what_they_are_called_after():
    pools = trial_pools(RANDOM)
    whole, part, closed, five, _, earlier = pools.values()
    assert (whole.labelled.all(axis=1) == whole.labelled.any(axis=1)).all()
    assert (part.open_images & part.labelled.any(axis=1)).sum() == 10
    assert closed.closed.sum() > 10
    assert (closed.labelled & closed.closed).sum() == 0
    assert len(five.tasks) == 5
    assert len(earlier.past) == 3


def test_trial_signals_are_those_that_can_be_measured():
    """Both lists name the same signals; trial pools cannot import the other, which needs torch."""
    from mtal.signals.registry import SIGNALS as MEASURED

    assert set(MEASURED) == set(SIGNALS)
