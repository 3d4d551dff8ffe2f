"""What a report says things about: runs of one data set with their lines, and what these save."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from mtal.analysis.lines import AXES, Line
from mtal.analysis.tables.run_groups import apart, tasks_in_order
from mtal.analysis.text import curves, labels_saved
from mtal.runs.store.run import Run

X, BAND = "labels", "std"  # of every curve in a report


@dataclass(frozen=True)
class Part:
    """Runs of one data set. `rows` as `mtal.analysis.tables.run_groups.curve_rows` gives theirs; `key`: of its figures in the page."""

    runs: Sequence[Run]
    rows: pd.DataFrame
    key: str

    @cached_property
    def curves(self) -> pd.DataFrame:
        """Rows of curves, with the column x."""
        return apart(self.rows)[0].assign(x=lambda found: found[X].astype(float))

    @cached_property
    def whole(self) -> pd.DataFrame:
        """Rows of runs that trained on all labels."""
        return apart(self.rows)[1]

    @cached_property
    def named(self) -> dict[str, Line]:
        """Group -> how it is called and drawn."""
        return curves.lines(self.curves)

    @cached_property
    def titles(self) -> dict[str, str]:
        """Group -> how it is called."""
        return {group: line.title for group, line in self.named.items()}

    @cached_property
    def tasks(self) -> list[str]:
        """The multi-task loss first."""
        return tasks_in_order(self.rows)

    def name(self, task: str) -> str:
        """How a task is called."""
        return str(self.rows.loc[self.rows["task"] == task, "name"].iloc[0])

    @cached_property
    def reference(self) -> str | None:
        """What the others are held against: Random, else the first line; None without a line."""
        return curves.reference_of(self.curves) or next(iter(self.named), None)

    @cached_property
    def saved(self) -> dict[str, tuple[pd.DataFrame, str]]:
        """Task -> what each line saves on the way to the reference's last value, and the best in a sentence; only tasks in which
        the reference has a point."""
        found = {}
        for task, one in self.curves.groupby("task", sort=False):
            if self.reference and labels_saved.reference_end(one, self.reference) is not None:
                rows = labels_saved.saved_rows(one, self.reference, str(one["better"].iloc[0]))
                found[str(task)] = (
                    rows,
                    labels_saved.headline(rows, self.titles[self.reference], AXES[X]),
                )
        return found
