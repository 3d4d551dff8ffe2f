"""The launch form, made from what `Config` says about its settings: a new setting appears by itself.

A widget's value stands in the session under `launch.<setting>`. Texts stand for what has no widget of its own: `120x160`,
`{depth: 2}`.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

import streamlit as st
import yaml

from mtal.acquisition.user_strategies import all_strategies, find_strategy
from mtal.config import Config, ConfigError, find, make_config
from mtal.locations import COMMAND
from mtal.runs.experiments.experiment import Cell, expand, one_at_a_time
from mtal.ui import catalog
from mtal.ui.components import ablation_choice, strategy_cards
from mtal.ui.text import plain

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
    first = catalog.here_first()[0]
    return {} if catalog.locate(Config()) else {"dataset": first, "tasks": _usual_tasks(first)}


def begun_with(given: Mapping[str, Any]) -> dict[str, Any]:
    """The usual settings with those given. Where no tasks are, those that the place has; a folder is never one of other data."""
    values = {**({} if "data" in given else usual()), **given}
    dataset = values.get("dataset", Config.model_fields["dataset"].default)
    if "tasks" not in given and dataset in catalog.datasets():
        values["tasks"] = _usual_tasks(dataset, str(values.get("data", "")))
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
        ablation_choice.heeds(),
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


def is_wide(name: str) -> bool:
    """Whether its widget needs a row of its own: lists of names, and texts that may be empty and then say what that means."""
    field = Config.model_fields[name]
    return (get_origin(field.annotation) is tuple and bool(_options(name))) or field.default in (
        "",
        {},
    )


def draw(name: str, wrong: Mapping[str, str]) -> None:
    """The widget of one setting, and under it what is wrong."""
    field = Config.model_fields[name]
    label, about, place = str(field.title), str(field.description), key(name)
    options = _options(name)
    if field.annotation is bool:
        st.toggle(label, key=place, help=about, persist_state="session")
    elif get_origin(field.annotation) is tuple and options:
        st.multiselect(label, options, key=place, help=about, persist_state="session")
    elif options:
        st.selectbox(
            label,
            options,
            key=place,
            help=about,
            format_func=lambda one: _title(name, one),
            persist_state="session",
            on_change=_keep_tasks if name == "dataset" else None,
        )
    elif field.annotation in (int, float):
        st.number_input(label, key=place, help=about, persist_state="session", **_limits(name))
    else:
        st.text_input(label, key=place, help=about, persist_state="session", placeholder=about)
    show_wrong(name, wrong)


def show_wrong(name: str, wrong: Mapping[str, str]) -> None:
    """What is wrong with a setting, under its widget."""
    if name in wrong:
        st.markdown(f":red[:material/error: **{name}** {plain(wrong[name])}]")


def to_yaml(cells: Sequence[Cell], name: str) -> str:
    """The settings that differ from the defaults, with the command that starts the same runs; `name` of the experiment."""
    strategies, seeds = (
        ",".join(dict.fromkeys(values))
        for values in ([cell.strategy for cell in cells], [str(cell.seed) for cell in cells])
    )
    varied: dict[str, list[str]] = {}
    for label in dict.fromkeys(cell.variant for cell in cells if cell.variant):
        setting, _, value = label.partition("=")
        varied.setdefault(setting, []).append(value)
    command = f"launch --config plan.yaml --strategies {strategies} --seeds {seeds}"
    if len(cells) > 1:
        command = f"experiment new {name} {command.removeprefix('launch ')}" + "".join(
            f" --vary {setting}={','.join(values)}" for setting, values in varied.items()
        )
    return f"# {COMMAND} {command}\n{yaml.safe_dump(_shared(cells[0].config), sort_keys=False, default_flow_style=None)}"


def from_yaml(text: str) -> None:
    """Fill the form from pasted settings; ConfigError says what is wrong."""
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"this is not YAML: {error}") from None
    if not isinstance(values, dict):
        raise ConfigError("write `setting: value` lines")
    fill({str(name): value for name, value in values.items()})


def _show(config: Config) -> None:
    for name in Config.model_fields:
        st.session_state[key(name)] = _to_widget(getattr(config, name))
    st.session_state[key("strategy")], st.session_state[key("seed")] = (
        [config.strategy],
        config.seed,
    )
    st.session_state[key("seeds")] = st.session_state.get(key("seeds"), 1)


def _shared(config: Config) -> dict[str, Any]:
    return config.changed(REPEATED) or {"dataset": config.dataset}


def _extra(field: Any) -> dict[str, Any]:
    return (
        field.json_schema_extra
        if isinstance(field.json_schema_extra, dict)
        else {"section": "Other"}
    )


def _options(name: str) -> Sequence[str]:
    annotation = Config.model_fields[name].annotation
    if name in NAMES:
        return NAMES[name]()
    if name == "tasks":
        # What is chosen stays on offer, though the place may lack it: the form then says so instead of forgetting it.
        offered = catalog.tasks_at(
            st.session_state[key("dataset")], st.session_state.get(key("data"), "")
        )
        return list(dict.fromkeys([*offered, *st.session_state.get(key("tasks"), ())]))
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _title(name: str, option: str) -> str:
    return catalog.title(option) if name == "dataset" else option


def _limits(name: str) -> dict[str, Any]:
    """Smallest and largest value and the step of the arrows, in the type of the setting."""
    field = Config.model_fields[name]
    kind = int if field.annotation is int else float
    lowest = next((one.ge for one in field.metadata if hasattr(one, "ge")), None)
    highest = next((one.le for one in field.metadata if hasattr(one, "le")), None)
    step = 1 if kind is int or not field.default else 10.0 ** math.floor(math.log10(field.default))
    return {
        "min_value": None if lowest is None else kind(lowest),
        "max_value": None if highest is None else kind(highest),
        "step": kind(step),
        "format": "%d" if kind is int else "%g",
    }


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


def _keep_tasks() -> None:
    """Another data set has labels for other tasks: keep those that it has too."""
    dataset = st.session_state[key("dataset")]
    offered = catalog.tasks_at(dataset, "")
    kept = [task for task in st.session_state[key("tasks")] if task in offered]
    st.session_state[key("tasks")] = kept or list(_usual_tasks(dataset))
    st.session_state[key("data")] = ""


def _usual_tasks(dataset: str, data: str = "") -> tuple[str, ...]:
    """Those of the default that the place has labels for, or all that it has."""
    offered = catalog.tasks_at(dataset, data)
    return (
        tuple(task for task in Config.model_fields["tasks"].default if task in offered) or offered
    )
