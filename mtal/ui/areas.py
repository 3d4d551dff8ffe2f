"""Area under the learning curve: one number for a whole curve, per line and task."""
import pandas as pd
import streamlit as st

from mtal.figures.curves import AXES
from mtal.runs.lines import apart, tasks_in_order
from mtal.statistics.area import areas
from mtal.ui.comparison import Style, lines, reference_of
from mtal.ui.words import count, decimals, fixed, plain


def show_areas(rows: pd.DataFrame, style: Style, page: str) -> None:
    """A table per task, best first; runs of one point are left out and counted. `rows`: of one data set, with the column x."""
    curves, _ = apart(rows)
    points = curves.groupby("run")["cycle"].transform("nunique")
    short = curves[points < 2].drop_duplicates("run")["run"].tolist()
    curves, reference = curves[points > 1], reference_of(curves)
    if curves.empty:
        st.info("An area needs curves of two points at least. They come with the second complete cycle.",
                icon=":material/hourglass_empty:")
        return
    named = lines(curves)
    for task in tasks_in_order(curves):
        one = curves[curves["task"] == task]
        found = areas(one, reference).sort_values("mean", ascending=one["better"].iloc[0] == "lower", kind="stable")
        st.markdown(f"**{plain(str(one['name'].iloc[0]))}**, mean height of the curve: {plain(str(one['axis'].iloc[0]))}")
        if found["mean"].isna().all():
            st.caption("These runs have no range in common: one has not come to where another begins.")
            continue
        st.dataframe(area_table(found, {group: line.title for group, line in named.items()}), key=f"{page}.area.{task}",
                     hide_index=True, height="content", alt=f"Area under the curve, {task}")
        st.caption(f"From {found['low'].iloc[0]:.5g} to {found['high'].iloc[0]:.5g} {AXES[style.x].lower()}: the range that "
                   "every run covers. Areas over other ranges cannot be compared with these.")
    if short:
        st.caption(f"Left out, since they have one point: {count(len(short), 'run')}.")


def area_table(found: pd.DataFrame, titles: dict[str, str]) -> pd.DataFrame:
    """`mtal.statistics.area.areas` for people."""
    places = decimals(found["mean"])
    spread = [fixed(mean, places) + f" ± {fixed(std, places)}" * (n > 1)
              for mean, std, n in zip(found["mean"], found["std"], found["n"], strict=True)]
    gain = ["–" if not pairs else f"{gain:+.{places}f}" + f" ± {fixed(std, places)}" * (pairs > 1)
            for gain, std, pairs in zip(found["gain"], found["gain_std"], found["pairs"], strict=True)]
    return pd.DataFrame({"strategy": [titles[group] for group in found["group"]], "area": spread, "difference to Random": gain,
                         "n": found["n"].to_numpy()})
