"""Counterfactual ranks of one image: under other rules and other strategies on this pool."""

import pandas as pd
import streamlit as st

from mtal.acquisition.registry import STRATEGIES
from mtal.analysis.tables.counterfactuals import other_rules, other_strategies
from mtal.figures.html_charts import rank_dots
from mtal.runs.store.run import Run
from mtal.ui import loaders

TITLES = {name: strategy.title for name, strategy in STRATEGIES.items()}


def all_rules(run: Run, cycle: int, image: int, pool: pd.DataFrame) -> pd.DataFrame:
    """A row per rule of our score and per other strategy; empty for an image not acquirable.

    Columns: COLUMNS of mtal/analysis/tables/counterfactuals.py.
    """
    ours = other_rules(loaders.rule_ranks(run, cycle), pool, image)
    if not pool["open"].iloc[image]:
        return ours
    others, picks = loaders.others(run, cycle), loaders.others_picked(run, cycle)
    strategies = other_strategies(others, picks, TITLES, image, run.config.strategy)
    tables = [table for table in (ours, strategies) if not table.empty]
    return pd.concat(tables, ignore_index=True) if tables else strategies


def show_ranks(run: Run, cycle: int, image: int, pool: pd.DataFrame, rules: pd.DataFrame) -> None:
    """Draw a row with a dot per rule; nothing where `rules` is empty."""
    if rules.empty:
        return
    st.subheader("Under other rules", anchor=False)
    own, picked = int(pool["rank"].iloc[image]), int(pool["picked"].sum())
    st.html(rank_dots(rules, own, picked, int(pool["open"].sum())))
    st.caption(_about(rules))


def _about(rules: pd.DataFrame) -> str:
    parts = []
    if (rules["kind"] != "strategy").any():
        parts.append(
            "Rules of our score rank the pool before the first pick, without the greedy update."
        )
    if (rules["kind"] == "strategy").any():
        parts.append(
            "Strategies chose from the same pool with the same network and budget, each by its own "
            "procedure."
        )
    return " ".join(parts)
