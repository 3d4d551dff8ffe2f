"""Counterfactual ranks of one image: under other rules and under the other strategies that scored this pool."""
import pandas as pd
import streamlit as st

from mtal.acquisition import STRATEGIES
from mtal.figures.ranks import rank_dots
from mtal.runs.run import Run
from mtal.ui import inputs, loaders
from mtal.ui.otherwise import other_rules, other_strategies
from mtal.ui.words import plain

KINDS = {"picking": "this run's rule", "terms": "one term alone", "tasks": "tasks", "committee": "committee",
         "left out": "task left out", "strategy": "strategy"}
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
    """A dot per rule, or a table; nothing where nothing else was computed."""
    if rules.empty:
        return
    st.subheader("Under other rules", anchor=False)
    as_table = inputs.switch("Show as", ["chart", "table"], "inspect", "ranks") == "table"
    own, picked = int(pool["rank"].iloc[image]), int(pool["picked"].sum())
    if as_table:
        _show_table(rules)
    else:
        st.plotly_chart(rank_dots(rules, own, picked, int(pool["open"].sum()), f"{run.name}/{cycle}"), key="inspect.ranks.chart",
                        config={"displayModeBar": False}, alt=f"Rank of this image under other rules: {_in_words(rules)}")
    st.caption(_about(rules))


def _show_table(rules: pd.DataFrame) -> None:
    shown = pd.DataFrame({"rule": rules["rule"], "kind": rules["kind"].map(KINDS), "rank": rules["rank"].where(rules["rank"] > 0),
                          "picked": rules["picked"].map({True: "yes", False: "no"})})
    st.dataframe(shown, key="inspect.ranks.table", hide_index=True, width="content", height="content",
                 column_config={"rank": st.column_config.NumberColumn(help="Empty: this strategy ranks only what it picks")},
                 alt="Rank of this image under other rules")


def _in_words(rules: pd.DataFrame) -> str:
    ranked = rules[rules["rank"] > 0]
    return ", ".join(f"{rule} {rank:,}" for rule, rank in zip(ranked["rule"], ranked["rank"], strict=True))


def _about(rules: pd.DataFrame) -> str:
    parts = []
    if (rules["kind"] != "strategy").any():
        parts.append("Rules of our score are plain rankings of the pool before the first pick, without the greedy update.")
    if (rules["kind"] == "strategy").any():
        parts.append("Strategies chose from the same pool with the same network and budget, each in its own way of picking.")
    unranked = rules.loc[rules["rank"] == 0, "rule"].tolist()
    if unranked:
        who = "they rank only what they pick" if len(unranked) > 1 else "it ranks only what it picks"
        parts.append(f"No rank here under {plain(', '.join(unranked))}: {who}.")
    return " ".join(parts)
