"""The launch form, made from the fields of `Config`: a new setting appears by itself.

The session holds a widget's value under `launch.<setting>`. Settings without a widget of their
type are texts: `120x160`, `{depth: 2}`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_origin

import streamlit as st

from mtal.acquisition.user_strategies import all_strategies, find_strategy
from mtal.config import (
    SHARES_OF_POOL,
    Config,
    ConfigError,
    YamlError,
    dump_yaml,
    find,
    make_config,
    parse_yaml,
)
from mtal.runs.experiments.plan import Cell, expand
from mtal.ui import catalog
from mtal.ui.components import ablation_choice, strategy_cards

# Settings that are not folded.
FIRST = (
    *("dataset", "data", "tasks", "network", "backbone", "steps", "epochs"),
    *("start", "start_coverage", "labelling", "start_percent", "step_percent", "cycles", "device"),
)
# Setting -> values of `start` with which it counts.
STARTS: dict[str, tuple[str, ...]] = {
    "start_percent": SHARES_OF_POOL,
    "start_coverage": ("coverage",),
    "start_set": (*SHARES_OF_POOL, "set"),
    "labelling": (*SHARES_OF_POOL, "set"),
}
REPEATED = ("strategy", "seed")  # asked as lists, a run for each
NAMES: dict[str, Callable[[], Sequence[str]]] = {  # setting -> names of a registry
    "dataset": lambda: tuple(catalog.datasets()),
    "network": catalog.networks,
    "backbone": catalog.backbones,
    "strategy": lambda: tuple(all_strategies()),
}


def key(name: str) -> str:
    """Session key of a setting's widget."""
    return f"launch.{name}"


def sections() -> dict[str, list[str]]:
    """Section -> its settings, in the order of `Config`, without REPEATED."""
    names: dict[str, list[str]] = {}
    for name, field in Config.model_fields.items():
        if name not in REPEATED:
            names.setdefault(_extra(field)["section"], []).append(name)
    return names


def counts(name: str) -> bool:
    """Whether a setting counts with the start that the form shows."""
    return name not in STARTS or st.session_state[key("start")] in STARTS[name]


def fill(values: Mapping[str, Any]) -> None:
    """Put settings into the widgets, the default of others. Raises ConfigError for wrong ones."""
    _show(checked(make_config(values)))


def fill_valid(values: Mapping[str, Any]) -> dict[str, str]:
    """Put valid settings into the widgets; setting -> error of each other one ("" for none).

    Tasks that the folder lacks are filled in all the same: the form shows the error under them.
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
            errors = by_setting(error)
            wrong |= errors
            # A rule about several settings may name one that was not given: then keep the data
            # only, as long as they are not wrong themselves.
            bad = set(errors) & set(kept) or set(kept) - {"dataset", "data", "tasks"} or set(kept)
            kept = {name: value for name, value in kept.items() if name not in bad}


def initial_settings() -> dict[str, Any]:
    """Settings of an empty form: the defaults, on a data set that is available."""
    if catalog.locate(Config()):
        return {}
    first = catalog.ready_first()[0]
    return {"dataset": first, "tasks": available_tasks(first)}


def with_defaults(given: Mapping[str, Any]) -> dict[str, Any]:
    """Complete given settings for the form.

    Without tasks, those that the folder has labels for. A given folder keeps its data set.
    """
    values = dict(given) if "data" in given else {**initial_settings(), **given}
    dataset = values.get("dataset", Config.model_fields["dataset"].default)
    if "tasks" not in given and dataset in catalog.datasets():
        values["tasks"] = available_tasks(dataset, str(values.get("data", "")))
    return values


def read() -> dict[str, Any]:
    """Settings in the widgets, without strategy and seed."""
    values = {}
    for names in sections().values():
        for name in names:
            annotation = Config.model_fields[name].annotation
            values[name] = _from_widget(annotation, st.session_state[key(name)])
    return values


def plan() -> list[Cell]:
    """Cells of the plan: one per strategy, seed and variant.

    Raises ConfigError, which names every setting that is wrong.
    """
    strategies, first = st.session_state[key("strategy")], st.session_state[key("seed")]
    if not strategies:
        raise ConfigError("strategy: choose at least one strategy")
    values = read()
    tasks = checked(make_config(values | {"strategy": strategies[0]})).tasks
    reasons = [strategy_cards.why_not(strategy, tasks) for strategy in strategies]
    if any(reasons):
        raise ConfigError(f"strategy: {'; '.join(filter(None, reasons))}")
    for strategy in strategies:
        find_strategy(strategy)  # refuses a user's strategy that breaks the contract
    return expand(
        values,
        strategies,
        range(first, first + st.session_state[key("seeds")]),
        ablation_choice.variants(strategies, values, "launch"),
        ablation_choice.settings_used(),
    )


def checked(config: Config) -> Config:
    """Return the config if its names exist. Raises ConfigError for unknown names and tasks."""
    for name, listed in NAMES.items():
        find(dict.fromkeys(listed()), getattr(config, name), name)
    offered = catalog.tasks_at(config.dataset, config.data)
    for task in config.tasks:
        if task not in offered:
            title = catalog.title(config.dataset)
            raise ConfigError(
                f"tasks: {title} has no labels for {task!r}; it has {', '.join(offered)}"
            )
    return config


def by_setting(error: ConfigError) -> dict[str, str]:
    """Setting -> its error; "" for an error that names no setting.

    A part of the message without a setting continues the one before.
    """
    errors: dict[str, list[str]] = {}
    setting = ""
    for text in str(error).split("; "):
        name, colon, message = text.partition(": ")
        if colon and name.partition(".")[0] in Config.model_fields:
            setting, text = name.partition(".")[0], message
        errors.setdefault(setting, []).append(text)
    return {name: "; ".join(texts) for name, texts in errors.items()}


def _show(config: Config) -> None:
    for name in Config.model_fields:
        st.session_state[key(name)] = _to_widget(getattr(config, name))
    st.session_state[key("strategy")] = [config.strategy]
    st.session_state[key("seed")] = config.seed
    st.session_state[key("seeds")] = st.session_state.get(key("seeds"), 1)


def _extra(field: Any) -> dict[str, Any]:
    """What `Config` notes about a setting beside its type, such as its section."""
    extra = field.json_schema_extra
    return extra if isinstance(extra, dict) else {"section": "Other"}


def _to_widget(value: Any) -> Any:
    if isinstance(value, tuple) and value and isinstance(value[0], int):
        return "x".join(str(part) for part in value)
    if isinstance(value, dict):
        return dump_yaml(value, flow=True).strip() if value else ""
    return list(value) if isinstance(value, tuple) else value


def _from_widget(annotation: Any, value: Any) -> Any:
    if get_origin(annotation) is dict and isinstance(value, str):
        try:
            return parse_yaml(value) or {}
        except YamlError:
            return value  # refused by Config, which names the setting
    return value


def available_tasks(dataset: str, data: str = "") -> tuple[str, ...]:
    """Default tasks that a folder has labels for; all that it has labels for if none is."""
    offered = catalog.tasks_at(dataset, data)
    defaults = Config.model_fields["tasks"].default
    return tuple(task for task in defaults if task in offered) or offered
