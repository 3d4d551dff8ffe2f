"""Names of data sets, networks, signals and tasks for the pages, read when first needed.

Their registries import torch, which takes seconds. No network is built here.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from mtal.config import Config

if TYPE_CHECKING:
    from mtal.datasets.dataset import Source


def datasets() -> "dict[str, Source]":
    """Kinds of data by name."""
    from mtal.datasets.registry import DATASETS

    return DATASETS


def title(dataset: str) -> str:
    """Title of a kind of data on screen."""
    return datasets()[dataset].title


def networks() -> tuple[str, ...]:
    """Names of the two-stage networks."""
    from mtal.models.registry import NETWORKS

    return tuple(NETWORKS)


def backbones() -> tuple[str, ...]:
    """Names of the encoders."""
    from mtal.models.registry import BACKBONES

    return tuple(BACKBONES)


def signals() -> dict[str, str]:
    """Signal -> its title."""
    from mtal.signals.registry import SIGNALS

    return {name: signal.title for name, signal in SIGNALS.items()}


def refuses(signal: str, tasks: Sequence[str]) -> str:
    """Say why a signal cannot be measured for these tasks; "" if it can.

    A signal looks at the kind of each task only, so every task is built with its default classes.
    """
    from mtal.signals.registry import SIGNALS
    from mtal.tasks.registry import TASKS

    return SIGNALS[signal].refuses([TASKS[name]() for name in tasks])


def locate(config: Config) -> str:
    """Path of the data folder, found without reading the data; "" if there is none.

    Raises ConfigError for settings that contradict each other.
    """
    return datasets()[config.dataset].locate(config)


def ready_first() -> list[str]:
    """Kinds of data, first those that can be used without naming a folder."""
    return sorted(datasets(), key=lambda name: not locate(Config(dataset=name)))


def tasks_at(dataset: str, data: str) -> tuple[str, ...]:
    """Tasks that a folder has labels for; all tasks of the kind of data if it has none yet."""
    source = datasets()[dataset]
    try:
        return source.tasks_in(Config(dataset=dataset, data=data.strip())) or source.task_names
    except ValueError:  # the page shows the error where it asks for the folder
        return source.task_names


def load() -> None:
    """Import the registries, with a spinner while it takes long: once per server."""
    with st.spinner(
        "Loading the lists of data sets and networks. Only the first page after a start waits."
    ):
        datasets(), networks()
