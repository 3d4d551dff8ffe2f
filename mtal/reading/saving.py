"""Labels to reach a value, and what each line saves against a reference, in words."""
import numpy as np
import pandas as pd

from mtal.reading.curves import lines
from mtal.reading.numbers import decimals, fixed
from mtal.statistics.reach import reach_by_group
from mtal.statistics.reach import text as budget_text
from mtal.statistics.saved import Saved, Share, labels_saved

REFERENCE = "is the reference"
CENSORS = {"": "", ">=": "at least ", "<=": "at most "}
METHOD = ("Read off the mean curve over seeds, made monotone (the best value so far), linear between points; “≤” and “>”: it had "
          "the value at its first point, or has not reached it. Intervals: 95 % bootstrap over seeds, the same seeds for both; "
          "with three seeds it is too narrow, and with one there is none. Only points that all seeds of a line have come to "
          "count.")


def usual_target(one: pd.DataFrame, reference: str) -> float | None:
    """The reference's last mean over all of its seeds; None where it has no point. `one`: of one task."""
    mean = one[one["group"] == reference].groupby("cycle")["value"].agg(["mean", "count"])
    whole = mean[mean["count"] == mean["count"].max()]["mean"].dropna()
    return None if whole.empty else float(whole.iloc[-1])


def saved_rows(one: pd.DataFrame, reference: str, better: str, target: float) -> pd.DataFrame:
    """A row per group. Columns: group, title, strategy, variant, needs (text), share, low, high (%, NaN where unknown or at no
    seeds), censor (of the share), note (text), n. `one`: of one task, with the column x."""
    reached = reach_by_group(one, target, better).set_index("group")
    found = []
    for group, line in lines(one).items():
        pair = one[one["group"].isin([group, reference])]
        saved = labels_saved(pair, group, reference, better, target=target)
        found.append({
            "group": group, "title": line.title, "strategy": line.strategy, "variant": line.variant,
            "needs": budget_text(float(reached["x"].get(group, np.nan)), str(reached["censor"].get(group, ""))),
            "share": 100 * saved.share.value, "low": _end(saved.low), "high": _end(saved.high), "censor": saved.share.censor,
            "note": REFERENCE if group == reference else note(saved), "n": min(saved.n)})
    return pd.DataFrame(found)


def table(found: pd.DataFrame, axis: str) -> pd.DataFrame:
    """`saved_rows` for people. `axis`: what the budget counts."""
    return pd.DataFrame({"strategy": found["title"], f"{axis} to reach it": found["needs"], "saved": found["note"],
                         "n": found["n"]})


def note(saved: Saved) -> str:
    """`43 % (12 % to 58 %)`, `at least 30 %`, `unknown`."""
    if saved.share.censor == "?" or not np.isfinite(saved.share.value):
        return "unknown: neither has reached it"
    if saved.low is None or saved.high is None:
        return f"{_words(saved.share)} (one seed)"
    return f"{_words(saved.share)} ({_words(saved.low)} to {_words(saved.high)})"


def best_first(found: pd.DataFrame) -> pd.DataFrame:
    """All but the reference. Lines that have not reached the value come last: what they save is only bounded above."""
    others = found[found["note"] != REFERENCE]
    return others.assign(open=others["censor"].isin(["<=", "?"])).sort_values(
        ["open", "share"], ascending=[True, False], kind="stable").drop(columns="open")


def headline(found: pd.DataFrame, reference: str, axis: str, target: float) -> str:
    """The best line in one sentence."""
    value = fixed(target, decimals([target]))
    if len(found) < 2:
        return "Nothing to compare: there is one line only."
    others = best_first(found).dropna(subset="share")
    if others.empty:
        return f"Nothing to compare: no other line has come to {value}."
    best = others.iloc[0]
    if best["censor"] == "<=" and best["share"] > 0:
        return (f"No other line has come to {value} yet. {best['title']} can still save {best['note']} of what {reference} needs "
                f"({axis.lower()}).")
    verb = "saves" if best["share"] > 0 else "saves nothing:"
    doubt = " The interval includes no saving at all." if best["low"] <= 0 < best["share"] else ""
    return f"On the way to {value}, {best['title']} {verb} {best['note']} of what {reference} needs ({axis.lower()}).{doubt}"


def _words(share: Share) -> str:
    return "unknown" if share.censor == "?" else f"{CENSORS[share.censor]}{round(100 * share.value)} %"


def _end(share: Share | None) -> float:
    return float("nan") if share is None else 100 * share.value
