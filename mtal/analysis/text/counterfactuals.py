"""Which other rules would have decided differently on an image, in one line."""

import pandas as pd

from mtal.analysis.numbers import listed, ordinal

NAMED = 3  # so many rules a verdict names at most
NUMBERS = {3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine"}


def verdict(rules: pd.DataFrame, picked: bool) -> str:
    """Say which rules would have decided differently; "" where none ranked the image.

    rules: rows of `mtal.analysis.tables.counterfactuals.COLUMNS`.
    picked: the run picked the image.
    """
    ranked = rules[(rules["rank"] > 0) | rules["picked"]]
    if ranked.empty:
        return ""
    # First the rules that disagree most; where all agree, those that agree least.
    ranked = ranked.sort_values("rank", ascending=not picked, kind="stable")
    differing = ranked[ranked["picked"] != picked]
    if not differing.empty:
        return _differing(differing, picked)
    return _agreeing(ranked, len(ranked) == len(rules), picked)


def _differing(rules: pd.DataFrame, picked: bool) -> str:
    """The first of the rules that decide differently, and how many more there are."""
    first = rules.head(NAMED)
    columns = (first[name] for name in ("rule", "kind", "rank"))
    phrases = [_phrase(rule, kind, rank) for rule, kind, rank in zip(*columns, strict=True)]
    more = len(rules) - len(first)
    if picked:
        text = f"It would not be picked {listed(phrases, 'or')}"
        return f"{text}, nor under {more} more of these rules." if more else f"{text}."
    text = f"It would be picked {listed(phrases, 'or')}"
    return f"{text}, and under {more} more of these rules." if more else f"{text}."


def _agreeing(rules: pd.DataFrame, every: bool, picked: bool) -> str:
    """All rules decide as the run did. every: they are all that the page shows."""
    number, shown = len(rules), "below" if every else "below that rank it"
    ranked = rules[rules["rank"] > 0]
    if number == 1:
        would = "would pick it too" if picked else "would not pick it either"
        sentence = f"The other rule {shown}, {rules['rule'].iloc[0]}, {would}"
        return sentence + (f" and puts it {_nth(ranked)}." if len(ranked) else ".")
    if picked:
        subject = "Both" if number == 2 else f"All {NUMBERS.get(number, number)}"
        sentence, extreme = f"{subject} other rules {shown} would pick it too", "weakest"
    else:
        subject = "Neither of the" if number == 2 else f"None of the {NUMBERS.get(number, number)}"
        sentence, extreme = f"{subject} other rules {shown} would pick it", "closest"
    if ranked.empty:
        return f"{sentence}."
    return f"{sentence}; the {extreme}, {ranked['rule'].iloc[0]}, puts it {_nth(ranked)}."


def _nth(ranked: pd.DataFrame) -> str:
    return ordinal(int(ranked["rank"].iloc[0]))


def _phrase(rule: str, kind: str, rank: int) -> str:
    """The rule as it stands in a sentence after "would be picked", with its rank."""
    phrases = {
        "picking": "without the greedy update",
        "committee": f"with the committee's {rule.rpartition(' ')[2]}",
        "terms": f"by {rule}",
        "tasks": f"with {rule}",
        "strategy": f"under {rule}",
        "left out": rule,
    }
    return f"{phrases[kind]} (rank {rank:,})" if rank else phrases[kind]
