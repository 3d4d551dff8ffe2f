"""What a plan of runs is made of, in a line."""

from collections.abc import Sequence

from mtal.analysis.numbers import count
from mtal.runs.experiments.experiment import ALL_LABELS, Cell


def shape(cells: Sequence[Cell]) -> str:
    """`42 runs = 7 strategies × 2 seeds × 3 variants`, or less where not every strategy heeds every variant."""
    compared = [cell for cell in cells if cell.variant != ALL_LABELS]
    strategies, seeds, variants = (
        {getattr(cell, kind) for cell in compared} for kind in ("strategy", "seed", "variant")
    )
    if len(cells) == 1:
        return "1 run"
    if len(compared) < len(cells):
        return (
            f"{shape(compared)}, and {count(len(cells) - len(compared), 'reference')} on all labels"
        )
    parts = [count(len(strategies), "strategy", "strategies"), count(len(seeds), "seed")]
    if len(variants) == 1:
        return f"{count(len(cells), 'run')} = {' × '.join(parts)}"
    return f"{count(len(cells), 'run')}: {', '.join(parts)}, {count(len(variants) - 1, 'variant')} beside the plain settings"
