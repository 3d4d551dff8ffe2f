"""Cells of an experiment: its runs, made from strategies, seeds and variants of the settings."""

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mtal.config import MACHINE_FIELDS, Config, ConfigError, find, make_config

PLAIN = ""  # variant without a change
ALL_LABELS = "all labels"  # variant that trains once on the whole pool: a reference line
REFERENCE: Mapping[str, Any] = {
    "strategy": "random",
    "start": "random",
    "start_coverage": "clusters",
    "start_set": "",
    "labelling": "simulated",
    "start_percent": 100.0,
    "cycles": 1,
    "label_budget": 0,
    "plateau_percent": 0.0,
}
NOT_VARIED = {"strategy": "--strategies", "seed": "--seeds"}  # setting -> option to use instead
Variants = Mapping[str, Mapping[str, Any]]  # label -> the settings that it changes


@dataclass(frozen=True)
class Cell:
    """One run of a plan. Two cells whose configs have the same name are the same run."""

    variant: str  # its label; PLAIN: the plain settings
    config: Config
    folder: str = ""  # of its run, where an earlier version named it otherwise

    @property
    def strategy(self) -> str:
        """Name of the strategy."""
        return self.config.strategy

    @property
    def seed(self) -> int:
        """Seed of the run."""
        return self.config.seed

    @property
    def run_name(self) -> str:
        """Name of the run's folder: experiments share runs.

        It follows from the settings and their defaults when the run was created, so a run of an
        earlier version keeps its name.
        """
        return self.folder or self.config.name


def expand(
    base: Mapping[str, Any],
    strategies: Sequence[str],
    seeds: Sequence[int],
    variants: Variants,
    settings_used: Mapping[str, frozenset[str]],
) -> list[Cell]:
    """List every strategy x seed x variant, seed by seed, each run once.

    base: settings of all cells; variants: label -> the settings that it changes, beside the plain
    settings; settings_used: strategy -> the settings that change what it picks. A variant leaves
    out what other strategies use and this one does not, so Random is not run again for every
    committee. Settings that no strategy uses, such as epochs, vary for all, and so do sample
    weights, which any strategy can be trained with. ConfigError for settings that cannot be used.
    """
    selective = frozenset().union(*settings_used.values())
    all_variants: dict[str, Mapping[str, Any]] = {PLAIN: {}, **variants}
    cells = []
    for seed, (label, settings), strategy in itertools.product(
        seeds, all_variants.items(), strategies
    ):
        used = find(settings_used, strategy, "strategy")
        kept = {
            name: value
            for name, value in settings.items()
            if name in used or name not in selective or _adds_weights(name, value, base)
        }
        config = make_config({**base, **kept, "strategy": strategy, "seed": seed})
        cells.append(Cell(_relabelled(label, settings, kept), config))
    return unique_cells(cells)


def unique_cells(cells: Iterable[Cell]) -> list[Cell]:
    """Drop the cells that repeat the run of an earlier one."""
    by_run: dict[str, Cell] = {}
    for cell in cells:
        by_run.setdefault(cell.config.name, cell)
    return list(by_run.values())


def missing_cells(
    cells: Sequence[Cell],
    strategies: Sequence[str],
    seeds: Sequence[int],
    variants: Variants,
    settings_used: Mapping[str, frozenset[str]],
) -> list[Cell]:
    """List the cells that a plan lacks when strategies, seeds or variants are added to it.

    cells: the plan; strategies, seeds, variants: what is added, each combined with everything in
    the plan and with each other; settings_used: as in `expand`. The new cells are spread over the
    devices of the plan. ConfigError for settings that cannot be used, and for strategies or
    variants added to a plan without plain settings.
    """
    present = list(dict.fromkeys(cell.strategy for cell in cells if cell.variant != ALL_LABELS))
    new_strategies = [name for name in dict.fromkeys(strategies) if name not in present]
    labels = {PLAIN, *(cell.variant for cell in cells)}
    new_variants = {label: settings for label, settings in variants.items() if label not in labels}
    all_seeds = list(dict.fromkeys([*(cell.seed for cell in cells), *seeds]))
    wanted = [_changed(cell, seed=seed) for seed in seeds for cell in cells]
    if new_strategies:
        base = plain_settings(cells)
        all_variants = _variants(cells, base) | new_variants
        wanted += expand(base, new_strategies, all_seeds, all_variants, settings_used)
    if new_variants:
        wanted += expand(plain_settings(cells), present, all_seeds, new_variants, settings_used)
    names = {cell.config.name for cell in cells}
    missing = [cell for cell in unique_cells(wanted) if cell.config.name not in names]
    return spread_over_devices(missing, _devices(cells))


