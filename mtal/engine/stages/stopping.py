"""When a run is over before its cycles are up: the label budget is spent, or the loss falls no more (our choice of two rules)."""

from collections.abc import Sequence

from mtal.config import Config, ConfigError
from mtal.runs.store.run import LOSS, Run


def reason(config: Config, losses: Sequence[float], labels: int) -> str:
    """Why a run ends after a cycle; "" = go on.

    losses: multi-task loss on the validation split, final heads, of every cycle so far; NaN where it could not be measured.
    labels: task labels that the last of these cycles learned from.
    """
    if config.label_budget and labels >= config.label_budget:
        return f"the label budget of {config.label_budget:,} task labels is spent"
    over = config.plateau_cycles
    if not config.plateau_percent or len(losses) <= over:
        return ""
    before, now = losses[-1 - over], losses[-1]
    if (
        not before - now < before * config.plateau_percent / 100
    ):  # also where one of them is unknown
        return ""
    fell = (
        f"fell by {100 * (1 - now / before):.3g} %, less than {config.plateau_percent:g} %"
        if now < before
        else "did not fall"
    )
    return f"plateau: over the last {'cycle' if over == 1 else f'{over} cycles'} the multi-task loss {fell}"


def so_far(run: Run) -> tuple[list[float], int]:
    """The complete cycles of a run, as `reason` wants them."""
    table = run.metrics()
    rows = table[table["task"] == LOSS]
    return rows["value"].astype(float).tolist(), int(rows["labels"].max()) if len(rows) else 0


def affordable(config: Config, budget: int, labels: int) -> int:
    """What a cycle may buy of its budget so that the run's own one is met exactly. labels: bought so far, the start included."""
    return min(budget, config.label_budget - labels) if config.label_budget else budget


def check_start(config: Config, images: int, labels: int) -> None:
    """ConfigError if the start alone is worth more labels than the whole run may buy."""
    if config.label_budget and labels > config.label_budget:
        way = "label_budget or lower start_percent" if config.start == "random" else "label_budget"
        raise ConfigError(
            f"label_budget: the start has {labels:,} task labels already ({images:,} images, "
            f"{len(config.tasks)} tasks), more than {config.label_budget:,}; raise {way}"
        )
