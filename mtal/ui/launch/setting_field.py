"""The widget of one setting, made from its field of `Config`."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

import streamlit as st

from mtal.config import Config
from mtal.ui import catalog
from mtal.ui.launch import start_set_field
from mtal.ui.launch.settings_form import NAMES, available_tasks, counts, key
from mtal.ui.text import plain

REPLACED_BY = {"epochs": "steps"}  # setting -> the number that replaces it unless it is 0


def is_wide(name: str) -> bool:
    """Say whether a setting's widget needs a row of its own.

    Lists of names do, and texts that may be empty, whose placeholder says what that means.
    """
    field = Config.model_fields[name]
    is_list = get_origin(field.annotation) is tuple and bool(_options(name))
    return is_list or field.default in ("", {})


def draw(name: str, wrong: Mapping[str, str]) -> None:
    """Draw the widget of one setting. wrong: setting -> error, shown under the widget.

    Settings that do not count with what else the form shows cannot be changed.
    """
    field = Config.model_fields[name]
    label, about = str(field.title), str(field.description)
    options = _options(name)
    counting = not _is_replaced(name) and (counts(name) or name in wrong)
    common: dict[str, Any] = {
        "key": key(name),
        "help": about,
        "persist_state": "session",
        "disabled": not counting,
    }
    if name == "start_set":
        start_set_field.draw(label, about, common)
    elif field.annotation is bool:
        st.toggle(label, **common)
    elif get_origin(field.annotation) is tuple and options:
        st.multiselect(label, options, **common)
    elif options:
        if not counting:  # Streamlit fades the label of such a box below what can be read
            st.markdown(label, help=about)
            common |= {"label_visibility": "collapsed", "help": None}
        st.selectbox(
            label,
            options,
            format_func=lambda option: _title(name, option),
            on_change=_keep_tasks if name == "dataset" else None,
            **common,
        )
    elif field.annotation in (int, float):
        st.number_input(label, **common, **_limits(name))
    else:
        st.text_input(label, placeholder=about, **common)
    show_wrong(name, wrong)


def show_wrong(name: str, wrong: Mapping[str, str]) -> None:
    """Show the error of a setting under its widget."""
    if name in wrong:
        st.markdown(f":red[:material/error: **{name}** {plain(wrong[name])}]")


def _options(name: str) -> Sequence[str]:
    annotation = Config.model_fields[name].annotation
    if name in NAMES:
        return NAMES[name]()
    if name == "tasks":
        # A chosen task stays an option though the folder may lack it: the form then shows the
        # error instead of dropping the choice.
        dataset, data = st.session_state[key("dataset")], st.session_state.get(key("data"), "")
        chosen = st.session_state.get(key("tasks"), ())
        return list(dict.fromkeys([*catalog.tasks_at(dataset, data), *chosen]))
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _title(name: str, option: str) -> str:
    return catalog.title(option) if name == "dataset" else option


def _is_replaced(name: str) -> bool:
    """Whether another number in the form, above 0, takes the setting's part."""
    return name in REPLACED_BY and bool(st.session_state.get(key(REPLACED_BY[name])))


def _limits(name: str) -> dict[str, Any]:
    """Range, step and format of a number, in the type of the setting."""
    field = Config.model_fields[name]
    kind = int if field.annotation is int else float
    lowest = next((limit.ge for limit in field.metadata if hasattr(limit, "ge")), None)
    highest = next((limit.le for limit in field.metadata if hasattr(limit, "le")), None)
    step = 1.0
    if kind is float and field.default:
        step = 10.0 ** math.floor(math.log10(field.default))
    return {
        "min_value": None if lowest is None else kind(lowest),
        "max_value": None if highest is None else kind(highest),
        "step": kind(step),
        "format": "%d" if kind is int else "%g",
    }


def _keep_tasks() -> None:
    """Keep the chosen tasks that another data set has labels for; clear the folder."""
    dataset = st.session_state[key("dataset")]
    offered = catalog.tasks_at(dataset, "")
    kept = [task for task in st.session_state[key("tasks")] if task in offered]
    st.session_state[key("tasks")] = kept or list(available_tasks(dataset))
    st.session_state[key("data")] = ""
