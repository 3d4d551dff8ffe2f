"""How many runs a plan has, and of which strategies, seeds and variants."""

from collections.abc import Sequence

from mtal.analysis.numbers import count
from mtal.runs.experiments.plan import ALL_LABELS, Cell


def plan_text(cells: Sequence[Cell]) -> str:
    """`42 runs = 7 strategies × 2 seeds × 3 variants`.

    Where not every strategy heeds every variant, the numbers are listed instead.
    """
    if len(cells) == 1:
        return "1 run"
    compared = [cell for cell in cells if cell.variant != ALL_LABELS]
    if len(compared) < len(cells):
        references = count(len(cells) - len(compared), "reference")
        return f"{plan_text(compared)}, and {references} on all labels"
    strategies = count(len({cell.strategy for cell in cells}), "strategy", "strategies")
    seeds = count(len({cell.seed for cell in cells}), "seed")
    variants = len({cell.variant for cell in cells})
    runs = count(len(cells), "run")
    pairs = {(cell.strategy, cell.seed) for cell in cells}
    if variants == 1 and len(pairs) < len({a for a, _ in pairs}) * len({b for _, b in pairs}):
        return f"{runs}: {strategies}, {seeds}, not every strategy with every seed"
    if variants == 1:
        return f"{runs} = {strategies} × {seeds}"
    others = count(variants - 1, "variant")
    return f"{runs}: {strategies}, {seeds}, {others} beside the plain settings"
