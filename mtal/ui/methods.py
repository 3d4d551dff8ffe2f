"""What the strategies are, as cards, and which versions are at work."""
from importlib.metadata import PackageNotFoundError, version
from platform import python_version

import streamlit as st

from mtal.acquisition import STRATEGIES
from mtal.acquisition.strategy import Strategy
from mtal.ui.words import plain

PACKAGES = ("streamlit", "torch", "torchvision", "timm", "plotly", "pandas", "numpy", "pydantic")


def strategy_cards() -> None:
    """A card per strategy, two in a row, in the order of the list."""
    columns = st.columns(2)
    for place, strategy in enumerate(STRATEGIES.values()):
        with columns[place % 2].container(border=True, key=f"help.strategy.{strategy.name}"):
            _card(strategy)


def version_table() -> None:
    """Versions of what this page runs on; a run's own versions stand in its header."""
    rows = [("Python", python_version())] + [(name, found) for name in PACKAGES if (found := _installed(name))]
    st.markdown("\n".join(["| package | version |", "|---|---|", *(f"| {name} | {plain(found)} |" for name, found in rows)]))


def _card(strategy: Strategy) -> None:
    st.markdown(f"**{plain(strategy.title)}** &nbsp; `{strategy.name}`")
    st.markdown(plain(strategy.blurb))
    st.code(strategy.formula, language=None, wrap_lines=True)
    needs = ", ".join(strategy.needs) or "nothing: no pass over the pool"
    weights = " · weights labelled images by their scores" if strategy.weights_samples else ""
    st.caption(f"Measures {needs}{weights}  \n{plain(strategy.source)}")


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
