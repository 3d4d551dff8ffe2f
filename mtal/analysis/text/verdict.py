"""The verdict on a comparison with Random, in two sentences."""

import pandas as pd

from mtal.analysis.lines import AXES
from mtal.analysis.numbers import decimals, fixed, listed
from mtal.analysis.statistics.paired_means import paired_means
from mtal.analysis.statistics.paired_tests import LEVEL, holm
from mtal.analysis.text.curves import lines, reference_of
from mtal.analysis.text.labels_saved import saved_rows

TOO_FEW = "No verdict yet: it takes two seeds of Random and of another strategy, and two cycles."
AXIS = AXES["labels"]


def verdict(rows: pd.DataFrame) -> str:
    """Say in two sentences which strategies are ahead of Random, and which are not.

    rows: as of `mtal.analysis.tables.run_groups.curve_rows`, of one task whose value is better when
    it is lower, such as the multi-task loss; x is the column labels. A strategy is ahead or behind
    where p of `paired_means` is below 5 % after Holm's correction for all strategies compared.
    """
    reference = reference_of(rows)
    if reference is None:
        return TOO_FEW
    named = lines(rows)
    means = paired_means(rows.assign(x=rows["labels"]), reference)
    means = means[means["pairs"] > 1].sort_values("difference", kind="stable")
    if means.empty:
        return TOO_FEW
    certain = holm(means["p"].to_numpy()) < LEVEL
    means = means.assign(
        title=[named[group].title for group in means["group"]],
        ahead=certain & (means["difference"] < 0),
        behind=certain & (means["difference"] > 0),
    ).sort_values("ahead", ascending=False, kind="stable")
    return f"{_first(means, rows, reference)} {_second(means, rows)}".strip()


def _first(means: pd.DataFrame, rows: pd.DataFrame, reference: str) -> str:
    """The best strategy against Random."""
    best = means.iloc[0]
    by = f"by {_with_interval(-best['difference'], -best['high'], -best['low'])}"
    seeds = f"95 % interval over {best['pairs']} seeds"
    if best["ahead"]:
        return (
            f"{best['title']} beats Random: after the start its multi-task loss is lower {by}, "
            f"{seeds}{_labels_saved(rows, best['group'], reference)}."
        )
    if best["difference"] < 0:
        return (
            f"No strategy beats Random for sure: {best['title']} comes closest, with a multi-task "
            f"loss lower {by}, {seeds}, {_why_unsure(best, len(means))}."
        )
    return (
        f"No strategy beats Random: {best['title']} comes closest, with a multi-task loss higher "
        f"by {_with_interval(best['difference'], best['low'], best['high'])}, {seeds}."
    )


def _second(means: pd.DataFrame, rows: pd.DataFrame) -> str:
    """What became of the others; "" if there is none."""
    others = means.iloc[1:]
    ahead, behind = (others[others[side]]["title"].tolist() for side in ("ahead", "behind"))
    undecided = others[~(others["ahead"] | others["behind"])]["title"].tolist()
    parts = [
        f"{listed(ahead)} {'beats' if len(ahead) == 1 else 'beat'} it too"
        f"{_against_best(means, rows)}"
        if ahead
        else "",
        f"{listed(undecided)} cannot be told from it" if undecided else "",
        f"{listed(behind)} {'is' if len(behind) == 1 else 'are'} behind it" if behind else "",
    ]
    text = listed([part for part in parts if part])
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _against_best(means: pd.DataFrame, rows: pd.DataFrame) -> str:
    """`, and none of them can be told from Coverage`; which ones are behind the best strategy."""
    best, others = means.iloc[0], means.iloc[1:][means.iloc[1:]["ahead"]]
    pairs = rows[rows["group"].isin([best["group"], *others["group"]])]
    gaps = paired_means(pairs.assign(x=pairs["labels"]), best["group"]).set_index("group")
    worse = (holm(gaps["p"].to_numpy()) < LEVEL) & (gaps["difference"] > 0)
    behind = others[others["group"].isin(gaps.index[worse])]["title"].tolist()
    if behind:
        return f", {listed(behind)} less than {best['title']}"
    if len(others) == 1:
        return f" and cannot be told from {best['title']}"
    return f", and none of them can be told from {best['title']}"


def _why_unsure(best: pd.Series, compared: int) -> str:
    if best["high"] < 0:
        return f"too little for the best of {compared} strategies (Holm's correction)"
    return "which includes no difference at all"


def _labels_saved(rows: pd.DataFrame, group: str, reference: str) -> str:
    """`, and it saves 31 % (12 % to 40 %) of the labels that Random needs for its last value`."""
    both = rows[rows["group"].isin([group, reference])]
    saved = saved_rows(both.assign(x=both["labels"]), reference, "lower").set_index("group")
    row = saved.loc[group]
    if row["censor"] == "?" or not row["share"] > 0:
        return ""
    return f", and it saves {row['note']} of the labels that Random needs for its last value"


def _with_interval(value: float, low: float, high: float) -> str:
    """`0.090 (0.064 to 0.116)`, with two digits of the value."""
    value_text, *ends = (fixed(number, decimals([value], 2)) for number in (value, low, high))
    return f"{value_text} ({' to '.join(ends)})"
