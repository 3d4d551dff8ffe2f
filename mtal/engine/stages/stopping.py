"""Rules that end a run early: the label budget is spent, or the loss falls no more.

Our choice, see docs/method.md, section 1.
"""

from collections.abc import Sequence

from mtal.config import SHARES_OF_POOL, Config, ConfigError
from mtal.runs.store.run import LOSS, Run


def reason(config: Config, losses: Sequence[float], labels: int) -> str:
    """Say why a run ends after a cycle; "" if it goes on.

    losses: multi-task loss of every cycle so far, final heads on the validation split; NaN where
    it could not be measured. labels: task labels that the last of these cycles learned from.
    """
    if config.label_budget and labels >= config.label_budget:
        return f"the label budget of {config.label_budget:,} task labels is spent"
    cycles = config.plateau_cycles
    if not config.plateau_percent or len(losses) <= cycles:
        return ""
    before, now = losses[-1 - cycles], losses[-1]
    plateau = before - now < before * config.plateau_percent / 100  # False where one is unknown
    if not plateau:
        return ""
    change = "did not fall"
    if now < before:
        change = f"fell by {100 * (1 - now / before):.3g} %, less than {config.plateau_percent:g} %"
    span = "cycle" if cycles == 1 else f"{cycles} cycles"
    return f"plateau: over the last {span} the multi-task loss {change}"


def so_far(run: Run) -> tuple[list[float], int]:
    """The losses of the complete cycles of a run, and the labels of the last, for `reason`."""
    table = run.metrics()
    rows = table[table["task"] == LOSS]
    return rows["value"].astype(float).tolist(), int(rows["labels"].max()) if len(rows) else 0


def affordable(config: Config, budget: int, labels: int) -> int:
    """Cut the budget of a cycle so that the label budget of the run is met exactly.

    labels: labelled so far, the start included.
    """
    return min(budget, config.label_budget - labels) if config.label_budget else budget


def check_start(config: Config, images: int, labels: int) -> None:
    """ConfigError if the start alone has more labels than the whole run may have."""
    if config.label_budget and labels > config.label_budget:
        remedy = "label_budget"
        if config.start in SHARES_OF_POOL:
            remedy = "label_budget or lower start_percent"
        raise ConfigError(
            f"label_budget: the start has {labels:,} task labels already ({images:,} images, "
            f"{len(config.tasks)} tasks), more than {config.label_budget:,}; raise {remedy}"
        )
