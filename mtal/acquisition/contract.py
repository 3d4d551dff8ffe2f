"""What every strategy promises, a function per rule.

Each function tries the strategy and raises ContractError with what it saw.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from typing import NamedTuple, get_args, get_type_hints

import numpy as np

from mtal.acquisition.pool import Options, PastBatch, Pick, Pool
from mtal.acquisition.strategy import Strategy
from mtal.acquisition.trial_pools import SIGNALS, trial_pools
from mtal.config import Config
from mtal.pool_columns import ENGINE_COLUMNS, ENGINE_PREFIXES

SWITCHES = {field.name: get_args(get_type_hints(Options)[field.name]) for field in fields(Options)}
BUDGETS = (1, 7, 12, 1000)  # labels; 7 ends within an image, 1000 are more than there are


class ContractError(ValueError):
    """A promise that a strategy does not keep; the message says what was seen."""


class Trial(NamedTuple):
    """A pick of a strategy. `kind`: the kind of pool, for messages."""

    kind: str
    pool: Pool
    pick: Pick
    budget: int


def says_what_it_is(strategy: Strategy) -> None:
    """It has a plain name, a title, a formula, a source, and a sentence about it."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", strategy.name):
        raise ContractError(
            f"the name {strategy.name!r} is not made of small letters, digits, - and _"
        )
    texts = ("title", "blurb", "formula", "source")
    empty = [name for name in texts if not getattr(strategy, name).strip()]
    if empty:
        raise ContractError(f"says nothing in {', '.join(empty)}")
    if not strategy.blurb.endswith("."):
        raise ContractError(
            f"its blurb {strategy.blurb!r} is not a sentence that ends with a full stop"
        )


def needs_what_exists(strategy: Strategy) -> None:
    """The signals that it needs, whatever the options, and the settings that it uses exist."""
    for options in _every_option():
        _require_known("needs signals", strategy.signals(options), SIGNALS)
    _require_known("uses settings", strategy.uses, Config.model_fields)


def trains_as_it_says(strategy: Strategy) -> None:
    """Its dropout is a share, and sample weights have the committee that they are made from."""
    if not 0 <= strategy.dropout < 1:
        raise ContractError(f"wants a dropout of {strategy.dropout}, which is no share below 1")
    if strategy.weights_samples and "committee" not in strategy.signals():
        raise ContractError(
            "weights samples, but does not need the committee, from which weights are made"
        )


def answers_pairs(strategy: Strategy) -> None:
    """It answers a Pick whose pairs are whole numbers (K, 2) that mean an image and a task."""
    for kind, pool, pick, _ in _trials(strategy):
        if not isinstance(pick, Pick) or not isinstance(pick.pairs, np.ndarray):
            raise ContractError(
                f"answers {type(pick).__name__} instead of a Pick with an array of pairs ({kind})"
            )
        whole_numbers = np.issubdtype(pick.pairs.dtype, np.integer)
        if pick.pairs.ndim != 2 or pick.pairs.shape[1] != 2 or not whole_numbers:
            raise ContractError(
                f"answers pairs of shape {pick.pairs.shape} and type {pick.pairs.dtype} instead "
                f"of whole numbers (K, 2) ({kind})"
            )
        outside = ((pick.pairs < 0) | (pick.pairs >= pool.labelled.shape)).any(axis=1)
        if outside.any():
            raise ContractError(
                f"picks the pair {tuple(pick.pairs[outside][0].tolist())} of "
                f"{pool.labelled.shape[0]} images and {pool.labelled.shape[1]} tasks ({kind})"
            )


def spends_the_budget(strategy: Strategy) -> None:
    """It picks as many pairs as the budget says, or all that are open."""
    for kind, pool, pick, budget in _trials(strategy):
        available = int(pool.open_pairs.sum())
        if len(pick.pairs) != min(budget, available):
            raise ContractError(
                f"picks {len(pick.pairs)} pairs with a budget of {budget} and {available} "
                f"available ({kind})"
            )


