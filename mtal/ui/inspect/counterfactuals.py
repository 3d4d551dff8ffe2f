"""Counterfactual ranks of one image: under other rules and under the other strategies that scored this pool."""

import pandas as pd
import streamlit as st

from mtal.acquisition.registry import STRATEGIES
from mtal.analysis.tables.counterfactuals import other_rules, other_strategies
from mtal.figures.html_charts import rank_dots
from mtal.runs.store.run import Run
from mtal.ui import loaders

TITLES = {name: strategy.title for name, strategy in STRATEGIES.items()}


def all_rules(run: Run, cycle: int, image: int, pool: pd.DataFrame) -> pd.DataFrame:
    """Other rules of our score and the other strategies; columns as `otherwise.COLUMNS`, empty for an image that was not open."""
    ours = other_rules(loaders.rule_ranks(run, cycle), pool, image)
    if not pool["open"].iloc[image]:
        return ours
    others, picks = loaders.others(run, cycle), loaders.others_picked(run, cycle)
    strategies = other_strategies(others, picks, TITLES, image, run.config.strategy)
    tables = [table for table in (ours, strategies) if not table.empty]
    return pd.concat(tables, ignore_index=True) if tables else strategies


def show_ranks(run: Run, cycle: int, image: int, pool: pd.DataFrame, rules: pd.DataFrame) -> None:
    """A row with a dot per rule; nothing where nothing else was computed."""
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
            "Rules of our score are plain rankings of the pool before the first pick, without the greedy update."
        )
    if (rules["kind"] == "strategy").any():
        parts.append(
            "Strategies chose from the same pool with the same network and budget, each in its own way of picking."
        )
    return " ".join(parts)
