"""The paper's ablations, redrawn from one's own runs, with its numbers beside where it prints any."""
from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from mtal.figures.ablation import per_value
from mtal.figures.published import PAPER_NAMES, TABLE_2
from mtal.runs.lines import tasks_in_order
from mtal.runs.run import Run
from mtal.runs.variation import ABLATIONS, Ablation, outcome, varied
from mtal.ui import inputs
from mtal.ui.taking import offer_figure
from mtal.ui.words import decimals, fixed, plain


def show_variation(rows: pd.DataFrame, runs: Sequence[Run], page: str) -> None:
    """A section per ablation; those without runs say what to run. `rows`: of one data set."""
    lacking = []
    for ablation in ABLATIONS:
        some = varied(ablation, runs)
        if not some:
            lacking.append(ablation)
            continue
        _show(ablation, some, rows, page)
    if lacking:
        names = "; ".join(f"{one.title} ({one.source})" for one in lacking)
        st.info(f"Not among these runs: {plain(names)}. An ablation needs runs of our strategy that differ in this setting and "
                "nothing else, with as many seeds as you can afford.", icon=":material/tune:")
        st.page_link("pages/launch.py", label="Plan them on Launch: compare variants, then “Fill in the paper's ablations”",
                     icon=":material/rocket_launch:", query_params={"compare": "all"})


def _show(ablation: Ablation, runs: Sequence[Run], rows: pd.DataFrame, page: str) -> None:
    st.subheader(f"{ablation.title} ({ablation.source})", anchor=False)
    numeric = "Dimensions of the embedding (logarithmic)" if ablation.settings[0] == "embedding" else ""
    tasks, tables = tasks_in_order(rows), []
    for column, task in zip(inputs.columns(len(tasks), 4, f"{page}.{'-'.join(ablation.settings)}"), tasks, strict=True):
        one = rows[rows["task"] == task]
        found, cycle = outcome(ablation, runs, one)
        if found.empty:
            continue
        found = found.assign(published=printed(ablation, str(one["dataset"].iloc[0]), task, found["value"]))
        title, key = str(one["name"].iloc[0]), f"{page}.{'-'.join(ablation.settings)}.{task}"
        with column:
            st.markdown(f"**{plain(title)}**")
            st.plotly_chart(per_value(found, str(one["axis"].iloc[0]), key, numeric), key=key, alt=told(found, title))
            offer_figure(found, f"ablation-{'-'.join(ablation.settings)}-{task}", key)
        tables.append(found.assign(task=title, cycle=cycle))
    if not tables:
        st.caption("No cycle of these runs is complete yet.")
        return
    table = pd.concat(tables, ignore_index=True)
    st.caption(f"After cycle {table['cycle'].iloc[0]}, the last that every value has reached; mean ± standard deviation over n "
               f"seeds (n = {', '.join(str(n) for n in sorted(table['n'].unique()))}). The paper: {ablation.words}")


def printed(ablation: Ablation, dataset: str, task: str, values: Sequence[str] | pd.Series) -> list[float]:
    """The paper's numbers for these values; NaN where it prints none."""
    if ablation.settings != ("committee",) or PAPER_NAMES.get(dataset) != "NYU":
        return [np.nan] * len(values)
    return [TABLE_2.get(str(value), {}).get(task, np.nan) for value in values]


def told(found: pd.DataFrame, title: str) -> str:
    """The values in one line."""
    places = decimals(found["mean"])
    return f"{title}: " + ", ".join(f"{' '.join(filter(None, (value, line)))} {fixed(mean, places)}" for value, line, mean in
                                    zip(found["value"], found["line"], found["mean"], strict=True))
