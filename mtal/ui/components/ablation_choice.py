"""Which settings an experiment varies, one at a time.

What is typed stands in the session as texts: under `<page>.vary` the settings, under `<page>.vary.<setting>` their values.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

import streamlit as st
import yaml

from mtal.acquisition.user_strategies import all_strategies
from mtal.config import Config, ConfigError
from mtal.ui.text import plain

# Table 2 and Figures 10 and 11 of the paper; the last two are ours. The first of each is the default.
PAPER: dict[str, tuple[str, ...]] = {
    "committee": ("max", "mean", "min"),
    "diversity": ("euclidean", "cosine"),
    "embedding": ("512", "64", "128", "256", "1024"),
    "terms": ("product", "inconsistency", "diversity"),
    "across": ("max", "mean"),
    "sample_weights": ("auto", "off"),
    "with_final": ("false", "true"),
}


def heeded(strategies: Iterable[str]) -> list[str]:
    """Settings that change what some of these strategies do, in the order of `Config`."""
    uses = heeds()
    used = {name for strategy in strategies for name in uses[strategy]}
    return [name for name in Config.model_fields if name in used]


def choose_varied(strategies: Sequence[str], base: Mapping[str, Any], page: str) -> None:
    """Draw the rows: which settings, and for each its values. `base`: the settings that they are varied from."""
    offered, key = heeded(strategies), f"{page}.vary"
    if not offered:
        st.caption("The chosen strategies have no settings to vary.")
        return
    st.session_state[key] = [name for name in st.session_state.get(key, ()) if name in offered]
    names = st.multiselect(
        "Settings to vary",
        offered,
        key=key,
        persist_state="session",
        placeholder="none",
        format_func=lambda name: str(Config.model_fields[name].title),
    )
    st.button(
        "Fill in the paper's ablations",
        key=f"{key}.paper",
        on_click=fill_paper,
        args=(offered, page),
        help="Its Table 2, Figures 10 and 11; and sample weights and the final prediction in the committee on and off.",
    )
    for name in names:
        _values(name, base, f"{key}.{name}")


def varied(strategies: Sequence[str], page: str) -> dict[str, list[Any]]:
    """Setting -> values, as the rows stand; only what some of the strategies heed. ConfigError names a value that is none."""
    names = [
        name for name in st.session_state.get(f"{page}.vary", ()) if name in heeded(strategies)
    ]
    return {
        name: [value_of(name, text) for text in st.session_state.get(f"{page}.vary.{name}", ())]
        for name in names
    }


def fill_paper(offered: Sequence[str], page: str) -> None:
    """Put the paper's ablations into the rows, as far as the strategies heed them."""
    st.session_state[f"{page}.vary"] = [name for name in PAPER if name in offered]
    for name, values in PAPER.items():
        st.session_state[f"{page}.vary.{name}"] = list(values)


def value_of(name: str, text: str) -> Any:
    """A typed value; a word stays one where the setting is a choice of words, since YAML reads `off` as false."""
    if get_origin(Config.model_fields[name].annotation) is Literal:
        return text
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        raise ConfigError(f"{name}: {text!r} is not a value") from None


def heeds() -> dict[str, frozenset[str]]:
    """Strategy -> settings that change what it does, as a plan wants it."""
    return {name: strategy.uses for name, strategy in all_strategies().items()}


def _values(name: str, base: Mapping[str, Any], key: str) -> None:
    """The values of one setting. Words and switches are chosen, numbers may be typed."""
    field = Config.model_fields[name]
    words = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
    words = ("false", "true") if field.annotation is bool else words
    here = _text(base.get(name, field.default))
    known = dict.fromkeys((here, *words, *PAPER.get(name, ()), *st.session_state.get(key, ())))
    if key not in st.session_state:
        st.session_state[key] = list(words) or list(PAPER.get(name, ()))
    st.multiselect(
        f"{plain(str(field.title))}: values",
        list(known),
        key=key,
        persist_state="session",
        accept_new_options=not words,
        format_func=lambda text: f"{text} (plain)" if text == here else text,
        help=str(field.description),
    )


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
