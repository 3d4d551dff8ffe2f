"""Labels to reach a value, and what each line saves against a reference, in words."""

import numpy as np
import pandas as pd

from mtal.analysis.numbers import decimals, fixed
from mtal.analysis.statistics.label_efficiency import text as budget_text
from mtal.analysis.statistics.labels_saved import Saved, Share, labels_saved, last_mean
from mtal.analysis.text.curves import lines

REFERENCE = "is the reference"
NEITHER, BOTH = "unknown: neither has reached it", "unknown: both had it at their first point"
BOUNDS_NOTE = "An open triangle is a bound, not a result: the line saves less (pointing left) or more than it says."
CENSORS = {"": "", ">=": "at least ", "<=": "at most "}
METHOD = (
    "The value to reach, unless one is typed, is where the reference ends: over the seeds that it shares with a line (over "
    "all of its own where it shares none), and taken anew in each draw, since it is an estimate too. What both need "
    "is read off their mean curves over these seeds, made monotone (the best value so far), linear between points; “≤” and "
    "“>”: it had the value at its first point, or has not reached it. Intervals: 95 % bootstrap over seeds, the same seeds "
    "for both; with three seeds it is too narrow, and with one there is none. Only points that all seeds of a line have "
    "come to count."
)


def reference_end(one: pd.DataFrame, reference: str) -> float | None:
    """The reference's last mean over all of its seeds; None where it has no point. `one`: of one task, with the column x."""
    found = last_mean(one, reference)
    return found if np.isfinite(found) else None


def saved_rows(
    one: pd.DataFrame, reference: str, better: str, target: float | None = None
) -> pd.DataFrame:
    """A row per group. Columns: group, title, strategy, variant, target, needs and against (texts: its budget and that of the
    reference), share, low, high (%, NaN where unknown or at no seeds), censor (of the share), note (text), n. All of a row are of
    the same seeds. `one`: of one task, with the column x; target: None for where the reference ends."""
    found = []
    for group, line in lines(one).items():
        pair = one[one["group"].isin([group, reference])]
        saved = labels_saved(pair, group, reference, better, target=target)
        found.append(
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
    return pd.DataFrame(found)


def table(found: pd.DataFrame, axis: str) -> pd.DataFrame:
    """`saved_rows` for people. `axis`: what the budget counts."""
    places = decimals(found["target"])
    return pd.DataFrame(
        {
            "strategy": found["title"],
            "value to reach": [fixed(value, places) for value in found["target"]],
            f"{axis} to reach it": found["needs"],
            "the reference needs": found["against"],
            "saved": found["note"],
            "n": found["n"],
        }
    )


def note(saved: Saved) -> str:
    """`43 % (12 % to 58 %)`, `at least 30 % (12 % to no upper end)`, or why it is unknown."""
    if saved.share.censor == "?" or not np.isfinite(saved.share.value):
        if not np.isfinite([saved.group.x, saved.reference.x]).all():
            return "unknown: no point yet"
        return {(">", ">"): NEITHER, ("<=", "<="): BOTH}.get(
            (saved.group.censor, saved.reference.censor), "unknown"
        )
    if saved.low is None or saved.high is None:
        return f"{_words(saved.share)} (one seed)"
    low = "no lower end" if saved.low.censor in {"<=", "?"} else _percent(saved.low)
    high = "no upper end" if saved.high.censor in {">=", "?"} else _percent(saved.high)
    return f"{_words(saved.share)} ({low} to {high})"


def best_first(found: pd.DataFrame) -> pd.DataFrame:
    """All but the reference. Lines that have not reached the value come last: what they save is only bounded above."""
    others = found[found["note"] != REFERENCE]
    return (
        others.assign(open=others["censor"].isin(["<=", "?"]))
        .sort_values(["open", "share"], ascending=[True, False], kind="stable")
        .drop(columns="open")
    )


def headline(found: pd.DataFrame, reference: str, axis: str) -> str:
    """The best line in one sentence. `found` as `saved_rows` gives it; `reference`: its title."""
    if len(found) < 2:
        return "Nothing to compare: there is one line only."
    others = best_first(found).dropna(subset="share")
    best = (found[found["note"] == REFERENCE] if others.empty else others).iloc[0]
    value = fixed(best["target"], decimals([best["target"]]))
    if others.empty and (found["note"] == BOTH).any():
        return f"Nothing to compare: {reference} had {value} at its first point, as others had."
    if others.empty:
        return f"Nothing to compare: no other line has come to {value}."
    if best["censor"] == "<=" and best["share"] > 0:
        return f"No other line has come to {value} yet."  # what it can still save is a bound, and no news
    verb = "saves" if best["share"] > 0 else "saves nothing:"
    doubt = " The interval includes no saving at all." if best["low"] <= 0 < best["share"] else ""
    return f"On the way to {value}, {best['title']} {verb} {best['note']} of what {reference} needs ({axis.lower()}).{doubt}"


def _words(share: Share) -> str:
    return f"{CENSORS[share.censor]}{_percent(share)}"


def _percent(share: Share) -> str:
    """With a decimal where it is small, so that both ends of a short interval can be told apart."""
    value = 100 * share.value
    return f"{value:.1f} %" if 0.05 <= abs(value) < 9.95 else f"{round(value)} %"


def _end(share: Share | None) -> float:
    return float("nan") if share is None else 100 * share.value
