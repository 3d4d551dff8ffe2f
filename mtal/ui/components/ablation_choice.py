"""The settings that an experiment varies, one at a time or some of them together.

The session holds them as texts: the settings under `<page>.vary`, the values of each under
`<page>.vary.<setting>`, and those that are varied together under `<page>.together`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

import streamlit as st

from mtal.acquisition.user_strategies import all_strategies
from mtal.config import Config, ConfigError, YamlError, parse_value
from mtal.runs.experiments.plan import ablation
from mtal.ui.text import plain

# Table 2 and Figures 10 and 11 of the paper; the last two are ours. The first value of each is the
# default.
PAPER: dict[str, tuple[str, ...]] = {
    "committee": ("max", "mean", "min"),
    "diversity": ("euclidean", "cosine"),
    "embedding": ("512", "64", "128", "256", "1024"),
    "terms": ("product", "inconsistency", "diversity"),
    "across": ("max", "mean"),
    "sample_weights": ("auto", "off", "scores"),
    "with_final": ("false", "true"),
}
TOGETHER = ("embedding", "diversity")  # Figure 10 is a grid: every size with every distance
AUTO_ENCODER = ("auto", "auto-encoder")  # values of embedding_source for which sizes count


def used_settings(strategies: Iterable[str]) -> list[str]:
    """Settings that change the choice of at least one strategy, in the order of `Config`."""
    uses = settings_used()
    used = {name for strategy in strategies for name in uses[strategy]}
    return [name for name in Config.model_fields if name in used]


def choose_varied(strategies: Sequence[str], base: Mapping[str, Any], page: str) -> None:
    """Draw a box for the settings to vary, and one for the values of each.

    base: the plain settings, from which variants differ.
    """
    offered, key = used_settings(strategies), f"{page}.vary"
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
        args=(offered, base, page),
        help="Its Table 2, Figures 10 (sizes × distances) and 11; and sample weights and the final "
        "prediction in the committee on and off.",
    )
    for name in names:
        _values(name, base, f"{key}.{name}")
    if len(names) > 1:
        _together(names, f"{page}.together")


def varied(strategies: Sequence[str], page: str) -> dict[str, list[Any]]:
    """Setting -> values in the boxes, for settings that at least one strategy uses.

    Raises ConfigError, which names the setting, for a text that is no value.
    """
    offered = used_settings(strategies)
    values: dict[str, list[Any]] = {}
    for name in st.session_state.get(f"{page}.vary", ()):
        if name in offered:
            texts = st.session_state.get(f"{page}.vary.{name}", ())
            values[name] = [value_of(name, text) for text in texts]
    return values


def variants(
    strategies: Sequence[str], base: Mapping[str, Any], page: str
) -> dict[str, dict[str, Any]]:
    """Make the variants of the boxes: label -> the settings that it changes.

    base: the plain settings. Raises ConfigError, which names the setting, for what cannot be.
    """
    settings = varied(strategies, page)
    return ablation(base, settings, st.session_state.get(f"{page}.together", ()))


def fill_paper(offered: Sequence[str], base: Mapping[str, Any], page: str) -> None:
    """Fill the boxes with the paper's ablations, as far as they are offered.

    base: the plain settings. Where they measure diversity without the auto-encoder, Figure 10 takes
    it all the same, since sizes are its own.
    """
    boxes, together = dict(PAPER), list(TOGETHER)
    source = "embedding_source"
    if base.get(source, Config.model_fields[source].default) not in AUTO_ENCODER:
        boxes[source] = ("auto-encoder",)
        together.append(source)
    st.session_state[f"{page}.vary"] = [name for name in boxes if name in offered]
    st.session_state[f"{page}.together"] = [name for name in together if name in offered]
    for name, values in boxes.items():
        st.session_state[f"{page}.vary.{name}"] = list(values)


def value_of(name: str, text: str) -> Any:
    """Read a typed value as YAML; a choice of words stays a word, since YAML reads `off` as false.

    Raises ConfigError, which names the setting, for a text that is no YAML.
    """
    if get_origin(Config.model_fields[name].annotation) is Literal:
        return text
    try:
        return parse_value(text)
    except YamlError as error:
        raise ConfigError(f"{name}: {text!r} is not a value ({error})") from None


def settings_used() -> dict[str, frozenset[str]]:
    """Strategy -> settings that change its choice."""
    return {name: strategy.uses for name, strategy in all_strategies().items()}


def _values(name: str, base: Mapping[str, Any], key: str) -> None:
    """Draw the box for the values of one setting: words are chosen, numbers may be typed."""
    field = Config.model_fields[name]
    words: tuple[str, ...] = ()
    if get_origin(field.annotation) is Literal:
        words = get_args(field.annotation)
    elif field.annotation is bool:
        words = ("false", "true")
    base_value = _text(base.get(name, field.default))
    chosen = st.session_state.get(key, ())
    options = dict.fromkeys((base_value, *words, *PAPER.get(name, ()), *chosen))
    if key not in st.session_state:
        st.session_state[key] = list(words) or list(PAPER.get(name, ()))
    st.multiselect(
        f"{plain(str(field.title))}: values",
        list(options),
        key=key,
        persist_state="session",
        accept_new_options=not words,
        format_func=lambda text: f"{text} (plain)" if text == base_value else text,
        help=str(field.description),
    )


def _together(names: Sequence[str], key: str) -> None:
    """Draw the box for the settings that are varied together."""
    st.session_state[key] = [name for name in st.session_state.get(key, ()) if name in names]
    st.multiselect(
        "Vary together",
        names,
        key=key,
        persist_state="session",
        placeholder="none: one setting at a time",
        format_func=lambda name: str(Config.model_fields[name].title),
        help="Every combination of the values of these settings makes a variant.",
    )


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
