"""Labels to reach a value, and what each line saves against a reference, in words."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from mtal.analysis.lines import AXES
from mtal.analysis.numbers import decimals, fixed
from mtal.analysis.statistics.label_efficiency import text as budget_text
from mtal.analysis.statistics.labels_saved import Saved, Share, labels_saved, last_mean
from mtal.analysis.text.curves import lines

REFERENCE = "is the reference"
NEITHER, BOTH = "unknown: neither has reached it", "unknown: both had it at their first point"
BOUNDS_NOTE = (
    "An open triangle is a bound, not a result: the line saves less (pointing left) or more than "
    "it says."
)
CENSORS = {"": "", ">=": "at least ", "<=": "at most "}
METHOD = (
    "The value to reach, unless you type one, is the reference's last mean over the seeds that it "
    "shares with a line (over all of its own where it shares none). It is an estimate too, so each "
    "bootstrap draw takes it anew. What both need is read off their mean curves over these seeds, "
    "made monotone (the best value so far) and linear between points. “≤” and “>”: the line had "
    "the value at its first point, or has not reached it. Intervals: 95 % bootstrap over seeds, "
    "the same seeds for both; with three seeds it is too narrow, and with one there is none. Only "
    "points that all seeds of a line have reached count."
)


class Budget(NamedTuple):
    """How to speak of a budget on one axis."""

    noun: str  # saved no ...
    amount: str  # with ...


BUDGETS = {
    AXES["labels"]: Budget("labels", "{} labels"),
    AXES["images"]: Budget("images", "{} images"),
    AXES["percent"]: Budget("labels", "{} % of the labels"),
    AXES["hours"]: Budget("computing time", "{} hours"),
    AXES["cost"]: Budget("cost", "{} units of cost"),
}


def reference_end(rows: pd.DataFrame, reference: str) -> float | None:
    """Average all seeds of the reference at its last point; None where it has no point.

    rows: of one task, with the column x.
    """
    end = last_mean(rows, reference)
    return end if np.isfinite(end) else None


def saved_rows(
    rows: pd.DataFrame, reference: str, better: str, target: float | None = None
) -> pd.DataFrame:
    """Measure what each line saves, a row per group; all of a row are of the same seeds.

    Columns: group, title, strategy, variant, target, needs and against (texts: its budget and the
    reference's), share, low, high (%, NaN where unknown or without seeds), censor (of the share),
    note (text), n.

    rows: of one task, with the column x.
    reference: its group.
    better: "higher" or "lower"; ValueError for another word.
    target: None for the reference's last mean.
    """
    shares = []
    for group, line in lines(rows).items():
        pair = rows[rows["group"].isin([group, reference])]
        saved = labels_saved(pair, group, reference, better, target=target)
        shares.append(
            {
                "group": group,
                "title": line.title,
                "strategy": line.strategy,
                "variant": line.variant,
                "target": saved.target,
                "needs": budget_text(*saved.group),
                "against": budget_text(*saved.reference),
                "share": 100 * saved.share.value,
                "low": _end(saved.low),
                "high": _end(saved.high),
                "censor": saved.share.censor,
                "note": REFERENCE if group == reference else note(saved),
                "n": min(saved.n),
            }
        )
    return pd.DataFrame(shares)


def table(saved: pd.DataFrame, axis: str) -> pd.DataFrame:
    """Format `saved_rows` for people. axis: what the budget counts."""
    precision = decimals(saved["target"])
    return pd.DataFrame(
        {
            "strategy": saved["title"],
            "value to reach": [fixed(value, precision) for value in saved["target"]],
            f"{axis} to reach it": saved["needs"],
            "the reference needs": saved["against"],
            "saved": saved["note"],
            "n": saved["n"],
        }
    )


def note(saved: Saved) -> str:
    """`43 % (12 % to 58 %)`, `at least 30 % (12 % to no upper end)`, or why it is unknown."""
    if saved.share.censor == "?" or not np.isfinite(saved.share.value):
        return _why_unknown(saved)
    share = f"{CENSORS[saved.share.censor]}{_percent(saved.share)}"
    if saved.low is None or saved.high is None:
        return f"{share} (one seed)"
    low = "no lower end" if saved.low.censor in {"<=", "?"} else _percent(saved.low)
    high = "no upper end" if saved.high.censor in {">=", "?"} else _percent(saved.high)
    return f"{share} ({low} to {high})"


def best_first(saved: pd.DataFrame) -> pd.DataFrame:
    """Sort all lines but the reference.

    Lines that have not reached the value come last: what they save is only bounded from above.
    """
    others = saved[saved["note"] != REFERENCE]
    others = others.assign(open=others["censor"].isin(["<=", "?"]))
    order = ["open", "share"]
    return others.sort_values(order, ascending=[True, False], kind="stable").drop(columns="open")


def headline(saved: pd.DataFrame, reference: str, axis: str, typed: bool = False) -> str:
    """Say in one sentence what the best line saves.

    saved: as of `saved_rows`.
    reference: its title.
    axis: what the budget counts, a value of AXES.
    typed: somebody typed the value to reach; else it is the reference's last mean.
    """
    if len(saved) < 2:
        return "Nothing to compare: there is one line only."
    others = best_first(saved).dropna(subset="share")
    if others.empty:
        return _nothing_to_compare(saved, reference, axis, typed)
    best = others.iloc[0]
    value = _value(best["target"])
    if best["share"] <= 0:
        return _nothing_saved(best, reference, axis)
    if best["censor"] == "<=":  # what it can still save is a bound, and no news
        return f"No other line has reached {value} yet."
    sentence = (
        f"To reach {value}, {best['title']} saves {best['note']} of what {reference} needs "
        f"({axis.lower()})."
    )
    return f"{sentence} The interval includes no saving at all." if best["low"] <= 0 else sentence


def _nothing_to_compare(saved: pd.DataFrame, reference: str, axis: str, typed: bool) -> str:
    """Why no share is known."""
    value = _value(saved.loc[saved["note"] == REFERENCE, "target"].iloc[0])
    if not (saved["note"] == BOTH).any():
        return f"Nothing to compare: no other line has reached {value}."
    if typed:
        return (
            f"Nothing to compare: {reference} had {value} at its first point, and so had others. "
            "Choose a value that is harder to reach."
        )
    return (
        f"{reference} did not get better with more {BUDGETS[axis].noun}, so “labels saved” has no "
        "meaning here."
    )


def _nothing_saved(best: pd.Series, reference: str, axis: str) -> str:
    """What the best line needs, where that is not less than the reference needs."""
    value, budget = _value(best["target"]), BUDGETS[axis]
    seeds = " (one seed)" if best["n"] == 1 else ""
    start = f"{best['title']} saved no {budget.noun}"
    own, others = _amount(best["needs"]), _amount(best["against"])
    if best["censor"] != "<=":
        return (
            f"{start}: to reach {value} it needed {budget.amount.format(own)}, "
            f"{reference} {others}{seeds}."
        )
    if best["needs"] == f">{best['against']}":
        same = budget.amount.format(others)
        return f"{start}: it did not reach {reference}'s {value} with the same {same}{seeds}."
    own = _amount(best["needs"].removeprefix(">"))
    return (
        f"{start}: it did not reach {reference}'s {value} with {budget.amount.format(own)}; "
        f"{reference} needed {others}{seeds}."
    )


def _amount(budget: str) -> str:
    """`≤20.0` as `at most 20`, `>60.5` as `more than 60.5`."""
    text = budget.removesuffix(".0")
    return text.replace("≤", "at most ").replace(">", "more than ")


def _value(target: float) -> str:
    return fixed(target, decimals([target]))


def _why_unknown(saved: Saved) -> str:
    if not np.isfinite([saved.group.x, saved.reference.x]).all():
        return "unknown: no point yet"
    reasons = {(">", ">"): NEITHER, ("<=", "<="): BOTH}
    return reasons.get((saved.group.censor, saved.reference.censor), "unknown")


def _percent(share: Share) -> str:
    """With a decimal where it is small, so that both ends of a short interval differ."""
    value = 100 * share.value
    return f"{value:.1f} %" if 0.05 <= abs(value) < 9.95 else f"{round(value)} %"


def _end(share: Share | None) -> float:
    return float("nan") if share is None else 100 * share.value
