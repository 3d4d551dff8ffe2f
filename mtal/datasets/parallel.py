"""Work on many items in threads: decoding and NumPy release the GIL, so all cores are used."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Report = Callable[[int, int], None]  # done, total; may raise to stop the work


def quiet(done: int, total: int) -> None:
    """Report nothing."""


def in_threads(
    work: Callable[[Item], Result], items: Iterable[Item], report: Report = quiet
) -> list[Result]:
    """Call `work` on every item in threads; results in the order of the items.

    `report` is called in the caller's thread. If it or `work` raises, items that have not started
    are dropped and the error is passed on.
    """
    queue = list(items)
    report(0, len(queue))
    results = []
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        futures = [threads.submit(work, item) for item in queue]
        try:
            for future in futures:
                results.append(future.result())
                report(len(results), len(queue))
        finally:
            threads.shutdown(cancel_futures=True)
    return results
