"""What of a batch is shown, asked for by widgets in a popover; the wishes stand in the address, so that a link shows the same."""

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import decimals
from mtal.runs.reviews.review_database import ACCEPTED, REJECTED
from mtal.runs.reviews.reviewed_batch import AUTO, REFILL
from mtal.ui import inputs
from mtal.ui.batch.filter_rows import Sieve, in_order, passes, scores, sortings
from mtal.ui.text import code

PAGE = "batch"
LISTS = (
    "decision",
    "driver",
    "partner",
    "cluster",
)  # columns of which some values may be asked for
NUMBERS = ("best", "least", "share")
NAMES = (*LISTS, *NUMBERS, "of", "class", "reverse")  # all of it in the address
TITLES = {AUTO: "undecided", ACCEPTED: "accepted", REJECTED: "rejected", REFILL: "refill"}


def sifted(rows: pd.DataFrame, content: pd.DataFrame) -> pd.DataFrame:
    """The rows that are asked for, sorted as asked for, with the widgets that ask."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sieve = _ask(rows, content)
        titles = sortings(rows, sieve.content)
        by = inputs.choose(
            "Sort by",
            list(titles),
            PAGE,
            "sort",
            titles.__getitem__,
            follows=False,
            widget=partial(st.selectbox, width=240),
        )
        backwards = _flag("reverse", "Reverse", "The other way round")
    return in_order(rows[passes(rows, sieve, content)], by, backwards, content)


def forget(*names: str) -> None:
    """Take wishes back; all of them without a name."""
    for name in names or NAMES:
        st.query_params.pop(name, None)


def _ask(rows: pd.DataFrame, content: pd.DataFrame) -> Sieve:
    options = {name: _values(rows, name) for name in LISTS if name in rows}
    columns, classes = scores(rows), list(content.columns)
    _tell_unknown(options | {"of": list(columns), "class": classes})
    active = sum(bool(inputs.asked_for(name, found)) for name, found in options.items()) + sum(
        name in st.query_params for name in ("best", "of", "class")
    )
    popover = st.popover(
        f"Filter ({active})" if active else "Filter",
        icon=":material/filter_list:",
        key="batch.filter",
        type="primary" if active else "secondary",
    )
    with popover:
        lists = {
            name: inputs.choose_some(title, options[name], PAGE, name, _title(name), about)
            for name, (title, about) in _labels().items()
            if len(options.get(name, ())) > 1
        }
        ranked = int(rows["rank"].max()) if len(rows) else 0
        best = int(_number("best", "Ranks up to", 0, ranked, 1, "0 shows all")) if ranked > 1 else 0
        column, least = _ask_score(rows, columns) if columns else ("", 0.0)
        wanted, share = _ask_class(classes) if classes else ("", 0.0)
        st.button(
            "Clear all filters",
            key="batch.clear",
            icon=":material/filter_list_off:",
            on_click=forget,
            disabled=not active,
        )
    return Sieve(
        decisions=lists.get("decision", ()),
        drivers=lists.get("driver", ()),
        partners=lists.get("partner", ()),
        clusters=lists.get("cluster", ()),
        best=best,
        column=column,
        least=least,
        content=wanted,
        share=share,
    )


def _ask_score(rows: pd.DataFrame, columns: Mapping[str, str]) -> tuple[str, float]:
    column = _optional("of", "Score of at least", columns)
    if not column:
        forget("least")
        return "", 0.0
    values = rows[column].dropna()
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    if high <= low:
        return column, low
    return column, _number(
        "least",
        f"Lowest {columns[column].lower()}",
        low,
        high,
        (high - low) / 100,
        format_=f"%.{decimals([low, high])}f",
    )


def _ask_class(classes: list[str]) -> tuple[str, float]:
    wanted = _optional(
        "class", "Shows the class", {name: name.replace("/", ": ", 1) for name in classes}
    )
    if not wanted:
        forget("share")
        return "", 0.0
    return wanted, _number(
        "share",
        "On at least so many percent of the image",
        0.0,
        100.0,
        1.0,
        format_="%g",
        usual=1.0,
        about="As the initial head predicted it when the cycle picked",
    )


def _optional(name: str, label: str, titles: Mapping[str, str]) -> str:
    """One of some columns, or none."""
    key, asked = f"batch.{name}", st.query_params.get(name)
    st.session_state[key] = asked if asked in titles else None

    def to_url() -> None:
        chosen = st.session_state[key]
        forget(name) if chosen is None else st.query_params.update({name: chosen})

    return (
        st.selectbox(
            label,
            list(titles),
            key=key,
            index=None,
            format_func=titles.__getitem__,
            placeholder="any",
            on_change=to_url,
        )
        or ""
    )


def _number(
    name: str,
    label: str,
    low: float,
    high: float,
    step: float,
    about: str | None = None,
    format_: str | None = None,
    usual: float | None = None,
) -> float:
    """A slider from `?name=`; at its lowest value it asks for nothing."""
    key = f"batch.{name}"
    usual = low if usual is None else usual
    try:
        asked = type(low)(st.query_params.get(name, usual))
    except ValueError:
        asked = usual
    st.session_state[key] = min(max(asked, low), high)

    def to_url() -> None:
        value = st.session_state[key]
        forget(name) if value == usual else st.query_params.update({name: f"{value:g}"})

    return float(
        st.slider(
            label, low, high, step=step, key=key, on_change=to_url, help=about, format=format_
        )
    )


def _flag(name: str, label: str, about: str) -> bool:
    key = f"batch.{name}"
    st.session_state[key] = st.query_params.get(name) == "1"

    def to_url() -> None:
        st.query_params.update({name: "1"}) if st.session_state[key] else forget(name)

    return st.toggle(label, key=key, on_change=to_url, help=about)


def _values(rows: pd.DataFrame, name: str) -> list[str]:
    """What a column holds, as text."""
    found = [value for value in rows[name].unique().tolist() if value not in ("", -1)]
    return [str(value) for value in (sorted(found) if name == "cluster" else found)]


def _labels() -> dict[str, tuple[str, str]]:
    return {
        "decision": ("Decision", "What people said of it; a refill came for a rejected image"),
        "driver": ("Driving task", "The task that is highest after normalising"),
        "partner": (
            "Partner",
            "The task whose refined prediction disagreed most with the driving task",
        ),
        "cluster": ("Cluster", "Groups of similar images, by k-means of the embedding"),
    }


def _title(name: str) -> Callable[[str], str]:
    return (lambda value: TITLES.get(value, value)) if name == "decision" else str


def _tell_unknown(options: Mapping[str, list[str]]) -> None:
    """An address may be old: what is not there is told, and the rest holds."""
    unknown = [
        f"{name} {code(value)}"
        for name, found in options.items()
        for value in st.query_params.get_all(name)
        if value and value not in found
    ]
    if unknown:
        st.warning(
            f"Here is no {', no '.join(unknown)}: this filter is left out.",
            icon=":material/link_off:",
        )
