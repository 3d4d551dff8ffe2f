"""The launch form, made from what `Config` says about its settings: a new setting appears by itself.

A widget's value stands in the session under `launch.<setting>`. Texts stand for what has no widget of its own: `120x160`,
`{depth: 2}`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_origin

import streamlit as st
import yaml

from mtal.acquisition.user_strategies import all_strategies, find_strategy
from mtal.config import Config, ConfigError, find, make_config
from mtal.runs.experiments.plan import Cell, expand, one_at_a_time
from mtal.ui import catalog
from mtal.ui.components import ablation_choice, strategy_cards

FIRST = (
    "dataset",
    "data",
    "tasks",
    "network",
    "backbone",
    "epochs",
    "start",
    "start_percent",
    "step_percent",
    "cycles",
    "device",
)
REPEATED = ("strategy", "seed")  # asked as lists, a run for each
NAMES: dict[str, Callable[[], Sequence[str]]] = {  # settings that name something listed elsewhere
    "dataset": lambda: tuple(catalog.datasets()),
    "network": catalog.networks,
    "backbone": catalog.backbones,
    "strategy": lambda: tuple(all_strategies()),
}


def key(name: str) -> str:
    """Session key of a setting's widget."""
    return f"launch.{name}"


def sections() -> dict[str, list[str]]:
    """Section -> its settings, in the order of `Config`; without those that are asked as lists."""
    found: dict[str, list[str]] = {}
    for name, field in Config.model_fields.items():
        if name not in REPEATED:
            found.setdefault(_extra(field)["section"], []).append(name)
    return found


def fill(values: Mapping[str, Any]) -> None:
    """Put settings into the widgets; those not named get their default."""
    _show(checked(make_config(values)))


def fill_valid(values: Mapping[str, Any]) -> dict[str, str]:
    """Put those settings into the widgets that they can hold; setting -> what is wrong with each other one ("" for none).

    Tasks that the place lacks are put there all the same: the form says under them what is wrong.
    """
    kept, wrong = dict(values), dict[str, str]()
    for name, listed in NAMES.items():
        if name in kept and kept[name] not in listed():
            wrong[name] = f"there is no {kept.pop(name)!r}; there are {', '.join(listed())}"
    while True:
        try:
            _show(make_config(kept))
            return wrong
        except ConfigError as error:
            found = by_setting(error)
            wrong |= found
            # A rule about several settings may name one that was not given: then only the data are sure to be meant.
            bad = set(found) & set(kept) or set(kept) - {"dataset", "data", "tasks"} or set(kept)
            kept = {name: value for name, value in kept.items() if name not in bad}


def usual() -> dict[str, Any]:
    """What the form begins with: the defaults, on a data set that is here."""
    first = catalog.ready_first()[0]
    return {} if catalog.locate(Config()) else {"dataset": first, "tasks": usual_tasks(first)}


def begun_with(given: Mapping[str, Any]) -> dict[str, Any]:
    """The usual settings with those given. Where no tasks are, those that the place has; a folder is never one of other data."""
    values = {**({} if "data" in given else usual()), **given}
    dataset = values.get("dataset", Config.model_fields["dataset"].default)
    if "tasks" not in given and dataset in catalog.datasets():
        values["tasks"] = usual_tasks(dataset, str(values.get("data", "")))
    return values


def read() -> dict[str, Any]:
    """The settings as they stand in the widgets, without strategy and seed."""
    return {
        name: _from_widget(Config.model_fields[name].annotation, st.session_state[key(name)])
        for names in sections().values()
        for name in names
    }


def plan() -> list[Cell]:
    """A cell per strategy, seed and variant; ConfigError names every setting that is wrong."""
    strategies, first = st.session_state[key("strategy")], st.session_state[key("seed")]
    if not strategies:
        raise ConfigError("strategy: choose at least one strategy")
    values = read()
    tasks = checked(make_config(values | {"strategy": strategies[0]})).tasks
    if reasons := [
        reason for strategy in strategies if (reason := strategy_cards.why_not(strategy, tasks))
    ]:
        raise ConfigError(f"strategy: {'; '.join(reasons)}")
    for strategy in strategies:
        find_strategy(strategy)  # one of one's own must keep the contract
    return expand(
        values,
        strategies,
        range(first, first + st.session_state[key("seeds")]),
        one_at_a_time(values, ablation_choice.varied(strategies, "launch")),
        ablation_choice.settings_used(),
    )


def checked(config: Config) -> Config:
    """The same config, once the names in it are known to mean something."""
    for name, listed in NAMES.items():
        find(dict.fromkeys(listed()), getattr(config, name), name)
    offered = catalog.tasks_at(config.dataset, config.data)
    for task in config.tasks:
        if task not in offered:
            raise ConfigError(
                f"tasks: {catalog.title(config.dataset)} has no labels for {task!r}; it has {', '.join(offered)}"
            )
    return config


def by_setting(error: ConfigError) -> dict[str, str]:
    """Setting -> what is wrong with it; what names no setting stands under ""."""
    found: dict[str, str] = {}
    place = ""
    for part in str(error).split("; "):
        name, colon, message = part.partition(": ")
        known = bool(colon) and name.partition(".")[0] in Config.model_fields
        place, text = (
            (name.partition(".")[0], message) if known else (place, part)
        )  # else it goes on about the same one
        found[place] = f"{found[place]}; {text}" if place in found else text
    return found












def _show(config: Config) -> None:
    for name in Config.model_fields:
        st.session_state[key(name)] = _to_widget(getattr(config, name))
    st.session_state[key("strategy")], st.session_state[key("seed")] = (
        [config.strategy],
        config.seed,
    )
    st.session_state[key("seeds")] = st.session_state.get(key("seeds"), 1)




def _extra(field: Any) -> dict[str, Any]:
    return (
        field.json_schema_extra
        if isinstance(field.json_schema_extra, dict)
        else {"section": "Other"}
    )








def _to_widget(value: Any) -> Any:
    if isinstance(value, tuple) and value and isinstance(value[0], int):
        return "x".join(str(part) for part in value)
    if isinstance(value, dict):
        return yaml.safe_dump(value, default_flow_style=True).strip() if value else ""
    return list(value) if isinstance(value, tuple) else value


def _from_widget(annotation: Any, value: Any) -> Any:
    if get_origin(annotation) is dict and isinstance(value, str):
        try:
            return yaml.safe_load(value) or {}
        except yaml.YAMLError:
            return value  # which Config refuses by name
    return value




def usual_tasks(dataset: str, data: str = "") -> tuple[str, ...]:
    """Those of the default that the place has labels for, or all that it has."""
    offered = catalog.tasks_at(dataset, data)
    return (
        tuple(task for task in Config.model_fields["tasks"].default if task in offered) or offered
    )