def labels_what_is_open(strategy: Strategy) -> None:
    """It picks no pair that is labelled already, and none that can never be labelled."""
    for kind, pool, pick, _ in _trials(strategy):
        for image, task in pick.pairs.tolist():
            if not pool.open_pairs[image, task]:
                why = "is labelled already" if pool.labelled[image, task] else "cannot be labelled"
                raise ContractError(
                    f"picks image {image}, task {pool.tasks[task]}, which {why} ({kind})"
                )


def labels_nothing_twice(strategy: Strategy) -> None:
    """It picks no pair twice."""
    for kind, pool, pick, _ in _trials(strategy):
        pairs, count = np.unique(pick.pairs, axis=0, return_counts=True)
        if (count > 1).any():
            image, task = pairs[count > 1][0]
            raise ContractError(f"picks image {image}, task {pool.tasks[task]}, twice ({kind})")


def repeats_itself(strategy: Strategy) -> None:
    """The same seed gives the same picks: all chance comes from the generator that it gets."""
    for first, second in zip(_trials(strategy), _trials(strategy), strict=True):
        if not np.array_equal(first.pick.pairs, second.pick.pairs):
            raise ContractError(
                f"same seed, other picks ({first.kind}, a budget of {first.budget})"
            )


def leaves_the_pool_alone(strategy: Strategy) -> None:
    """It changes no array of the pool."""
    for (kind, pool, _, _), before in zip(_trials(strategy), _fresh_pools(strategy), strict=True):
        arrays = {
            "what is labelled": (pool.labelled, before.labelled),
            "what cannot be labelled": (pool.closed, before.closed),
            "the batches of earlier cycles": (_numbers(pool.past), _numbers(before.past)),
        }
        for name, signal in before.signals.items():
            arrays[f"the signal {name}"] = (pool.signals.get(name), signal)
        for title, (now, then) in arrays.items():
            if not np.array_equal(now, then):  # type: ignore[arg-type]
                raise ContractError(f"changes the pool it was given: {title} ({kind})")


def gives_a_number_per_image(strategy: Strategy) -> None:
    """Each column of its table has a number per image; a score is NaN where nothing is open."""
    for kind, pool, pick, _ in _trials(strategy):
        for name in pick.table:
            if _is_reserved(name):
                raise ContractError(
                    f"names a column {name!r}; {', '.join(ENGINE_COLUMNS)} and names that begin "
                    f"with one of {', '.join(ENGINE_PREFIXES)} are the run's own ({kind})"
                )
        images = len(pool.labelled)
        for name, column in pick.table.items():
            numeric = np.issubdtype(np.asarray(column).dtype, np.number)
            if np.shape(column) != (images,) or not numeric:
                raise ContractError(
                    f"its column {name} has the shape {np.shape(column)}, not a number for each "
                    f"of {images} images ({kind})"
                )
        if "score" in pick.table:
            _require_scores(pick.table["score"], pool, kind)


def refuses_what_is_no_number(strategy: Strategy) -> None:
    """NaN in a signal is an error, never a pick."""
    pool = trial_pools(strategy)["whole images"]
    for name in strategy.signals():
        spoiled = pool[name].copy()
        spoiled.flat[-1] = np.nan
        spoiled_pool = Pool(pool.tasks, pool.labelled, {**pool.signals, name: spoiled})
        try:
            strategy.pick(spoiled_pool, 3, np.random.default_rng(0), Options())
        except ValueError:
            continue
        raise ContractError(
            f"picks although its signal {name} holds NaN; read signals as pool[{name!r}], "
            f"which refuses them"
        )


