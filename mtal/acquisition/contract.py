"""What every strategy promises, one function per rule. Each tries the strategy and raises ContractError with what was seen."""

import re
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import get_args, get_type_hints

import numpy as np

from mtal.acquisition.pool import Options, Pick, Pool
from mtal.acquisition.strategy import Strategy
from mtal.acquisition.trial_pools import SIGNALS, trial_pools
from mtal.config import Config

SWITCHES = {field.name: get_args(get_type_hints(Options)[field.name]) for field in fields(Options)}

# Of the pool's table, filled in by whoever runs the strategy.
ENGINE_COLUMNS = (
    "id",
    "labelled",
    "picked",
    "rank",
    "cutoff",
    "cluster",
    "nearest",
    "nearest_after",
)
ENGINE_PREFIXES = ("m.", "loss.")
BUDGETS = (1, 7, 12, 1000)  # labels; 7 ends within an image, 1000 are more than there are


class ContractError(ValueError):
    """A promise that a strategy does not keep; the message says what was seen."""


def says_what_it_is(strategy: Strategy) -> None:
    """A plain name, a title, a formula, a source, and a sentence about it."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", strategy.name):
        raise ContractError(
            f"the name {strategy.name!r} is not made of small letters, digits, - and _"
        )
    if empty := [
        field
        for field in ("title", "blurb", "formula", "source")
        if not getattr(strategy, field).strip()
    ]:
        raise ContractError(f"says nothing in {', '.join(empty)}")
    if not strategy.blurb.endswith("."):
        raise ContractError(
            f"its blurb {strategy.blurb!r} is not a sentence that ends with a full stop"
        )


def needs_what_exists(strategy: Strategy) -> None:
    """Signals and settings have the names of signals and settings."""
    for what, named, there in (
        ("needs signals", strategy.needs, SIGNALS),
        ("uses settings", strategy.uses, Config.model_fields),
    ):
        if unknown := tuple(name for name in named if name not in there):
            raise ContractError(
                f"{what} {unknown}, which do not exist; there are {', '.join(there)}"
            )


def trains_as_it_says(strategy: Strategy) -> None:
    """Training can follow: dropout is a share, and weights of samples come from columns n.<task>, not below 0."""
    if not 0 <= strategy.dropout < 1:
        raise ContractError(f"wants a dropout of {strategy.dropout}, which is no share below 1")
    for kind, pool, pick, _ in _tries(strategy) if strategy.weights_samples else ():
        for name in (f"n.{task}" for task in pool.tasks):
            if name not in pick.table or not (np.asarray(pick.table[name])[pick.images] >= 0).all():
                raise ContractError(
                    f"weights samples, but its table has no column {name} with a number from 0 on for each "
                    f"picked image ({kind})"
                )


def answers_pairs(strategy: Strategy) -> None:
    """A Pick whose pairs are whole numbers (K, 2) that mean an image and a task."""
    for kind, pool, pick, _ in _tries(strategy):
        if not isinstance(pick, Pick) or not isinstance(pick.pairs, np.ndarray):
            raise ContractError(
                f"answers {type(pick).__name__} instead of a Pick with an array of pairs ({kind})"
            )
        if (
            pick.pairs.ndim != 2
            or pick.pairs.shape[1] != 2
            or not np.issubdtype(pick.pairs.dtype, np.integer)
        ):
            raise ContractError(
                f"answers pairs of shape {pick.pairs.shape} and type {pick.pairs.dtype} instead of whole numbers "
                f"(K, 2) ({kind})"
            )
        if len(
            wrong := pick.pairs[
                ((pick.pairs < 0) | (pick.pairs >= pool.labelled.shape)).any(axis=1)
            ]
        ):
            raise ContractError(
                f"picks the pair {tuple(wrong[0].tolist())} of {pool.labelled.shape[0]} images and "
                f"{pool.labelled.shape[1]} tasks ({kind})"
            )


def spends_the_budget(strategy: Strategy) -> None:
    """As many pairs as the budget says, or all that are left."""
    for kind, pool, pick, budget in _tries(strategy):
        if len(pick.pairs) != min(budget, left := int(pool.open_pairs.sum())):
            raise ContractError(
                f"buys {len(pick.pairs)} of a budget of {budget} pairs, where {left} can be had ({kind})"
            )


def buys_what_is_open(strategy: Strategy) -> None:
    """No label that is there already, none that cannot be had."""
    for kind, pool, pick, _ in _tries(strategy):
        for image, task in pick.pairs.tolist():
            if not pool.open_pairs[image, task]:
                why = "is labelled already" if pool.labelled[image, task] else "cannot be labelled"
                raise ContractError(
                    f"picks image {image}, task {pool.tasks[task]}, which {why} ({kind})"
                )


def buys_nothing_twice(strategy: Strategy) -> None:
    """Every pair of a batch is another one."""
    for kind, pool, pick, _ in _tries(strategy):
        pairs, count = np.unique(pick.pairs, axis=0, return_counts=True)
        if (count > 1).any():
            image, task = pairs[count > 1][0]
            raise ContractError(f"picks image {image}, task {pool.tasks[task]}, twice ({kind})")


def repeats_itself(strategy: Strategy) -> None:
    """The same seed gives the same picks: all chance comes from the generator that it is given."""
    for (kind, _, pick, budget), (_, _, again, _) in zip(
        _tries(strategy), _tries(strategy), strict=True
    ):
        if not np.array_equal(pick.pairs, again.pairs):
            raise ContractError(f"same seed, other picks ({kind}, a budget of {budget})")


def leaves_the_pool_alone(strategy: Strategy) -> None:
    """Nothing that it is given is changed."""
    for (kind, pool, _, _), unused in zip(_tries(strategy), _untouched(strategy), strict=True):
        arrays = {
            "what is labelled": (pool.labelled, unused.labelled),
            "what cannot be had": (pool.closed, unused.closed),
        }
        arrays |= {
            f"the signal {name}": (pool.signals.get(name), signal)
            for name, signal in unused.signals.items()
        }
        for what, (now, before) in arrays.items():
            if not np.array_equal(now, before):  # type: ignore[arg-type]
                raise ContractError(f"changes the pool it was given: {what} ({kind})")


def tells_a_number_per_image(strategy: Strategy) -> None:
    """Every column of the table has a number for each image; a score is one for open images and NaN for the others."""
    for kind, pool, pick, _ in _tries(strategy):
        if taken := [
            name
            for name in pick.table
            if not isinstance(name, str)
            or name in ENGINE_COLUMNS
            or name.startswith(ENGINE_PREFIXES)
        ]:
            raise ContractError(
                f"names a column {taken[0]!r}; {', '.join(ENGINE_COLUMNS)} and names that begin with "
                f"{' or '.join(ENGINE_PREFIXES)} are the run's own ({kind})"
            )
        for name, column in pick.table.items():
            if np.shape(column) != (len(pool.labelled),) or not np.issubdtype(
                np.asarray(column).dtype, np.number
            ):
                raise ContractError(
                    f"its column {name} has the shape {np.shape(column)}, not a number for each of "
                    f"{len(pool.labelled)} images ({kind})"
                )
        if "score" in pick.table and len(
            wrong := np.flatnonzero(np.isfinite(pick.table["score"]) != pool.open_images)
        ):
            state, due = ("open", "a number") if pool.open_images[wrong[0]] else ("not open", "NaN")
            raise ContractError(
                f"scores image {wrong[0]} with {pick.table['score'][wrong[0]]}; it is {state} and must have "
                f"{due} ({kind})"
            )


def refuses_what_is_no_number(strategy: Strategy) -> None:
    """NaN in a signal is an error, never a pick."""
    pool = trial_pools(strategy)["whole images"]
    for name in strategy.needs:
        spoiled = pool[name].copy()
        spoiled.flat[-1] = np.nan
        worse = Pool(pool.tasks, pool.labelled, {**pool.signals, name: spoiled})
        try:
            strategy.pick(worse, 3, np.random.default_rng(0), Options())
        except ValueError:
            continue
        raise ContractError(
            f"picks although its signal {name} holds NaN; read signals as pool[{name!r}], which refuses them"
        )


def declares_what_it_uses(strategy: Strategy) -> None:
    """A setting that changes its picks is among those it `uses`: an ablation of one that it does not name makes no run of it."""
    for name, values in SWITCHES.items():
        if name in strategy.uses:
            continue
        for kind, pool in trial_pools(strategy).items():
            plain, *others = (
                strategy.pick(
                    pool, BUDGETS[2], np.random.default_rng(7), replace(Options(), **{name: value})
                ).pairs
                for value in values
            )
            if any(not np.array_equal(plain, other) for other in others):
                raise ContractError(
                    f"picks otherwise when {name} changes, but does not name it in `uses` ({kind})"
                )


RULES: dict[str, Callable[[Strategy], None]] = {
    "says what it is": says_what_it_is,
    "needs only what exists": needs_what_exists,
    "training can follow": trains_as_it_says,
    "answers (image, task) pairs": answers_pairs,
    "spends the budget": spends_the_budget,
    "buys only what is open": buys_what_is_open,
    "buys nothing twice": buys_nothing_twice,
    "same seed, same picks": repeats_itself,
    "leaves the pool alone": leaves_the_pool_alone,
    "a number per image": tells_a_number_per_image,
    "refuses what is no number": refuses_what_is_no_number,
    "declares what it uses": declares_what_it_uses,
}

DECLARED = ("says what it is", "needs only what exists")  # rules that are read off, without a pick


def broken(strategy: Strategy, rule: str) -> str:
    """What was seen that breaks a rule, "" if it is kept."""
    try:
        RULES[rule](strategy)
    except ContractError as error:
        return str(error)
    except Exception as error:  # of the strategy's own code
        return f"ends with {type(error).__name__}: {error}"
    return ""


def _tries(strategy: Strategy) -> Iterator[tuple[str, Pool, Pick, int]]:
    """(kind of pool, pool, pick, budget) for every kind of pool and budget."""
    for budget in BUDGETS:
        for kind, pool in trial_pools(strategy).items():
            yield (
                kind,
                pool,
                strategy.pick(pool, budget, np.random.default_rng(7), Options()),
                budget,
            )


def _untouched(strategy: Strategy) -> Iterator[Pool]:
    """The pools of `_tries`, in its order, that no strategy has seen."""
    for _ in BUDGETS:
        yield from trial_pools(strategy).values()
