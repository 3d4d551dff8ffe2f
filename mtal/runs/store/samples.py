"""Samples: what a run stores about single pool images.

Pictures and the values behind them, the ranks of other strategies, what became of a pick, and
where its numbers come from. These tables and maps were added over time: where a run of an earlier
version lacks one, its reader returns an empty value.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mtal.runs.damage import read_object, read_table, reading
from mtal.runs.files import numbers_in, sha256_of
from mtal.runs.jobs.progress_reader import read_progress
from mtal.runs.store.packed_maps import unpack_map
from mtal.runs.store.run_record import RunRecord

# Kinds of pictures of a task, in the order in which they are read.
PICTURE_KINDS = ("initial", "from", "final", "truth", "gap", "gapself")


class Samples(RunRecord):
    """The part of a run that explains its picks; see `mtal.runs.store.run.Run`."""

    # ---- tables --------------------------------------------------------------------------------

    def content(self, number: int) -> pd.DataFrame:
        """A row per pool image, index = position; a column `<task>/<class title>` per class.

        Values are the shares 0..1 of the pixels that the initial head assigns to the class at its
        finest scale. Empty if the cycle did not score the pool, or no task has classes.
        """
        return _table(self.cycle(number).content)

    def others(self, number: int) -> pd.DataFrame:
        """A row per pool image, index = position; a column per other strategy that was replayed.

        Values are the ranks that the strategy would have given from the same pool and network:
        1 = first pick; the images it would not pick follow by its score; 0 = not ranked.
        """
        return _table(self.cycle(number).others)

    def others_picked(self, number: int) -> dict[str, list[int]]:
        """Per other strategy the images that it would have picked with this budget, in order."""
        path = self.cycle(number).others_picked
        return self._others(path)["picked"] if path.exists() else {}

    def others_left_out(self, number: int) -> dict[str, str]:
        """Why a strategy was not replayed, for those whose signals were measured."""
        path = self.cycle(number).others_picked
        return self._others(path)["left_out"] if path.exists() else {}

    def _others(self, path: Path) -> dict[str, dict[str, Any]]:
        """The replays of a cycle. DamagedFile if one of its two parts is no object."""
        replays = read_object(path)
        with reading(path):
            return {name: dict(replays[name]) for name in ("picked", "left_out")}

    def loss_history(self, number: int, image: int) -> pd.DataFrame:
        """A row per complete cycle since an image was picked, with its losses and weights.

        number: the cycle that picked the image.

        Columns: cycle; learned (bool: the network of this cycle was trained on the pick);
        loss.<task>, the true loss of the final head, NaN without a label; s.<task>, the
        inconsistency, NaN where it was not measured; weight.<task>, the label's weight in this
        cycle's training, 0 without a label. Cycles that did not store the image have no row.
        """
        tables = []
        for later in range(number, self.cycles_done()):
            table = _table(self.cycle(later).afterwards)
            if image in table.index:
                tables.append(table.loc[[image]].assign(cycle=later))
        if not tables:
            return pd.DataFrame({"cycle": pd.Series(dtype=int), "learned": pd.Series(dtype=bool)})
        rows = pd.concat(tables, ignore_index=True)
        rows.insert(0, "cycle", rows.pop("cycle"))
        rows.insert(1, "learned", rows["cycle"] > number)
        return rows

    # ---- pictures and maps ---------------------------------------------------------------------

    def evidence(self, number: int) -> dict[str, Any]:
        """What a cycle drew; empty if it drew nothing.

        Keys: images (positions), pictures (names as in `picture`), scales (per task the top of the
        pool-wide colour scale: the 99th percentile over the drawn images).
        """
        path = self.cycle(number).evidence
        return read_object(path) if path.exists() else {}

    def drawn(self, number: int) -> set[int]:
        """Positions of the images with pictures, drawn by the cycle or on request."""
        by_cycle = set(self.evidence(number).get("images", ()))
        return by_cycle | numbers_in(self.paths.render_requests(number).samples.folder)

    def picture(self, number: int, image: int, name: str) -> Path:
        """The PNG of a picture of an image.

        Names: image; <task>.initial; <task>.final; <task>.from.<partner>; <task>.truth (in a
        simulation, where the label exists); <task>.gap.<partner> (disagreement on the pool-wide
        scale); <task>.gapself.<partner> (on the image's own scale).
        """
        return self._sample_file(number, self.cycle(number).samples.picture(image, name))

    def pictures(self, number: int, image: int) -> list[str]:
        """Names of an image's pictures, task by task in reading order; [] if it was not drawn."""
        folder = self.picture(number, image, "image").parent
        names = [path.stem for path in folder.glob("*.png")]
        return sorted(names, key=self._reading_order)

    def maps(self, number: int, image: int) -> dict[str, np.ndarray]:
        """The values behind an image's pictures, at the head's own resolution; {} if not drawn.

        <task>.gap.<partner>: (h, w) float32 in the unit of the task's distance. <task>.initial,
        .final, .from.<partner> and .truth: (h, w) uint8 class numbers, or (h, w) float32 metres or
        probabilities (to 1/2048 of their size), or (h, w, 3) unit vectors (to 1/127). Ignored
        pixels of the truth have the task's own value for that: 255 or 0.
        """
        path = self._sample_file(number, self.cycle(number).samples.maps(image))
        if not path.exists():
            return {}
        with reading(path), np.load(path, allow_pickle=False) as stored:
            return {name: unpack_map(stored[name]) for name in stored.files}

    def _sample_file(self, number: int, of_cycle: Path) -> Path:
        """A file that the cycle drew, or the file of the same name that was drawn on request."""
        folder = self.paths.render_requests(number).samples.folder
        on_request = folder / of_cycle.parent.name / of_cycle.name
        return on_request if not of_cycle.exists() and on_request.exists() else of_cycle

    def _reading_order(self, name: str) -> tuple[int, int, int]:
        """Sort key of a picture `<task>.<kind>.<partner>`; the image itself comes first."""
        task, *rest = name.split(".")
        if not rest:
            return -1, 0, 0
        kind, *partners = rest
        tasks = self.config.tasks
        partner = tasks.index(partners[0]) if partners and partners[0] in tasks else len(tasks)
        return tasks.index(task), PICTURE_KINDS.index(kind), partner

    # ---- provenance ----------------------------------------------------------------------------

    def picked_at(self, number: int) -> str | None:
        """When the worker reported the pick, in UTC; None if it did not.

        From the report, because the times of files change when a folder is copied.
        """
        time = read_progress(self.paths).picked.get(number)
        if time is None:
            return None
        return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def provenance(self, number: int, image: int) -> dict[str, Any]:
        """Where the numbers about an image come from, as JSON values.

        Keys: run, cycle, sample (id), position, seed, strategy, strategy_sha256 (None if built
        in), model_sha256, pool_table_sha256 (None in the last cycle), code_version, versions,
        device, precision, data_folder, data_fingerprint, picked_at (UTC), config (all settings).
        """
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


def _table(path: Path) -> pd.DataFrame:
    return read_table(path) if path.exists() else pd.DataFrame()
