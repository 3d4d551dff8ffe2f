"""What an experiment is made of: cells, each a complete run, made from strategies, seeds and variants of the settings."""

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mtal.config import MACHINE_FIELDS, Config, ConfigError, find, make_config

PLAIN = ""  # the variant that changes nothing
ALL_LABELS = "all labels"  # the variant that trains once on the whole pool: a reference line
REFERENCE: Mapping[str, Any] = {
    "strategy": "random",
    "start": "random",
    "start_percent": 100.0,
    "cycles": 1,
    "label_budget": 0,
    "plateau_percent": 0.0,
}
NOT_VARIED = {"strategy": "--strategies", "seed": "--seeds"}  # setting -> where it belongs instead
Variants = Mapping[str, Mapping[str, Any]]  # label -> the settings that it changes


@dataclass(frozen=True)
class Cell:
    """One run of a plan. Two cells with one run name are the same run."""

    variant: str  # "" = the plain settings
    config: Config

    @property
    def strategy(self) -> str:
        """Its name."""
        return self.config.strategy

    @property
    def seed(self) -> int:
        """Of everything random in it."""
        return self.config.seed

    @property
    def run_name(self) -> str:
        """The folder of its run: it follows from the settings, so experiments share runs."""
        return self.config.name


def expand(
    base: Mapping[str, Any],
    strategies: Sequence[str],
    seeds: Sequence[int],
    variants: Variants,
    heeds: Mapping[str, frozenset[str]],
) -> list[Cell]:
    """Every strategy x seed x variant, the plain settings always among them, seed by seed, each run once.

    `heeds`: strategy -> settings that change what it picks. What others heed and a strategy does not is left out of its
    variants, so Random is not run again for every committee. Settings that nobody heeds, such as epochs, count for everyone.
    """
    selective = frozenset().union(*heeds.values())
    every: dict[str, Mapping[str, Any]] = {PLAIN: {}, **variants}
    cells = []
    for seed, (label, settings), strategy in itertools.product(seeds, every.items(), strategies):
        heeded = find(heeds, strategy, "strategy")
        kept = {
            name: value
            for name, value in settings.items()
            if name in heeded or name not in selective
        }
        cells.append(
            Cell(
                _relabelled(label, settings, kept),
                make_config({**base, **kept, "strategy": strategy, "seed": seed}),
            )
        )
    return once(cells)


def once(cells: Iterable[Cell]) -> list[Cell]:
    """The cells without those that repeat the run of an earlier one."""
    found: dict[str, Cell] = {}
    for cell in cells:
        found.setdefault(cell.run_name, cell)
    return list(found.values())


def more(
    cells: Sequence[Cell],
    strategies: Sequence[str],
    seeds: Sequence[int],
    variants: Variants,
    heeds: Mapping[str, frozenset[str]],
) -> list[Cell]:
    """What a plan lacks when strategies, seeds or variants join it: each is combined with all that is there, and each other.

    It is spread over the devices that the plan uses.
    """
    there = list(dict.fromkeys(cell.strategy for cell in cells if cell.variant != ALL_LABELS))
    new = [name for name in dict.fromkeys(strategies) if name not in there]
    fresh = {
        label: settings
        for label, settings in variants.items()
        if label not in {PLAIN, *(cell.variant for cell in cells)}
    }
    every = list(dict.fromkeys([*(cell.seed for cell in cells), *seeds]))
    found = [
        Cell(cell.variant, make_config(cell.config.model_dump() | {"seed": seed}))
        for seed in seeds
        for cell in cells
    ]
    if new:
        base = plain_settings(cells)
        found += expand(base, new, every, _variants(cells, base) | fresh, heeds)
    if fresh:
        found += expand(plain_settings(cells), there, every, fresh, heeds)
    names = {cell.run_name for cell in cells}
    lacking = [cell for cell in once(found) if cell.run_name not in names]
    return spread(lacking, list(dict.fromkeys(cell.config.device for cell in cells)))


def reference_cells(cells: Sequence[Cell]) -> list[Cell]:
    """A run per seed of the plan that trains once on the labels of the whole pool, as far as the plan lacks them."""
    base = plain_settings(cells)
    found = [
        Cell(ALL_LABELS, make_config({**base, **REFERENCE, "seed": seed}))
        for seed in dict.fromkeys(cell.seed for cell in cells)
    ]
    names = {cell.run_name for cell in cells}
    return [
        cell
        for cell in spread(found, list(dict.fromkeys(cell.config.device for cell in cells)))
        if cell.run_name not in names
    ]


def spread(cells: Sequence[Cell], devices: Sequence[str]) -> list[Cell]:
    """The cells on several devices in turn, which compute side by side; as they are without devices."""
    if not devices:
        return list(cells)
    return [
        Cell(
            cell.variant,
            make_config(cell.config.model_dump() | {"device": devices[place % len(devices)]}),
        )
        for place, cell in enumerate(cells)
    ]


def plain_settings(cells: Sequence[Cell]) -> dict[str, Any]:
    """What variants start from, as JSON values; strategy and seed are those of the first plain cell."""
    plain = [cell for cell in cells if cell.variant == PLAIN]
    if not plain:
        raise ConfigError(
            "this plan has no run of the plain settings, so only seeds can be added to it"
        )
    return plain[0].config.model_dump(mode="json")


def one_at_a_time(
    base: Mapping[str, Any], varied: Mapping[str, Sequence[Any]]
) -> dict[str, dict[str, Any]]:
    """Variants for an ablation: one setting changed at a time."""
    ones = [_variant(base, {name: value}) for name, values in varied.items() for value in values]
    return {label_of(one): one for one in ones}


def grid(base: Mapping[str, Any], varied: Mapping[str, Sequence[Any]]) -> dict[str, dict[str, Any]]:
    """Variants of every combination of values."""
    combinations = [
        dict(zip(varied, values, strict=True)) for values in itertools.product(*varied.values())
    ]
    return {label_of(one): one for one in [_variant(base, values) for values in combinations]}


def label_of(settings: Mapping[str, Any]) -> str:
    """`epochs=20, committee=mean`, in the order of the settings; "" for none."""
    return ", ".join(
        f"{name}={_text(settings[name])}" for name in Config.model_fields if name in settings
    )


def _variant(base: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as a config holds them. ConfigError for what cannot be used, or would not make another run."""
    for name in settings:
        if name in NOT_VARIED:
            raise ConfigError(f"{name} is no setting to vary: use {NOT_VARIED[name]}")
        if name in MACHINE_FIELDS:
            raise ConfigError(
                f"{name} says where a run computes, not what, so runs that differ in it are the same run"
            )
    values = make_config({**base, **settings}).model_dump(mode="json")
    return {name: values[name] for name in settings}


def _variants(cells: Sequence[Cell], base: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Label -> the settings in which cells differ from the base; of all its cells, since not every strategy heeds them all."""
    found: dict[str, dict[str, Any]] = {}
    for cell in (cell for cell in cells if cell.variant != ALL_LABELS):
        values = cell.config.model_dump(mode="json")
        found.setdefault(cell.variant, {}).update(
            {
                name: value
                for name, value in values.items()
                if value != base[name] and name not in NOT_VARIED and name not in MACHINE_FIELDS
            }
        )
    return found


def _relabelled(label: str, settings: Mapping[str, Any], kept: Mapping[str, Any]) -> str:
    """A label says what counts for the strategy: nothing is left of it, or less, or it is a name that somebody gave."""
    return label_of(kept) if not kept or label == label_of(settings) else label


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return ("x" if all(isinstance(part, int) for part in value) else "+").join(map(str, value))
    return json.dumps(value)