def declares_what_it_uses(strategy: Strategy) -> None:
    """Every setting that changes its picks is in `uses`.

    An ablation makes no run for a setting that is not.
    """
    others = [
        (name, replace(Options(), **{name: value}))
        for name, values in SWITCHES.items()
        if name not in strategy.uses
        for value in values
        if value != getattr(Options(), name)
    ]
    for kind, pool in trial_pools(strategy).items():
        plain = _pairs(strategy, pool, Options())
        for name, options in others:
            if not np.array_equal(plain, _pairs(strategy, pool, options)):
                raise ContractError(
                    f"picks otherwise when {name} changes, but does not name it in `uses` ({kind})"
                )


def _pairs(strategy: Strategy, pool: Pool, options: Options) -> np.ndarray:
    return strategy.pick(pool, BUDGETS[2], np.random.default_rng(7), options).pairs


RULES: dict[str, Callable[[Strategy], None]] = {
    "says what it is": says_what_it_is,
    "needs only what exists": needs_what_exists,
    "training can follow": trains_as_it_says,
    "answers (image, task) pairs": answers_pairs,
    "spends the budget": spends_the_budget,
    "labels only what is open": labels_what_is_open,
    "labels nothing twice": labels_nothing_twice,
    "same seed, same picks": repeats_itself,
    "leaves the pool alone": leaves_the_pool_alone,
    "a number per image": gives_a_number_per_image,
    "refuses what is no number": refuses_what_is_no_number,
    "declares what it uses": declares_what_it_uses,
}

DECLARED = ("says what it is", "needs only what exists")  # rules that are tried without a pick


def broken(strategy: Strategy, rule: str) -> str:
    """Try a rule: the message if it is broken, "" if it is kept."""
    try:
        RULES[rule](strategy)
    except ContractError as error:
        return str(error)
    except Exception as error:  # of the strategy's own code
        return f"ends with {type(error).__name__}: {error}"
    return ""


def _trials(strategy: Strategy) -> Iterator[Trial]:
    """Pick from every kind of pool with every budget."""
    for budget in BUDGETS:
        for kind, pool in trial_pools(strategy).items():
            pick = strategy.pick(pool, budget, np.random.default_rng(7), Options())
            yield Trial(kind, pool, pick, budget)


def _fresh_pools(strategy: Strategy) -> Iterator[Pool]:
    """The pools of `_trials`, in its order, that no strategy has seen."""
    for _ in BUDGETS:
        yield from trial_pools(strategy).values()


def _every_option() -> Iterator[Options]:
    """The defaults with each setting at each of its values."""
    for name, values in SWITCHES.items():
        for value in values:
            yield replace(Options(), **{name: value})


def _numbers(past: Sequence[PastBatch]) -> np.ndarray:
    """Join all numbers of earlier batches, with -1 where there is none."""
    arrays = [np.concatenate([batch.scores, batch.losses]).ravel() for batch in past]
    return np.nan_to_num(np.concatenate([np.empty(0), *arrays]), nan=-1)


def _require_known(title: str, names: Iterable[str], available: Collection[str]) -> None:
    unknown = tuple(name for name in names if name not in available)
    if unknown:
        raise ContractError(
            f"{title} {unknown}, which do not exist; there are {', '.join(available)}"
        )


def _is_reserved(column: object) -> bool:
    """Whether the name is no text, or belongs to a column that the engine fills in."""
    if not isinstance(column, str):
        return True
    return column in ENGINE_COLUMNS or column.startswith(ENGINE_PREFIXES)


def _require_scores(score: np.ndarray, pool: Pool, kind: str) -> None:
    """ContractError unless exactly the open images have a finite score. score (N,)."""
    wrong = np.flatnonzero(np.isfinite(score) != pool.open_images)
    if not len(wrong):
        return
    state, due = "not open", "NaN"
    if pool.open_images[wrong[0]]:
        state, due = "open", "a number"
    raise ContractError(
        f"scores image {wrong[0]} with {score[wrong[0]]}; it is {state} and must have {due} "
        f"({kind})"
    )
