"""The part of a report about one data set: its runs, their lines, and the labels these save."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from mtal.analysis.lines import AXES, Line
from mtal.analysis.tables.run_groups import split_all_labels, tasks_in_order
from mtal.analysis.text import curves, labels_saved
from mtal.runs.store.run import Run

X, BAND = "labels", "std"  # of every curve in a report


@dataclass(frozen=True)
class Part:
    """Runs of one data set."""

    runs: Sequence[Run]
    rows: pd.DataFrame  # columns as of `mtal.analysis.tables.run_groups.curve_rows`
    key: str  # begins the ids of its figures in the page

    @cached_property
    def curves(self) -> pd.DataFrame:
        """Rows of curves, with the column x."""
        rows, _ = split_all_labels(self.rows)
        return rows.assign(x=rows[X].astype(float))

    @cached_property
    def whole(self) -> pd.DataFrame:
        """Rows of runs that trained on all labels."""
        return split_all_labels(self.rows)[1]

    @cached_property
    def named(self) -> dict[str, Line]:
        """Group -> its title and look."""
        return curves.lines(self.curves)

    @cached_property
    def titles(self) -> dict[str, str]:
        """Group -> its title."""
        return {group: line.title for group, line in self.named.items()}

    @cached_property
    def tasks(self) -> list[str]:
        """The multi-task loss, then the tasks."""
        return tasks_in_order(self.rows)

    def name(self, task: str) -> str:
        """The title of a task."""
        return str(self.rows.loc[self.rows["task"] == task, "name"].iloc[0])

    def axis(self, task: str) -> str:
        """The title of a task's vertical axis."""
        return str(self.rows.loc[self.rows["task"] == task, "axis"].iloc[0])

    @cached_property
    def reference(self) -> str | None:
        """The group to compare with: Random, else the first line; None without a line."""
        return curves.reference_of(self.curves) or next(iter(self.named), None)

    @cached_property
    def saved(self) -> dict[str, tuple[pd.DataFrame, str]]:
        """Task -> `labels_saved.saved_rows` and `labels_saved.headline`.

        The value to reach is the reference's last one. Tasks in which the reference has no point
        are left out.
        """
        saved = {}
        for task, rows in self.curves.groupby("task", sort=False):
            if not self.reference or labels_saved.reference_end(rows, self.reference) is None:
                continue
            shares = labels_saved.saved_rows(rows, self.reference, str(rows["better"].iloc[0]))
            sentence = labels_saved.headline(shares, self.titles[self.reference], AXES[X])
            saved[str(task)] = (shares, sentence)
        return saved
