"""Run: a run folder read as values and tables.

Imports no torch. Complete cycles never change, so their tables can be cached.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mtal.errors import UserError
from mtal.runs.damage import read_array, read_table
from mtal.runs.files import force_to_disk, last_lines, read_cached
from mtal.runs.jobs.outcome import read_result
from mtal.runs.jobs.progress import Progress, Times, append, parse, progress
from mtal.runs.jobs.progress_reader import read_progress
from mtal.runs.jobs.start_log import start_times
from mtal.runs.jobs.status import Status, status
from mtal.runs.paths import CyclePaths, DataPaths
from mtal.runs.store.cycle_result import read_pick, read_result_of
from mtal.runs.store.manifest import listed_files, write_manifest
from mtal.runs.store.nearest import closest_images
from mtal.runs.store.samples import Samples

FROZEN = "frozen"  # signal: the feature of a pretrained network, the same in all cycles
LOSS = "loss"  # names the multi-task loss where the name of a task could stand
LOSS_COLUMNS = {
    "task": LOSS,
    "title": "Multi-task loss",
    "metric": "multi-task loss",
    "axis": "Multi-task loss ↓",
    "better": "lower",
}
CYCLE_COLUMNS = ("images", "labels", "percent")
METRIC_COLUMNS = ("cycle", *CYCLE_COLUMNS, *LOSS_COLUMNS, "value", "loss")
QUALITY_COLUMNS = ("signal", "version", "task", "joined", "rho", "low", "high", "n")
# signal in which images are compared -> version that stands for the distance to what is labelled
DIVERSITY = {
    "embedding": "diversity (auto-encoder)",
    "task_features": "diversity (task features)",
    "shared": "diversity (shared feature)",
    FROZEN: "diversity (frozen feature)",
}
NEAREST_COLUMNS = ("index", "id", "distance", "kind")


class Run(Samples):
    """One run in a store. What it stores about single images is in `Samples`."""

    # ---- the job -------------------------------------------------------------------------------

    @property
    def status(self) -> Status:
        """The status of the job, worked out anew."""
        return status(self.paths)

    @property
    def is_example(self) -> bool:
        """Whether it came with the program, computed on another machine."""
        return bool(self.paths.example.exists())

    @property
    def created(self) -> float:
        """When the run was created, in seconds since 1970.

        The files of a copied folder are younger than the run, so its first start counts too. 0 once
        the folder is deleted, which can happen while a page holds the run.
        """
        try:
            return min([self.paths.config.stat().st_mtime, *start_times(self.paths)])
        except FileNotFoundError:
            return 0.0

    @property
    def total_cycles_text(self) -> str:
        """The number of cycles on screen: `6`, or `at most 6` where a rule may end the run earlier.

        Of a finished run, the cycles that it took.
        """
        if self.status is Status.FINISHED:
            return str(self.cycles_done())
        planned = self.config.cycles
        return f"at most {planned}" if self.config.may_end_early else str(planned)

    @property
    def dataset_title(self) -> str:
        """The data set's title on screen; its id until the worker has loaded the data."""
        return self.facts.dataset_title or self.config.dataset

    @property
    def strategy_title(self) -> str:
        """The strategy's title on screen; its id until the worker has loaded the strategy."""
        return self.facts.strategy_title or self.config.strategy

    @property
    def result(self) -> dict[str, Any]:
        """How the job ended, see `read_result`; {} before that."""
        return read_result(self.paths)

    def reports(self) -> list[dict[str, Any]]:
        """Read all progress reports, a long list read anew on each call; pages use `progress`."""
        return parse(last_lines(self.paths.progress, 1 << 30))

    def progress(self, earlier_times: Callable[[], Times] = dict) -> Progress | None:
        """The progress of the last start; None before its first report.

        earlier_times: as in `mtal.runs.jobs.progress.progress`.
        """
        return progress(
            read_progress(self.paths), self.facts.plan, earlier_times, self.config.may_end_early
        )

    def log_tail(self, lines: int = 20) -> list[str]:
        """The last lines that the worker printed."""
        return last_lines(self.paths.log)[-lines:]

    @property
    def damage(self) -> str:
        """What is wrong with the files that lists of runs and curves read; "" if nothing is.

        All other files are read when somebody looks at them, and raise DamagedFile then.
        """
        try:
            self._require_whole()
        except UserError as error:
            return str(error)
        return ""

    def _require_whole(self) -> None:
        """Read config, facts, and what each cycle measured and picked; kept in memory once read."""
        _ = self.config, self.facts
        for number, _ in enumerate(self._results()):
            self.picked(number)

    # ---- labels --------------------------------------------------------------------------------

    def picked(self, number: int) -> np.ndarray:
        """(K, 2) pairs (image, task) that a cycle picked, in order; empty for the last cycle."""
        files = self.cycle(number)
        if not files.pick.exists() and not self._has_picked(number):
            return np.empty((0, 2), np.int64)
        return read_pick(files.pick, len(self.facts.pool), len(self.tasks)).copy()

    def _has_picked(self, number: int) -> bool:
        """Whether a cycle chose a batch. The last one does not, nor does one with an empty pool."""
        files = self.cycle(number)
        return bool(files.pool.exists()) or files.pick.name in listed_files(files)

    def applied_reviews(self, number: int) -> dict[str, Any]:
        """The reviews of the batch before, as they were applied when cycle `number` began.

        Keys: labels ((image, task) pairs of that batch that were labelled by then), rejected
        (images that were rejected in this or an earlier batch), decisions (the rows of
        `ReviewDatabase.decisions`). {} for the first cycle, in a simulation, before the cycle has
        begun, and in runs of an earlier version. Shared with other readers: do not change it.
        """
        return read_cached(self.paths.applied_reviews(number)) or {}

    def acquired(self, number: int) -> np.ndarray:
        """(K, 2) pairs (image, task) that were labelled between cycle `number` and the next.

        What the cycle picked, without the rejected images and with their replacements. Until the
        next cycle begins, what it picked.
        """
        reviews = self.applied_reviews(number + 1)
        if not reviews:
            return self.picked(number)
        return np.array(reviews["labels"], np.int64).reshape(-1, 2)

    def start_labels(self) -> np.ndarray:
        """(N, T) bool: what was labelled before cycle 0, as the worker stored it."""
        labelled = np.zeros((len(self.facts.pool), len(self.tasks)), bool)
        labelled[list(self.facts.start)] = True
        for image, task in self.facts.start_lacks:
            labelled[image, task] = False
        return labelled

    def labelled(self, number: int, start: np.ndarray) -> np.ndarray:
        """(N, T) bool: what is labelled when cycle `number` begins. start: as `start_labels`."""
        labelled = start.copy()
        for earlier in range(number):
            labelled[tuple(self.acquired(earlier).T)] = True
        return labelled

    # ---- tables --------------------------------------------------------------------------------

    def metrics(self) -> pd.DataFrame:
        """A row per complete cycle and task, and one for the multi-task loss (task = "loss").

        Columns: cycle, images, labels, percent (of the pool's task labels), task, title, metric,
        axis, better, value, loss. Seconds per stage are in `seconds`.
        """
        rows = []
        tasks = self.tasks
        for number, result in enumerate(self._results()):
            cycle = {"cycle": number} | {name: result[name] for name in CYCLE_COLUMNS}
            rows.append(cycle | LOSS_COLUMNS | {"value": result["loss"], "loss": result["loss"]})
            for task in tasks:
                described = {
                    "task": task.name,
                    "title": task.title,
                    "metric": task.metric,
                    "axis": task.axis,
                    "better": task.better,
                    "value": result["metrics"][task.name],
                    "loss": result["task_losses"][task.name],
                }
                rows.append(cycle | described)
        return pd.DataFrame(rows, columns=list(METRIC_COLUMNS))

    def seconds(self) -> pd.DataFrame:
        """A row per complete cycle and stage. Columns: cycle, stage, seconds."""
        rows = [
            (number, stage, seconds)
            for number, result in enumerate(self._results())
            for stage, seconds in result["seconds"].items()
        ]
        return pd.DataFrame(rows, columns=["cycle", "stage", "seconds"])

    def waited_for_data(self) -> float | None:
        """Share of the training time of all complete cycles in which no batch was ready.

        None if it was not measured.
        """
        results = self._results()
        trained = sum(result["seconds"]["train"] for result in results)
        if not trained or any("waited_for_data" not in result for result in results):
            return None
        return float(sum(result["waited_for_data"] for result in results) / trained)

    def _results(self) -> list[dict[str, Any]]:
        """The content of metrics.json per complete cycle."""
        return [read_result_of(self.cycle(number).metrics) for number in range(self.cycles_done())]

    def pool(self, number: int) -> pd.DataFrame:
        """The pool table: a row per pool image, index = position; empty for the last cycle.

        Its columns are listed in `mtal.runs.store.pool_table`.
        """
        path = self.cycle(number).pool
        if not path.exists():
            return pd.DataFrame()
        table = read_table(path)
        if "open" not in table:  # a run of an earlier version
            return table.assign(open=~table["labelled"])
        return table

    def quality(self, number: int) -> pd.DataFrame:
        """How well the signals of a cycle ranked the unlabelled images by their true loss.

        Columns: signal, version (how the signal is read), task ("loss" for the multi-task loss),
        joined (how its tasks became one number: "mean" or "max"; else ""), rho (Spearman's), low,
        high (95 % interval; all three NaN where there is no number), n (images). Empty where it
        was not measured.
        """
        path = self.cycle(number).quality
        if not path.exists():
            return pd.DataFrame(columns=list(QUALITY_COLUMNS))
        table = read_table(path)
        # earlier versions stored the auto-encoder's, the only one that they measured, without name
        return table.replace({"version": {"diversity": DIVERSITY["embedding"]}})

    def qualities(self) -> pd.DataFrame:
        """`quality` of all complete cycles, with a first column cycle."""
        tables = [self.quality(number).assign(cycle=number) for number in range(self.cycles_done())]
        measured = [table for table in tables if not table.empty]
        columns = ["cycle", *QUALITY_COLUMNS]
        if not measured:
            return pd.DataFrame(columns=columns)
        return pd.concat(measured, ignore_index=True)[columns]

    def worth(self, number: int) -> pd.DataFrame:
        """Scores of the batch before when it was picked, and its losses on the labels that came.

        A row per image that was labelled before cycle `number`, index = position. Columns: id, and
        per task s.<task> (NaN where none was measured) and loss.<task> (of the network that picked
        them; NaN without a new label). Empty for cycle 0 and runs of an earlier version.
        """
        path = self.cycle(number).worth
        return read_table(path) if path.exists() else pd.DataFrame()

    def validation(self, number: int) -> pd.DataFrame:
        """A row per validation image. Columns: id, loss, loss.<task>, value.<task>."""
        return read_table(self.cycle(number).validation)

    def frozen_feature(self) -> np.ndarray | None:
        """(N, D) float32 that the worker computed before any training, mapped; None without it."""
        path = self.paths.frozen
        return read_array(path, mapped=True) if path.exists() else None

    def embedding(self, number: int, signal: str = "") -> np.ndarray | None:
        """By what a cycle compared images: (N, D) float32, mapped from disk; None without it.

        signal: "frozen" (the same in all cycles), "embedding" (the auto-encoder's), "task_features"
        or "shared"; by default the one in which the strategy measured diversity.
        """
        signal, cycle = signal or self.facts.embedding, self.cycle(number)
        if signal != FROZEN:
            path = cycle.feature(signal)
        elif cycle.pick.exists():
            path = self.paths.frozen
        else:
            return None
        return read_array(path, mapped=True) if path.exists() else None

    def layout(self, number: int, signal: str = "embedding") -> np.ndarray | None:
        """(N, 2) float32 map of the auto-encoder's embedding or of "frozen"; None without it.

        That of the frozen feature is the same in all cycles that picked.
        """
        path = self.cycle(number).layout
        if signal == FROZEN:
            path = self.paths.frozen_layout
            if not self.cycle(number).pick.exists():
                return None
        return read_array(path) if path.exists() else None

    def neighbours(self, number: int) -> dict[str, dict[str, float | None]]:
        """Whether near images are alike: signal -> shares 0..1; {} where it was not measured.

        Keys: images (that were looked up), sequence (their nearest neighbour is of the same
        sequence), frozen (it is among the ten nearest in the frozen feature), and what chance
        would give, sequence_chance and frozen_chance; None where there is nothing to judge by.
        """
        return read_cached(self.cycle(number).neighbours) or {}

    def nearest(self, number: int, image: int, count: int = 5) -> pd.DataFrame:
        """List the images nearest to an image in the embedding (Euclidean), `count` of each kind.

        Columns: index, id, distance, kind ("labelled" before the cycle, or "picked" earlier in the
        same batch). Empty if the cycle has no embedding.
        """
        points, pool = self.embedding(number), self.pool(number)
        if points is None or pool.empty:
            return pd.DataFrame(columns=list(NEAREST_COLUMNS))
        own_rank = pool["rank"].iloc[image] if pool["picked"].iloc[image] else len(pool) + 1
        groups = {
            "labelled": pool["labelled"].to_numpy(),
            "picked": pool["picked"].to_numpy() & (pool["rank"] < own_rank).to_numpy(),
        }
        rows = []
        for kind, allowed in groups.items():
            others = allowed & (np.arange(len(pool)) != image)
            for other, distance in closest_images(points, image, others, count):
                rows.append((other, pool["id"].iloc[other], distance, kind))
        return pd.DataFrame(rows, columns=list(NEAREST_COLUMNS))

    # ---- thumbnails ----------------------------------------------------------------------------

    @property
    def data(self) -> DataPaths:
        """The thumbnails and the check of the run's data folder."""
        return self.store.data(self.config.dataset, self.facts.data_folder)

    def thumbnail(self, image: str) -> Path:
        """The small JPEG of a pool image, by its id; it may not exist yet."""
        return self.data.thumbnail("pool", image)

    # ---- writing, for the worker only ----------------------------------------------------------

    def report(
        self, cycle: int, stage: str, done: int, total: int, loss: dict[str, float] | None = None
    ) -> None:
        """Append a progress report."""
        append(self.paths.progress, cycle, stage, done, total, loss)

    @contextmanager
    def new_cycle(self, number: int) -> Iterator[CyclePaths]:
        """Provide a folder to fill; it becomes the complete cycle when the block ends well.

        Its files are listed in a manifest and forced onto the disk first.
        """
        unfinished = self.paths.cycles / f".{number:03d}"
        shutil.rmtree(unfinished, ignore_errors=True)  # left by a worker that was killed
        unfinished.mkdir(parents=True)
        paths = CyclePaths(unfinished)
        yield paths
        write_manifest(paths)
        for path in (*unfinished.iterdir(), unfinished):
            force_to_disk(path)
        unfinished.rename(self.paths.cycle(number).folder)
        force_to_disk(self.paths.cycles)
