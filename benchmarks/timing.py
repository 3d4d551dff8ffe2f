"""Interleaved timing: on a shared machine, functions are timed in turn, round by round."""

import statistics
import time
from collections.abc import Callable, Mapping


def interleaved(
    kinds: Mapping[str, Callable[[], object]],
    rounds: int,
    warm_up: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """Return the seconds of each round, by name; the first `warm_up` rounds are not counted.

    clock: `time.process_time` counts the process's own work, which is steadier beside other work.
    """
    times: dict[str, list[float]] = {name: [] for name in kinds}
    for number in range(rounds + warm_up):
        for name, work in kinds.items():
            began = clock()
            work()
            if number >= warm_up:
                times[name].append(clock() - began)
    return times


def ratio(times: Mapping[str, list[float]], slow: str, fast: str) -> str:
    """Return the median of the ratios of each round, with their range, as text."""
    ratios = sorted(a / b for a, b in zip(times[slow], times[fast], strict=True))
    return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}..{ratios[-1]:.2f})"


def median_ms(times: list[float], per: int = 1) -> str:
    """Return the median in milliseconds per item, as text."""
    return f"{statistics.median(times) / per * 1e3:.1f} ms"
