"""Strategies as cards, the tasks they need, and the versions of installed packages."""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from platform import python_version

import streamlit as st

from mtal.acquisition.registry import STRATEGIES
from mtal.acquisition.strategy import Strategy
from mtal.acquisition.user_strategies import all_strategies, unusable_files
from mtal.ui import catalog
from mtal.ui.text import plain

BEYOND = ("trust-weighted", "coverage", "entropy-diversity")  # ours, the last a control
# Methods of the paper's Figure 9 and Tables 3-12.
SEVEN = ("random", "core-set", "rbal", "ll4al", "equal", "partal", "ours")
PACKAGES = ("streamlit", "torch", "torchvision", "timm", "plotly", "pandas", "numpy", "pydantic")


def the_seven() -> list[str]:
    """Names of the paper's methods, in its order."""
    return [name for name in SEVEN if name in STRATEGIES]


def titles() -> dict[str, str]:
    """Strategy -> title on screen."""
    return {name: strategy.title for name, strategy in all_strategies().items()}


def say_unusable() -> None:
    """Warn about the user's files that give no strategy, and say why."""
    for problem in unusable_files().values():
        st.warning(plain(problem), icon=":material/extension_off:")


def allowed(tasks: Sequence[str]) -> list[str]:
    """Strategies that can choose for these tasks."""
    return [name for name in all_strategies() if not why_not(name, tasks)]


def why_not(name: str, tasks: Sequence[str]) -> str:
    """Say why a strategy cannot choose for these tasks; "" if it can."""
    strategy = all_strategies()[name]
    missing = [task for task in strategy.tasks if task not in tasks]
    if missing:
        return f"{strategy.title} needs the task {' and '.join(missing)}"
    for need in strategy.signals():
        reason = catalog.refuses(need, tasks)
        if reason:
            return f"{strategy.title}: {reason}"
    return ""


def groups() -> dict[str, list[Strategy]]:
    """Heading -> strategies."""
    own = [strategy for name, strategy in all_strategies().items() if name not in STRATEGIES]
    paper: list[Strategy] = []
    beyond = [STRATEGIES[name] for name in BEYOND]
    further: list[Strategy] = []
    for strategy in STRATEGIES.values():
        if strategy.name.partition("-")[0] in {"core", *SEVEN}:
            paper.append(strategy)
        elif strategy not in beyond:
            further.append(strategy)
    headings = {
        "From the paper's comparison": paper,
        "Beyond the paper": beyond,
        "Further baselines": further,
        "Your own": own,
    }
    return {heading: strategies for heading, strategies in headings.items() if strategies}


def strategy_cards() -> None:
    """Draw a card per strategy, two in a row, under their headings."""
    say_unusable()
    for heading, strategies in groups().items():
        st.subheader(heading, anchor=False)
        for start in range(0, len(strategies), 2):
            for column, strategy in zip(st.columns(2), strategies[start : start + 2], strict=False):
                key = f"help.strategy.{strategy.name}"
                with column.container(border=True, height="stretch", key=key):
                    card(strategy)


def card_button(name: str, page: str, label: str = "") -> None:
    """Draw a button with the strategy's title that opens its card.

    Only the title (`label`, else the name) where a run's strategy is not installed any more. The
    card is drawn when it is opened, since titles of signals need torch, which pages of results do
    not import.
    """
    strategy = all_strategies().get(name)
    if strategy is None:
        st.markdown(f"**{plain(label or name)}**", width="content")
        return
    button = st.popover(
        plain(label or strategy.title),
        key=f"{page}.card.{name}",
        type="tertiary",
        on_change="rerun",
        icon=":material/menu_book:",
        help="What it measures, its formula, where it comes from",
    )
    if button.open:
        with button:
            card(strategy)


def card(strategy: Strategy) -> None:
    """Draw a strategy: title, summary, formula, what it chooses and measures, source, choices."""
    st.markdown(f"**{plain(strategy.title)}** &nbsp; `{strategy.name}`  \n{plain(strategy.blurb)}")
    st.code(strategy.formula, language=None, wrap_lines=True)
    lines = [
        ("Chooses", _chooses(strategy)),
        ("Measures", plain(_measures(strategy))),
        ("Source", plain(strategy.source)),
    ]
    if strategy.choices:
        lines.append(("Our choice", plain(strategy.choices)))
    st.markdown("  \n".join(f":small[**{heading}** {text}]" for heading, text in lines))


def version_table() -> None:
    """Draw the versions that this page runs on; a run's own versions stand in its header."""
    versions = {"Python": python_version()} | {name: _installed(name) for name in PACKAGES}
    lines = ["| package | version |", "|---|---|"]
    lines += [f"| {name} | {plain(number)} |" for name, number in versions.items() if number]
    st.markdown("\n".join(lines))


def _chooses(strategy: Strategy) -> str:
    text = "whole images, all tasks of each"
    if strategy.pseudo_labels:
        text = "single labels, an image and a task; missing tasks are learned from pseudo-labels"
    if strategy.weights_samples:
        text += "; labelled images are weighted per task in training"
    return text


def _measures(strategy: Strategy) -> str:
    titles = catalog.signals()
    needs = ", ".join(titles.get(need, need) for need in strategy.signals())
    return needs or "nothing: no pass over the pool"


def _installed(name: str) -> str:
    """Version of a package; "" if it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
