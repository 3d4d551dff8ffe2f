"""Labels to reach a value, and what each line saves against a reference, with intervals over seeds."""
import numpy as np
import pandas as pd
import streamlit as st

from mtal.figures.curves import AXES
from mtal.figures.savings import savings
from mtal.runs.lines import apart, tasks_in_order
from mtal.statistics.reach import reach_by_group
from mtal.statistics.reach import text as budget_text
from mtal.statistics.saved import Saved, Share, labels_saved
from mtal.ui import inputs
from mtal.ui.comparison import Style, lines, reference_of
from mtal.ui.taking import offer_figure
from mtal.ui.words import decimals, fixed, plain


def show_saving(rows: pd.DataFrame, style: Style, page: str) -> None:
    """Choose task, reference and value; the chart, and the table. `rows`: of one data set, with the column x."""
    curves, _ = apart(rows)
    titles = dict(zip(curves["task"], curves["name"], strict=True))
    named, usual = lines(curves), reference_of(curves) or str(curves["group"].iloc[0])
    left, right = st.columns(2)
    with left:
        task = inputs.choose("Task", tasks_in_order(curves), page, "task", lambda name: titles[name], follows=False)
    with right:
        reference = inputs.choose("Held against", list(named), page, "reference", lambda group: named[group].title,
                                  default=usual, follows=False)
    one = curves[curves["task"] == task]
    better = str(one["better"].iloc[0])
    target = choose_target(one, reference, better, page)
    if target is None:
        st.info(f"{plain(named[reference].title)} has no point yet to be held against.", icon=":material/hourglass_empty:")
        return
    found = saved_rows(one, reference, better, target)
    axis = AXES[style.x]
    st.markdown(plain(headline(found, named[reference].title, axis, target)))
    drawn = found[found["group"] != reference]
    if drawn["share"].notna().any():
        st.plotly_chart(savings(drawn, f"{axis}: saved against {named[reference].title} (%)", f"{page}.{task}"),
                        key=f"{page}.saved", alt=headline(found, named[reference].title, axis, target))
        offer_figure(drawn, f"saved-{task}-{style.x}", f"{page}.saved")
    st.dataframe(pd.DataFrame({"strategy": found["title"], f"{axis} to reach it": found["needs"], "saved": found["note"],
                               "n": found["n"]}), key=f"{page}.saved.table", hide_index=True, height="content",
                 alt="What each line needs to reach the value, and what it saves")
    st.caption("Read off the mean curve over seeds, made monotone (the best value so far), linear between points; “≤” and “>”: "
               "it had the value at its first point, or has not reached it. Intervals: 95 % bootstrap over seeds, the same seeds "
               "for both; with three seeds it is too narrow, and with one there is none. Only points that all seeds of a line "
               "have come to count.")


def choose_target(one: pd.DataFrame, reference: str, better: str, page: str) -> float | None:
    """The value to reach: the reference's last mean unless another is typed; None where the reference has no point."""
    mean = one[one["group"] == reference].groupby("cycle")["value"].agg(["mean", "count"])
    whole = mean[mean["count"] == mean["count"].max()]["mean"].dropna()
    if whole.empty:
        return None
    usual = float(whole.iloc[-1])
    low, high = float(one["value"].min()), float(one["value"].max())
    places = decimals([low, high])
    return float(st.number_input(f"Value to reach ({one['axis'].iloc[0]}; the reference ends at {usual:.{places}f})", value=usual,
                                 step=max((high - low) / 20, 10.0 ** -places), format=f"%.{places}f",
                                 key=f"{page}.target.{one['task'].iloc[0]}.{reference}"))


def saved_rows(one: pd.DataFrame, reference: str, better: str, target: float) -> pd.DataFrame:
    """A row per group. Columns: group, title, strategy, variant, needs (text), share, low, high (%, NaN where unknown or at no
    seeds), note (text), n."""
    reached = reach_by_group(one, target, better).set_index("group")
    found = []
    for group, line in lines(one).items():
        saved = labels_saved(one, group, reference, better, target=target)
        found.append({
            "group": group, "title": line.title, "strategy": line.strategy, "variant": line.variant,
            "needs": budget_text(float(reached["x"].get(group, np.nan)), str(reached["censor"].get(group, ""))),
            "share": 100 * saved.share.value, "low": _end(saved.low), "high": _end(saved.high),
            "note": "is the reference" if group == reference else note(saved), "n": min(saved.n)})
    return pd.DataFrame(found)


def note(saved: Saved) -> str:
    """`43 % (12 % to 58 %)`, `at least 30 %`, `unknown`."""
    if saved.share.censor == "?" or not np.isfinite(saved.share.value):
        return "unknown: neither has reached it"
    if saved.low is None or saved.high is None:
        return f"{_words(saved.share)} (one seed)"
    return f"{_words(saved.share)} ({_words(saved.low)} to {_words(saved.high)})"


def headline(found: pd.DataFrame, reference: str, axis: str, target: float) -> str:
    """The best line in one sentence."""
    others = found[found["note"].ne("is the reference") & found["share"].notna()]
    value = fixed(target, decimals([target]))
    if others.empty:
        return f"Nothing to compare: no other line has come to {value}."
    best = others.sort_values("share", ascending=False).iloc[0]
    verb = "saves" if best["share"] > 0 else "saves nothing:"
    return f"On the way to {value}, {best['title']} {verb} {best['note']} of what {reference} needs ({axis.lower()})."


def _words(share: Share) -> str:
    sign = {"": "", ">=": "at least ", "<=": "at most ", "?": "unknown"}[share.censor]
    return sign if share.censor == "?" else f"{sign}{100 * share.value:.0f} %"


def _end(share: Share | None) -> float:
    return float("nan") if share is None else 100 * share.value
