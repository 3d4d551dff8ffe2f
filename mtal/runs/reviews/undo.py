"""Undo: what somebody's last decision changed, found in what was said since, so that a refresh or another tab loses nothing.

A step is what one person said at one moment. Taking a step back is a step too; it cancels the one that it reverses, so undoing
again goes one step further back. What another person has changed since stays as it is.
"""

from itertools import groupby

import pandas as pd

Values = dict[str, str]  # sample -> decision


def undoable(log: pd.DataFrame, who: str) -> Values:
    """The last step of `who` that still stands, as the decisions before it; {} if there is none. `log` as `People.log`."""
    now: Values = {}
    steps: list[tuple[Values, Values]] = []  # before, after
    events = log.loc[log["what"] == "decision", ["who", "when", "sample", "value"]].itertuples(
        index=False, name=None
    )
    for (by, _), found in groupby(events, key=lambda event: event[:2]):
        after: Values = {sample: value for _, _, sample, value in found}
        before = {sample: now.get(sample, "") for sample in after}
        now |= after
        if by == who and before != after and not _cancels(steps, before, after):
            steps.append((before, after))
    for before, after in reversed(steps):
        mine = {
            sample: value
            for sample, value in before.items()
            if now[sample] == after[sample] != value
        }
        if mine:
            return mine
    return {}


def _cancels(steps: list[tuple[Values, Values]], before: Values, after: Values) -> bool:
    """Whether this reverses the last step, or a part of it, which is then forgotten."""
    if not steps or any(
        steps[-1][1].get(sample) != before[sample] or steps[-1][0].get(sample) != value
        for sample, value in after.items()
    ):
        return False
    was, became = steps.pop()
    rest = [sample for sample in was if sample not in after]
    if rest:
        steps.append(
            ({sample: was[sample] for sample in rest}, {sample: became[sample] for sample in rest})
        )
    return True
