"""Undo: what a user's last decision changed, worked out from the log of all decisions.

Nothing is kept in the session, so a refresh or another tab loses nothing. A step is what one user
decided at one moment. Undoing a step adds a step that cancels it, so undoing again goes one step
further back. What another user has changed since stays as it is.
"""

from itertools import groupby

import pandas as pd

Values = dict[str, str]  # sample -> decision


def decisions_to_restore(log: pd.DataFrame, who: str) -> Values:
    """Find the decisions from before the last step of `who` that is still in effect.

    log: as `ReviewDatabase.log`. Returns sample -> earlier decision, {} if there is no such step.
    """
    current: Values = {}
    steps: list[tuple[Values, Values]] = []  # before, after
    events = log.loc[log["what"] == "decision", ["who", "when", "sample", "value"]].itertuples(
        index=False, name=None
    )
    for (user, _), rows in groupby(events, key=lambda event: event[:2]):
        after: Values = {sample: value for _, _, sample, value in rows}
        before = {sample: current.get(sample, "") for sample in after}
        current |= after
        if user == who and before != after and not _cancels(steps, before, after):
            steps.append((before, after))
    for before, after in reversed(steps):
        undone = {
            sample: value
            for sample, value in before.items()
            if current[sample] == after[sample] != value
        }
        if undone:
            return undone
    return {}


def _cancels(steps: list[tuple[Values, Values]], before: Values, after: Values) -> bool:
    """Whether a change reverses the last step or a part of it, which is then removed."""
    if not steps:
        return False
    last_before, last_after = steps[-1]
    for sample, value in after.items():
        if last_after.get(sample) != before[sample] or last_before.get(sample) != value:
            return False
    steps.pop()
    rest = [sample for sample in last_before if sample not in after]
    if rest:
        rest_before = {sample: last_before[sample] for sample in rest}
        steps.append((rest_before, {sample: last_after[sample] for sample in rest}))
    return True
