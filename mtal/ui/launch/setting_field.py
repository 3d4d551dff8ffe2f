"""The widget of one setting, made from its field of `Config`."""
import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

import streamlit as st

from mtal.config import Config
from mtal.ui import catalog
from mtal.ui.launch.settings_form import NAMES, key, usual_tasks
from mtal.ui.text import plain


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


def _keep_tasks() -> None:
    """Another data set has labels for other tasks: keep those that it has too."""
    dataset = st.session_state[key("dataset")]
    offered = catalog.tasks_at(dataset, "")
    kept = [task for task in st.session_state[key("tasks")] if task in offered]
    st.session_state[key("tasks")] = kept or list(usual_tasks(dataset))
    st.session_state[key("data")] = ""