def reference_cells(cells: Sequence[Cell]) -> list[Cell]:
    """List the runs that train once on the labels of the whole pool, as far as a plan lacks them.

    One per seed of the plan. ConfigError for a plan without plain settings.
    """
    base = plain_settings(cells)
    wanted = [
        Cell(ALL_LABELS, make_config({**base, **REFERENCE, "seed": seed}))
        for seed in dict.fromkeys(cell.seed for cell in cells)
    ]
    names = {cell.config.name for cell in cells}
    spread = spread_over_devices(wanted, _devices(cells))
    return [cell for cell in spread if cell.config.name not in names]


def spread_over_devices(cells: Sequence[Cell], devices: Sequence[str]) -> list[Cell]:
    """Assign cells to devices in turn, which compute side by side; unchanged without devices."""
    if not devices:
        return list(cells)
    return [
        _changed(cell, device=devices[number % len(devices)]) for number, cell in enumerate(cells)
    ]


def plain_settings(cells: Sequence[Cell]) -> dict[str, Any]:
    """Return the plain settings of a plan as JSON values, with strategy and seed of the first cell.

    ConfigError for a plan without plain settings.
    """
    plain = [cell for cell in cells if cell.variant == PLAIN]
    if not plain:
        raise ConfigError(
            "this plan has no run of the plain settings, so only seeds can be added to it"
        )
    return plain[0].config.model_dump(mode="json")


def one_at_a_time(
    base: Mapping[str, Any], varied: Mapping[str, Sequence[Any]]
) -> dict[str, dict[str, Any]]:
    """Make the variants of an ablation: one setting changed at a time.

    varied: setting -> its values. ConfigError for settings that cannot be varied or used.
    """
    variants = [
        _variant(base, {name: value}) for name, values in varied.items() for value in values
    ]
    return {variant_label(variant): variant for variant in variants}


def ablation(
    base: Mapping[str, Any], varied: Mapping[str, Sequence[Any]], together: Iterable[str] = ()
) -> dict[str, dict[str, Any]]:
    """Make the variants of an ablation: some settings in every combination, the others one by one.

    together: settings of `varied` that make a grid; other arguments and errors as `one_at_a_time`.
    """
    combined = {name: varied[name] for name in together if name in varied}
    others = {name: values for name, values in varied.items() if name not in combined}
    return one_at_a_time(base, others) | (grid(base, combined) if combined else {})


def grid(base: Mapping[str, Any], varied: Mapping[str, Sequence[Any]]) -> dict[str, dict[str, Any]]:
    """Make the variants of every combination of values; arguments and errors as `one_at_a_time`."""
    variants = [
        _variant(base, dict(zip(varied, values, strict=True)))
        for values in itertools.product(*varied.values())
    ]
    return {variant_label(variant): variant for variant in variants}


def variant_label(settings: Mapping[str, Any]) -> str:
    """Write a variant: `epochs=20, committee=mean`, in the order of the settings; "" for none."""
    return ", ".join(
        f"{name}={_text(settings[name])}" for name in Config.model_fields if name in settings
    )


def _adds_weights(name: str, value: Any, base: Mapping[str, Any]) -> bool:
    """Whether a setting trains a strategy otherwise that weights no samples by itself.

    For such a strategy `auto` is off.
    """
    if name != "sample_weights":
        return False
    plain = base.get(name, Config.model_fields[name].default)
    return len({"off" if setting == "auto" else setting for setting in (value, plain)}) == 2


def _variant(base: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Bring settings into the form of a config. ConfigError if they make no other run."""
    for name in settings:
        if name in NOT_VARIED:
            raise ConfigError(f"{name} is no setting to vary: use {NOT_VARIED[name]}")
        if name in MACHINE_FIELDS:
            raise ConfigError(
                f"{name} says where a run computes, not what, so runs that differ in it are the "
                f"same run"
            )
    values = make_config({**base, **settings}).model_dump(mode="json")
    return {name: values[name] for name in settings}


def _variants(cells: Sequence[Cell], base: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Find the variants of a plan: label -> the settings that differ from the base.

    Collected from all cells of a variant, since not every strategy uses all its settings.
    """
    variants: dict[str, dict[str, Any]] = {}
    for cell in cells:
        if cell.variant == ALL_LABELS:
            continue
        values = cell.config.model_dump(mode="json")
        changed = {
            name: value
            for name, value in values.items()
            if value != base[name] and name not in NOT_VARIED and name not in MACHINE_FIELDS
        }
        variants.setdefault(cell.variant, {}).update(changed)
    return variants


def _changed(cell: Cell, **settings: Any) -> Cell:
    return Cell(cell.variant, make_config(cell.config.model_dump() | settings))


def _devices(cells: Sequence[Cell]) -> list[str]:
    return list(dict.fromkeys(cell.config.device for cell in cells))


def _relabelled(label: str, settings: Mapping[str, Any], kept: Mapping[str, Any]) -> str:
    """Shorten a variant's label to the settings that are kept, unless a user chose the label."""
    return variant_label(kept) if not kept or label == variant_label(settings) else label


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return ("x" if all(isinstance(part, int) for part in value) else "+").join(map(str, value))
    return json.dumps(value)
