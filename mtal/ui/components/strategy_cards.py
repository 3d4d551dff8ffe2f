"""What the strategies are, as cards, which of them may choose here, and which versions are at work."""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from platform import python_version

import streamlit as st

from mtal.acquisition.registry import STRATEGIES
from mtal.acquisition.strategy import Strategy
from mtal.acquisition.user_strategies import all_strategies, unusable_files
from mtal.ui import catalog
from mtal.ui.text import plain

SEVEN = (
    "random",
    "core-set",
    "rbal",
    "ll4al",
    "equal",
    "partal",
    "ours",
)  # of the paper's Figure 9 and Tables 3-12
PACKAGES = ("streamlit", "torch", "torchvision", "timm", "plotly", "pandas", "numpy", "pydantic")


def the_seven() -> list[str]:
    """Names of the paper's methods, in its order."""
    return [name for name in SEVEN if name in STRATEGIES]


def titles() -> dict[str, str]:
    """Strategy -> how it is called on screen."""
    return {name: strategy.title for name, strategy in all_strategies().items()}


def say_unusable() -> None:
    """Files of one's own that give no strategy, and why."""
    for problem in unusable_files().values():
        st.warning(plain(problem), icon=":material/extension_off:")


def allowed(tasks: Sequence[str]) -> list[str]:
    """Names of the strategies that can choose for these tasks."""
    return [name for name in all_strategies() if not why_not(name, tasks)]


def why_not(name: str, tasks: Sequence[str]) -> str:
    """Why a strategy cannot choose for these tasks; "" if it can."""
    strategy = all_strategies()[name]
    if missing := [task for task in strategy.tasks if task not in tasks]:
        return f"{strategy.title} needs the task {' and '.join(missing)}"
    return next(
        (
            f"{strategy.title}: {reason}"
            for need in strategy.needs
            if (reason := catalog.refuses(need, tasks))
        ),
        "",
    )


def groups() -> dict[str, list[Strategy]]:
    """Heading -> strategies."""
    own = [one for name, one in all_strategies().items() if name not in STRATEGIES]
    paper = [one for one in STRATEGIES.values() if one.name.partition("-")[0] in {"core", *SEVEN}]
    further = [one for one in STRATEGIES.values() if one not in paper]
    found = {"From the paper's comparison": paper, "Further baselines": further, "Your own": own}
    return {heading: strategies for heading, strategies in found.items() if strategies}


def strategy_cards() -> None:
    """A card per strategy, two in a row, under their headings."""
    say_unusable()
    for heading, strategies in groups().items():
        st.subheader(heading, anchor=False)
        for start in range(0, len(strategies), 2):
            for column, strategy in zip(st.columns(2), strategies[start : start + 2], strict=False):
                with column.container(
                    border=True, height="stretch", key=f"help.strategy.{strategy.name}"
                ):
                    card(strategy)


def card_button(name: str, page: str, label: str = "") -> None:
    """A button with the strategy's title that opens its card; only the title where a run's strategy is not here any more.

    The card is made when it is asked for: the titles of signals stand behind torch, which pages of results do without.
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
    """Title and name, one line, formula, source, our own choices, what it measures and what it chooses."""
    st.markdown(f"**{plain(strategy.title)}** &nbsp; `{strategy.name}`  \n{plain(strategy.blurb)}")
    st.code(strategy.formula, language=None, wrap_lines=True)
    lines = [
        ("Chooses", _chooses(strategy)),
        ("Measures", plain(_measures(strategy))),
        ("Source", plain(strategy.source)),
    ]
    if strategy.choices:
        lines.append(("Our choice", plain(strategy.choices)))
    st.markdown("  \n".join(f":small[**{what}** {text}]" for what, text in lines))


def version_table() -> None:
    """Versions of what this page runs on; a run's own versions stand in its header."""
    rows = [("Python", python_version())] + [
        (name, found) for name in PACKAGES if (found := _installed(name))
    ]
    st.markdown(
        "\n".join(
            [
                "| package | version |",
                "|---|---|",
                *(f"| {name} | {plain(found)} |" for name, found in rows),
            ]
        )
    )


def _chooses(strategy: Strategy) -> str:
    what = (
        "single labels, an image and a task; missing tasks are learned from guesses"
        if strategy.pseudo_labels
        else "whole images, all tasks of each"
    )
    return what + (
        "; labelled images are weighted by their scores" if strategy.weights_samples else ""
    )


def _measures(strategy: Strategy) -> str:
    titles = catalog.signals()
    return (
        ", ".join(titles.get(need, need) for need in strategy.needs)
        or "nothing: no pass over the pool"
    )


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
