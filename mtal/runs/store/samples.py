"""What a run folder says about single images: pictures, the values behind them, what others would have picked, what came of it.

The tables and maps were added over time: where a run of an earlier version lacks one, its reader gives an empty value.
"""

from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mtal.config import Config
from mtal.runs.files import read_json, sha256_of
from mtal.runs.jobs.progress_reader import heard
from mtal.runs.paths import CyclePaths, RunPaths
from mtal.runs.store.run_facts import RunFacts

UNIT_STEPS = 127  # parts of a vector are stored as whole numbers from -127 to 127
REFINED = (
    "initial",
    "from",
    "final",
    "truth",
    "gap",
    "gapself",
)  # order in which pictures of a task are read


class Explained:
    """The part of a run that explains its picks; see `mtal.runs.store.run.Run`."""

    paths: RunPaths
    name: str

    def cycle(self, number: int) -> CyclePaths:
        """The files of a complete cycle; KeyError if it is not there."""
        raise NotImplementedError

    def cycles_done(self) -> int:
        """How many cycles are complete."""
        raise NotImplementedError

    @cached_property
    def config(self) -> Config:
        """The settings."""
        raise NotImplementedError

    @property
    def facts(self) -> RunFacts:
        """What the worker found."""
        raise NotImplementedError

    def fingerprint(self, number: int) -> str | None:
        """Of the data that a cycle saw."""
        raise NotImplementedError

    # ---- tables ---------------------------------------------------------------------------------------------------

    def content(self, number: int) -> pd.DataFrame:
        """A row per pool image, index = position. Columns `<task>/<class title>`: share 0..1 of the pixels that the initial
        head, at its finest scale, takes for the class. Empty if the cycle made no scoring pass, or no task has classes."""
        return _table(self.cycle(number).content)

    def others(self, number: int) -> pd.DataFrame:
        """A row per pool image, index = position; a column per other strategy whose signals were measured: the rank that it
        would have given from the same pool and network (1 = first pick, after its picks the rest by its score; 0 = none)."""
        return _table(self.cycle(number).others)

    def others_picked(self, number: int) -> dict[str, list[int]]:
        """Strategy -> the images that it would have picked with the same budget, in order."""
        path = self.cycle(number).others_picked
        return dict(read_json(path)["picked"]) if path.exists() else {}

    def others_left_out(self, number: int) -> dict[str, str]:
        """Strategy -> why it was not replayed though its signals were measured."""
        path = self.cycle(number).others_picked
        return dict(read_json(path)["left_out"]) if path.exists() else {}

    def afterwards(self, number: int, image: int) -> pd.DataFrame:
        """What became of an image that cycle `number` picked: a row per complete cycle from there on that wrote it down.

        Columns: cycle; learned (bool: the network of this cycle has learned from the pick); loss.<task>, the true loss of the
        final head, NaN while the label is not bought (or not there); s.<task>, the disagreement, NaN where it was not measured;
        weight.<task>, the label's weight in this cycle's training, 0 where there was no label.
        """
        found = [
            table.loc[[image]].assign(cycle=later)
            for later in range(number, self.cycles_done())
            if image in (table := _table(self.cycle(later).afterwards)).index
        ]
        if not found:
            return pd.DataFrame({"cycle": pd.Series(dtype=int), "learned": pd.Series(dtype=bool)})
        rows = pd.concat(found, ignore_index=True)
        rows.insert(0, "cycle", rows.pop("cycle"))
        rows.insert(1, "learned", rows["cycle"] > number)
        return rows

    # ---- pictures and maps ----------------------------------------------------------------------------------------

    def evidence(self, number: int) -> dict[str, Any]:
        """What a cycle drew. Keys: images (list of positions), pictures (names in `picture`; <task>.truth is not there for
        images without that label), scales (task -> the 99th percentile over the drawn images, the top of the pool-wide colour
        scale). Empty without evidence."""
        path = self.cycle(number).evidence
        return read_json(path) if path.exists() else {}

    def drawn(self, number: int) -> set[int]:
        """Images with pictures: those that the cycle drew, and those that somebody asked for."""
        return set(self.evidence(number).get("images", ())) | numbered(
            self.paths.look(number).samples.folder
        )

    def picture(self, number: int, image: int, name: str) -> Path:
        """A PNG drawn by a worker. Names: image; <task>.initial; <task>.final; <task>.from.<partner>; <task>.truth (in a
        simulation, where there is a label); <task>.gap.<partner> (pool-wide scale); <task>.gapself.<partner> (this image's own
        scale)."""
        return self._sample_file(number, self.cycle(number).samples.picture(image, name))

    def pictures(self, number: int, image: int) -> list[str]:
        """The names of the pictures that an image has, task by task in the order of reading; [] if it was not drawn."""
        folder = self.picture(number, image, "image").parent
        names = [path.stem for path in folder.glob("*.png")]
        return sorted(names, key=lambda name: self._place(name.split(".")))

    def maps(self, number: int, image: int) -> dict[str, np.ndarray]:
        """The values behind the pictures, at the head's own resolution; {} if there are none.

        <task>.gap.<partner>: (h, w) float32 in the unit of the task's distance. <task>.initial, .final, .from.<partner> and
        .truth: (h, w) uint8 class numbers, or float32 metres or probabilities (a multiple of 1/2048 of their size), or
        (h, w, 3) unit vectors (to 1/127). Pixels of the truth that count nowhere have the task's own value for that: 255 or 0.
        """
        path = self._sample_file(number, self.cycle(number).samples.maps(image))
        if not path.exists():
            return {}
        with np.load(path, allow_pickle=False) as stored:
            return {name: unpacked(stored[name]) for name in stored.files}

    def _sample_file(self, number: int, of_cycle: Path) -> Path:
        """The file itself, or the one of the same name that was made on demand."""
        asked_for = self.paths.look(number).samples.folder / of_cycle.parent.name / of_cycle.name
        return asked_for if not of_cycle.exists() and asked_for.exists() else of_cycle

    def _place(self, parts: list[str]) -> tuple[int, int, int]:
        """Where a picture `<task>.<what>.<partner>` comes in the order of reading; the image itself comes first."""
        if len(parts) < 2:
            return -1, 0, 0
        tasks = self.config.tasks
        partner = tasks.index(parts[2]) if len(parts) > 2 and parts[2] in tasks else len(tasks)
        return tasks.index(parts[0]), REFINED.index(parts[1]), partner

    # ---- where it comes from --------------------------------------------------------------------------------------

    def picked_at(self, number: int) -> str | None:
        """When the worker reported the pick, UTC: file times would change in a copy. None if it did not say."""
        time = heard(self.paths).picked.get(number)
        return (
            None
            if time is None
            else datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        )

    def provenance(self, number: int, image: int) -> dict[str, Any]:
        """Where the numbers about an image come from, as plain values: run, cycle, sample (id), position, seed, strategy,
        strategy_sha256 (None if it is built in), model_sha256, pool_table_sha256 (None in the last cycle), code_version,
        versions, device, precision, data_folder, data_fingerprint, picked_at (UTC), config (all settings)."""
        files, facts, config = self.cycle(number), self.facts, self.config
        versions = {name: text for name, text in facts.versions.items() if name != "mtal"}
        return {
            "run": self.name,
            "cycle": number,
            "sample": facts.pool[image],
            "position": image,
            "seed": config.seed,
            "strategy": config.strategy,
            "strategy_sha256": facts.strategy_sha256,
            "model_sha256": sha256_of(files.network),
            "pool_table_sha256": sha256_of(files.pool),
            "code_version": facts.versions.get("mtal"),
            "versions": versions,
            "device": facts.device_name,
            "precision": facts.precision,
            "data_folder": facts.data_folder,
            "data_fingerprint": self.fingerprint(number),
            "picked_at": self.picked_at(number),
            "config": config.model_dump(mode="json"),
        }


def numbered(folder: Path) -> set[int]:
    """Images after which something in a folder is named; what is still in the making has a dot in front."""
    return (
        {int(path.name) for path in folder.iterdir() if path.name.isdecimal()}
        if folder.is_dir()
        else set()
    )


def packed(values: np.ndarray) -> np.ndarray:
    """Values of a map as they are stored, in one or two bytes per number: see `Explained.maps`."""
    if values.dtype == np.uint8:
        return values
    if values.ndim == 3:
        return np.rint(values * UNIT_STEPS).astype(np.int8)
    half = values.astype(np.float16)
    half[(half == 0) & (values > 0)] = np.finfo(
        np.float16
    ).smallest_subnormal  # 0 would say that nothing was measured
    return half


def unpacked(stored: np.ndarray) -> np.ndarray:
    """The other way."""
    if stored.dtype == np.int8:
        return stored.astype(np.float32) / np.float32(UNIT_STEPS)
    return stored if stored.dtype == np.uint8 else stored.astype(np.float32)


def _table(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path) if path.exists() else pd.DataFrame()
