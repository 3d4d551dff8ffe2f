"""The same work on many items in threads: decoding and NumPy free the interpreter, so all cores are used."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Report = Callable[[int, int], None]  # done, total; may raise to stop the work


def quiet(done: int, total: int) -> None:
    """A report that nobody reads."""


def in_threads(
    work: Callable[[Item], Answer], items: Iterable[Item], report: Report = quiet
) -> list[Answer]:
    """work(item) of every item, in order.

    `report` is called in the caller's thread; if it raises, or the work does, what has not begun is dropped.
    """
    todo = list(items)
    report(0, len(todo))
    answers = []
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        futures = [threads.submit(work, item) for item in todo]
        try:
            for future in futures:
                answers.append(future.result())
                report(len(answers), len(todo))
        finally:
            threads.shutdown(cancel_futures=True)
    return answers
