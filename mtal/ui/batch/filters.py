"""Filters and sort order of a batch: widgets in a popover, whose values stand in the address."""

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import decimals
from mtal.runs.reviews.review_database import ACCEPTED, REJECTED
from mtal.runs.reviews.reviewed_batch import AUTO, REFILL
from mtal.ui import inputs
from mtal.ui.batch.filter_rows import RowFilter, in_order, passes, scores, sortings
from mtal.ui.text import code

PAGE = "batch"
LISTS = ("decision", "driver", "partner", "cluster")  # columns filtered by a list of values
NUMBERS = ("best", "least", "share")
NAMES = (*LISTS, *NUMBERS, "of", "class", "reverse")  # all parameters in the address
TITLES = {AUTO: "undecided", ACCEPTED: "accepted", REJECTED: "rejected", REFILL: "refill"}


def filter_rows(rows: pd.DataFrame, content: pd.DataFrame) -> pd.DataFrame:
    """Draw the widgets for filter and order, and return the rows that pass, sorted."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row_filter = _choose_filter(rows, content)
        titles = sortings(rows, row_filter.content)
        by = inputs.choose(
            "Sort by",
            list(titles),
            PAGE,
            "sort",
            titles.__getitem__,
            follows=False,
            widget=partial(st.selectbox, width=240),
        )
        backwards = _flag("reverse", "Reverse", "Reverse the order")
    return in_order(rows[passes(rows, row_filter, content)], by, backwards, content)


def forget(*names: str) -> None:
    """Remove parameters from the address: those named, or all of them."""
    for name in names or NAMES:
        st.query_params.pop(name, None)


def _choose_filter(rows: pd.DataFrame, content: pd.DataFrame) -> RowFilter:
    options = {name: _values(rows, name) for name in LISTS if name in rows}
    columns, classes = scores(rows), list(content.columns)
    _warn_of_unknown(options | {"of": list(columns), "class": classes})
    active = len([name for name in ("best", "of", "class") if name in st.query_params])
    active += len([name for name in options if inputs.asked_for(name, options[name])])
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
        column, least = _choose_score(rows, columns) if columns else ("", 0.0)
        class_, share = _choose_class(classes) if classes else ("", 0.0)
        st.button(
            "Clear all filters",
            key="batch.clear",
            icon=":material/filter_list_off:",
            on_click=forget,
            disabled=not active,
        )
    return RowFilter(
        decisions=lists.get("decision", ()),
        drivers=lists.get("driver", ()),
        partners=lists.get("partner", ()),
        clusters=lists.get("cluster", ()),
        best=best,
        column=column,
        least=least,
        content=class_,
        share=share,
    )


def _choose_score(rows: pd.DataFrame, columns: Mapping[str, str]) -> tuple[str, float]:
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


def _choose_class(classes: list[str]) -> tuple[str, float]:
    titles = {name: name.replace("/", ": ", 1) for name in classes}
    class_ = _optional("class", "Shows the class", titles)
    if not class_:
        forget("share")
        return "", 0.0
    return class_, _number(
        "share",
        "On at least this percentage of the image",
        0.0,
        100.0,
        1.0,
        format_="%g",
        usual=1.0,
        about="As the initial head predicted it when the cycle picked",
    )


def _optional(name: str, label: str, titles: Mapping[str, str]) -> str:
    """A choice from `?name=`, "" for none."""
    key, asked = f"batch.{name}", st.query_params.get(name)
    st.session_state[key] = asked if asked in titles else None

    def to_url() -> None:
        value = st.session_state[key]
        if value is None:
            forget(name)
        else:
            st.query_params[name] = value

    choice = st.selectbox(
        label,
        list(titles),
        key=key,
        index=None,
        format_func=titles.__getitem__,
        placeholder="any",
        on_change=to_url,
    )
    return choice or ""


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
    """A slider from `?name=`; at its usual value the address does not name it.

    name: of the parameter. label, low, high, step, about, format_: of the slider, `about` being
    its help. usual: the value without a parameter, `low` where None.
    """
    key = f"batch.{name}"
    usual = low if usual is None else usual
    try:
        asked = type(low)(st.query_params.get(name, usual))
    except ValueError:
        asked = usual
    st.session_state[key] = min(max(asked, low), high)

    def to_url() -> None:
        value = st.session_state[key]
        if value == usual:
            forget(name)
        else:
            st.query_params[name] = f"{value:g}"

    return float(
        st.slider(
            label, low, high, step=step, key=key, on_change=to_url, help=about, format=format_
        )
    )


def _flag(name: str, label: str, about: str) -> bool:
    key = f"batch.{name}"
    st.session_state[key] = st.query_params.get(name) == "1"

    def to_url() -> None:
        if st.session_state[key]:
            st.query_params[name] = "1"
        else:
            forget(name)

    return st.toggle(label, key=key, on_change=to_url, help=about)


def _values(rows: pd.DataFrame, name: str) -> list[str]:
    """The values of a column as text, without those that mean "none"."""
    values = [value for value in rows[name].unique().tolist() if value not in ("", -1)]
    return [str(value) for value in (sorted(values) if name == "cluster" else values)]


def _labels() -> dict[str, tuple[str, str]]:
    """Column -> title of its list, and help."""
    partner = "The task whose refined prediction disagreed most with the driving task"
    return {
        "decision": ("Decision", "The reviewers' decision; a refill replaced a rejected image"),
        "driver": ("Driving task", "The task that is highest after normalising"),
        "partner": ("Partner", partner),
        "cluster": ("Cluster", "Groups of similar images, by k-means of the embedding"),
    }


def _title(name: str) -> Callable[[str], str]:
    return (lambda value: TITLES.get(value, value)) if name == "decision" else str


def _warn_of_unknown(options: Mapping[str, list[str]]) -> None:
    """Name values in the address that this batch does not have; all other filters apply."""
    unknown = [
        f"{name} {code(value)}"
        for name, values in options.items()
        for value in st.query_params.get_all(name)
        if value and value not in values
    ]
    if unknown:
        st.warning(
            f"This batch has no {', no '.join(unknown)}: this filter is left out.",
            icon=":material/link_off:",
        )
