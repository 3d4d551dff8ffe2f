"""Run: a run folder read as values and tables. Loads no torch; complete cycles never change, so tables can be cached."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, lru_cache
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mtal.config import Config, load_config
from mtal.runs.files import last_lines, read_json, read_shared, version
from mtal.runs.jobs.progress import Progress, Times, append, parse, progress
from mtal.runs.jobs.progress_reader import heard
from mtal.runs.jobs.start_log import starts
from mtal.runs.jobs.status import Status, status
from mtal.runs.paths import CyclePaths, DataPaths, RunPaths, StorePaths
from mtal.runs.store.nearest import closest
from mtal.runs.store.run_facts import RunFacts, TaskFacts, read_facts
from mtal.runs.store.samples import Explained, numbered

LOSS = "loss"  # the name of the multi-task loss where a task's name could stand
QUALITY_COLUMNS = ("signal", "version", "task", "joined", "rho", "low", "high", "n")


class Run(Explained):
    """One run in a store. What it says about single images is in `Explained`."""

    def __init__(self, folder: Path) -> None:
        self.paths = RunPaths(folder)
        self.store = StorePaths(folder.parent)
        self.name = folder.name

    def __repr__(self) -> str:
        return f"Run({self.name})"

    @cached_property
    def config(self) -> Config:
        """The settings, shared by all that look; ConfigError if the file is damaged."""
        try:
            return _config(self.paths.config, *version(self.paths.config))
        except OSError:
            return load_config(self.paths.config)  # which says what is wrong

    @property
    def status(self) -> Status:
        """How it stands now."""
        return status(self.paths)

    @property
    def created(self) -> float:
        """Seconds since 1970. The first start tells it of a copied folder, whose files are younger."""
        return min([self.paths.config.stat().st_mtime, *starts(self.paths)])

    def cycles_done(self) -> int:
        """How many cycles are complete."""
        there = numbered(
            self.paths.cycles
        )  # one look at the folder: pages ask for many runs, and often
        return next(number for number in count() if number not in there)

    @property
    def cycles_in_all(self) -> str:
        """For people: `6`; `at most 6` where a rule may end it before; once it is finished, the cycles that it took."""
        if self.status is Status.FINISHED:
            return str(self.cycles_done())
        return f"{'at most ' * self.config.may_end_early}{self.config.cycles}"

    # ---- what the worker said -------------------------------------------------------------------------------------

    @property
    def facts(self) -> RunFacts:
        """What the worker found when it loaded the data; empty facts until then."""
        return read_facts(self.paths.facts)

    def fingerprint(self, number: int) -> str | None:
        """Of the data that a cycle saw; None until the worker has loaded it."""
        facts = self.facts
        later = [change.before for change in facts.data_changes if change.cycle > number]
        return later[0] if later else facts.fingerprint

    @property
    def tasks(self) -> tuple[TaskFacts, ...]:
        """In the order of the config; empty until the worker has loaded the data."""
        return self.facts.tasks

    @property
    def dataset_title(self) -> str:
        """On screen; the data set's id until the worker has loaded it."""
        return self.facts.dataset_title or self.config.dataset

    @property
    def strategy_title(self) -> str:
        """On screen; the strategy's id until the worker has loaded it."""
        return self.facts.strategy_title or self.config.strategy

    @property
    def result(self) -> dict[str, Any]:
        """Keys: outcome, reason, stage, traceback, seconds. Empty while there is none."""
        return read_json(self.paths.result) if self.paths.result.exists() else {}

    def reports(self) -> list[dict[str, Any]]:
        """Every progress line so far. They are many, and read anew each time: to look again and again there is `progress`."""
        return parse(last_lines(self.paths.progress, 1 << 30))

    def progress(self, known: Callable[[], Times] = dict) -> Progress | None:
        """How far it is; None before the first report of its last start. `known` as in `mtal.runs.jobs.progress.progress`."""
        return progress(heard(self.paths), self.facts.plan, known, self.config.may_end_early)

    def log_tail(self, lines: int = 20) -> list[str]:
        """The end of what the worker printed."""
        return last_lines(self.paths.log)[-lines:]

    # ---- what is labelled -----------------------------------------------------------------------------------------

    def cycle(self, number: int) -> CyclePaths:
        """The files of a complete cycle; KeyError if it is not there."""
        if (
            number < 0 or not self.paths.cycle(number).folder.is_dir()
        ):  # they appear in order, so no need to count them
            raise KeyError(f"{self.name} has no complete cycle {number}")
        return self.paths.cycle(number)

    def picked(self, number: int) -> np.ndarray:
        """(K, 2) pairs that a cycle picked, in order; empty for the last cycle."""
        path = self.cycle(number).pick
        return np.load(path, allow_pickle=False) if path.exists() else np.empty((0, 2), np.int64)

    def began_with(self, number: int) -> dict[str, Any]:
        """What was settled about the batch before when cycle `number` began, in a run that people label. Keys: labels ((image,
        task) pairs of that batch that were labelled by then), rejected (images that people did not want in this or an earlier
        batch), decisions (the rows of `People.decisions`). Empty for the first cycle, in a simulation, and in a cycle that
        has not begun or began before there were decisions. Shared: do not change it."""
        return read_shared(self.paths.beginning(number)) or {}

    def bought(self, number: int) -> np.ndarray:
        """(K, 2) pairs that were labelled between cycle `number` and the next: what it picked, less what people rejected, plus
        what came for it. Until the next cycle has begun, what it picked."""
        settled = self.began_with(number + 1)
        return (
            np.array(settled["labels"], np.int64).reshape(-1, 2) if settled else self.picked(number)
        )

    def start(self) -> np.ndarray:
        """(N, T) bool: what was labelled before cycle 0, as the worker wrote it down."""
        labelled = np.zeros((len(self.facts.pool), len(self.tasks)), bool)
        labelled[list(self.facts.start)] = True
        for image, task in self.facts.start_lacks:
            labelled[image, task] = False
        return labelled

    def labelled(self, number: int, start: np.ndarray) -> np.ndarray:
        """(N, T) bool: what is labelled when cycle `number` begins. `start`: (N, T) bool before cycle 0."""
        labelled = start.copy()
        for earlier in range(number):
            labelled[tuple(self.bought(earlier).T)] = True
        return labelled

    # ---- tables ---------------------------------------------------------------------------------------------------

    def metrics(self) -> pd.DataFrame:
        """A row per complete cycle and task, and one for the multi-task loss (task = "loss").

        Columns: cycle, images, labels, percent (of the pool's task labels), task, title, metric, axis, better, value, loss; then
        seconds per stage are in `seconds()`.
        """
        rows = []
        tasks = self.tasks
        for number in range(self.cycles_done()):
            found = read_json(self.paths.cycle(number).metrics)
            common = {
                "cycle": number,
                "images": found["images"],
                "labels": found["labels"],
                "percent": found["percent"],
            }
            rows.append(
                common
                | {
                    "task": LOSS,
                    "title": "Multi-task loss",
                    "metric": "multi-task loss",
                    "axis": "Multi-task loss ↓",
                    "better": "lower",
                    "value": found["loss"],
                    "loss": found["loss"],
                }
            )
            rows += [
                common
                | {
                    "task": task.name,
                    "title": task.title,
                    "metric": task.metric,
                    "axis": task.axis,
                    "better": task.better,
                    "value": found["metrics"][task.name],
                    "loss": found["task_losses"][task.name],
                }
                for task in tasks
            ]
        columns = [
            "cycle",
            "images",
            "labels",
            "percent",
            "task",
            "title",
            "metric",
            "axis",
            "better",
            "value",
            "loss",
        ]
        return pd.DataFrame(rows, columns=columns)

    def seconds(self) -> pd.DataFrame:
        """A row per complete cycle and stage. Columns: cycle, stage, seconds."""
        rows = [
            {"cycle": number, "stage": stage, "seconds": seconds}
            for number in range(self.cycles_done())
            for stage, seconds in read_json(self.paths.cycle(number).metrics)["seconds"].items()
        ]
        return pd.DataFrame(rows, columns=["cycle", "stage", "seconds"])

    def waited_for_data(self) -> float | None:
        """Share of the training time, over all complete cycles, for which no batch was ready; None if nobody measured it."""
        found = [
            read_json(self.paths.cycle(number).metrics) for number in range(self.cycles_done())
        ]
        trained = sum(one["seconds"]["train"] for one in found)
        if not trained or any("waited_for_data" not in one for one in found):
            return None
        return float(sum(one["waited_for_data"] for one in found) / trained)

    def pool(self, number: int) -> pd.DataFrame:
        """Read the pool table: a row per pool image, index = position; empty for the last cycle.

        Its columns are listed in `mtal.runs.store.pool_table`.
        """
        path = self.cycle(number).pool
        if not path.exists():
            return pd.DataFrame()
        found = pd.read_parquet(path)
        return (
            found if "open" in found else found.assign(open=~found["labelled"])
        )  # runs of an earlier version

    def quality(self, number: int) -> pd.DataFrame:
        """How well the signals of a cycle ranked the unlabelled images by their true loss; empty where nobody measured it.

        Columns: signal, version (the way in which the signal is read), task ("loss" for the multi-task loss), joined (how its
        tasks became one number: "mean" or "max"; else ""), rho (Spearman's), low, high (95 % interval; all three NaN where
        there is no number), n (images).
        """
        path = self.cycle(number).quality
        return (
            pd.read_parquet(path) if path.exists() else pd.DataFrame(columns=list(QUALITY_COLUMNS))
        )

    def qualities(self) -> pd.DataFrame:
        """`quality` of all complete cycles, with a first column cycle."""
        tables = [self.quality(number).assign(cycle=number) for number in range(self.cycles_done())]
        found = [table for table in tables if not table.empty]
        columns = ["cycle", *QUALITY_COLUMNS]
        return (
            pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)
        )

    def validation(self, number: int) -> pd.DataFrame:
        """A row per validation image: id, loss, loss.<task>, value.<task>."""
        return pd.read_parquet(self.cycle(number).validation)

    def embedding(self, number: int) -> np.ndarray | None:
        """(N, D) float32, read from disk as needed; None if the cycle has none."""
        path = self.cycle(number).embedding
        return np.load(path, mmap_mode="r", allow_pickle=False) if path.exists() else None

    def layout(self, number: int) -> np.ndarray | None:
        """(N, 2) float32 map of the embedding; None if the cycle has none."""
        path = self.cycle(number).layout
        return np.load(path, allow_pickle=False) if path.exists() else None

    def nearest(self, number: int, image: int, count: int = 5) -> pd.DataFrame:
        """Nearest images of an image in embedding space (Euclidean).

        Columns: index, id, distance, kind ("labelled" before the cycle, or "picked" earlier in the same batch). `count` of
        each kind at most; empty if there is no embedding.
        """
        points, pool = self.embedding(number), self.pool(number)
        columns = ["index", "id", "distance", "kind"]
        if points is None or pool.empty:
            return pd.DataFrame(columns=columns)
        own_rank = pool["rank"].iloc[image] if pool["picked"].iloc[image] else len(pool) + 1
        groups = {
            "labelled": pool["labelled"].to_numpy(),
            "picked": pool["picked"].to_numpy() & (pool["rank"] < own_rank).to_numpy(),
        }
        rows = []
        for kind, allowed in groups.items():
            near = closest(points, image, allowed & (np.arange(len(pool)) != image), count)
            rows += [(other, pool["id"].iloc[other], gap, kind) for other, gap in near]
        return pd.DataFrame(rows, columns=columns)

    # ---- thumbnails ----------------------------------------------------------------------------------------------

    @property
    def data(self) -> DataPaths:
        """Thumbnails and check of the run's data folder."""
        return self.store.data(self.config.dataset, self.facts.data_folder)

    def thumbnail(self, image: str) -> Path:
        """A small JPEG of a pool image, by its id; it may not exist yet."""
        return self.data.thumb("pool", image)

    # ---- writing, for the worker only -----------------------------------------------------------------------------

    def report(
        self, cycle: int, stage: str, done: int, total: int, loss: dict[str, float] | None = None
    ) -> None:
        """Say how far it is."""
        append(self.paths.progress, cycle, stage, done, total, loss)

    @contextmanager
    def new_cycle(self, number: int) -> Iterator[CyclePaths]:
        """A folder to fill, which becomes the cycle when the block ends well."""
        beside = self.paths.cycles / f".{number:03d}"
        shutil.rmtree(beside, ignore_errors=True)  # left by a worker that was killed
        beside.mkdir(parents=True)
        yield CyclePaths(beside)
        beside.rename(self.paths.cycle(number).folder)


@lru_cache(maxsize=1024)  # written once; a page looks at those of all runs, many times
def _config(path: Path, *version: int) -> Config:
    return load_config(path)
