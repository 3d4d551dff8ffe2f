"""What the pages offer by name, looked up when first needed: behind the lists stands torch, whose import takes seconds.

No network is built here, only names are read.
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
    """How a kind of data is called on screen."""
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
    """Why a signal cannot be measured for these tasks, "" if it can. A task is asked for its kind, so any classes will do."""
    from mtal.signals.registry import SIGNALS
    from mtal.tasks.registry import TASKS

    return SIGNALS[signal].refuses([TASKS[name]() for name in tasks])


def locate(config: Config) -> str:
    """What `Dataset.folder` will be, found cheaply; "" if there is nothing. ConfigError for settings that cannot be."""
    return datasets()[config.dataset].locate(config)


def here_first() -> list[str]:
    """Kinds of data, those first that can be used without naming a folder."""
    return sorted(datasets(), key=lambda name: not locate(Config(dataset=name)))


def tasks_at(dataset: str, data: str) -> tuple[str, ...]:
    """The tasks that a place has labels for; all that the kind can have while nothing is found there."""
    source = datasets()[dataset]
    try:
        return source.tasks_in(Config(dataset=dataset, data=data.strip())) or source.task_names
    except ValueError:  # said where the place is asked for
        return source.task_names


def load() -> None:
    """Look everything up, and say so while it takes long: once per server."""
    with st.spinner(
        "Looking up data sets and networks. Only the first page after a start waits for this."
    ):
        datasets(), networks()
