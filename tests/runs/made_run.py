"""Run folders with the files that `mtal.runs.store.run` documents, made without an engine."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from mtal.config import Config
from mtal.runs.files import write_json
from mtal.runs.jobs.launch import create
from mtal.runs.paths import CyclePaths, StorePaths
from mtal.runs.store.run import LOSS, QUALITY_COLUMNS, Run

TASKS = ("semseg", "depth", "normals")
IMAGES, START, BATCH = 20, (3, 7), 3


def made_run(store: Path, photos: Path | None = None, config: Config | None = None) -> Run:
    """A finished run with three cycles over 20 images: two pick three whole images each."""
    config = config or Config(cycles=3, start_percent=10, step_percent=15)
    run = Run(create(config, StorePaths(store)).folder)
    rng = np.random.default_rng(4)
    write_json(run.paths.facts, facts(photos))
    labelled = np.zeros((IMAGES, len(TASKS)), bool)
    labelled[list(START)] = True
    for number in range(3):
        with run.new_cycle(number) as cycle:
            write_measures(cycle, labelled, rng)
            if number < 2:
                picked = rng.choice(np.flatnonzero(~labelled[:, 0]), BATCH, replace=False)
                write_pick(cycle, labelled, picked, rng)
                labelled[picked] = True
        run.report(number, "train", 10, 10)
    write_json(
        run.paths.result,
        {"outcome": "finished", "reason": "", "stage": "", "traceback": "", "seconds": 12.0},
    )
    return run


def made_course(
    store: Path, config: Config, losses: Sequence[float], outcome: str = "finished", **more: object
) -> Run:
    """A run with a cycle per multi-task loss that acquires BATCH random whole images in between.

    outcome: "" for none yet; more: facts that differ.
    """
    run = Run(create(config, StorePaths(store)).folder)
    rng = np.random.default_rng(config.seed + 100 * len(config.strategy))
    pool = max(IMAGES, len(START) + BATCH * config.cycles)
    ids = [f"{index:04d}" for index in range(pool)]
    write_json(run.paths.facts, facts(None) | {"pool": ids} | more)
    labelled = np.zeros((pool, len(TASKS)), bool)
    labelled[list(START)] = True
    for number, loss in enumerate(losses):
        with run.new_cycle(number) as cycle:
            images = int(labelled.any(axis=1).sum())
            write_json(
                cycle.metrics,
                {
                    "images": images,
                    "labels": int(labelled.sum()),
                    "percent": 100 * images / pool,
                    "loss": loss,
                    "metrics": {task: loss / (index + 2) for index, task in enumerate(TASKS)},
                    "task_losses": dict.fromkeys(TASKS, 2.0),
                    "seconds": {"train": 3.0, "evaluate": 1.0, "pick": 0.5},
                },
            )
            if number < len(losses) - 1:
                picked = rng.choice(np.flatnonzero(~labelled[:, 0]), BATCH, replace=False)
                np.save(
                    cycle.pick,
                    np.array([(image, task) for image in picked for task in range(len(TASKS))]),
                )
                labelled[picked] = True
    if outcome:
        write_json(
            run.paths.result,
            {"outcome": outcome, "reason": "", "stage": "", "traceback": "", "seconds": 12.0},
        )
    return run


def facts(photos: Path | None) -> dict:
    """facts.json; `photos` is a folder that holds images/<id>.jpg for some of the pool."""
    ids = [f"{index:04d}" for index in range(IMAGES)]
    return {
        "dataset_title": "Made",
        "dataset_note": "",
        "data_folder": str(photos or ""),
        "labels_per_image": 3.0,
        "fingerprint": "0123456789abcdef",
        "pool": ids,
        "pool_files": [f"images/{name}.jpg" if photos else "" for name in ids],
        "validation": ["v0", "v1"],
        "tasks": [
            {
                "name": name,
                "title": name.title(),
                "metric": "m",
                "axis": "m ↓",
                "unit": "",
                "better": "lower",
                "weight": 1.0,
                "distance": "gap",
                "distance_unit": "",
                "note": "",
                "value_unit": "",
                "legend": [["wall", "#ff0000"]],
            }
            for name in TASKS
        ],
        "plan": [{"train": 10, "evaluate": 2}] * 3,
        "versions": {"python": "3.11"},
        "device": "cpu",
        "device_name": "CPU",
        "precision": "float32",
        "parameters": 1000,
        "strategy_title": "Ours",
        "start": list(START),
    }


def write_measures(cycle: CyclePaths, labelled: np.ndarray, rng: np.random.Generator) -> None:
    """metrics.json, validation.parquet and the weights file of a cycle."""
    images = int(labelled.any(axis=1).sum())
    write_json(
        cycle.metrics,
        {
            "images": images,
            "labels": int(labelled.sum()),
            "percent": 100 * images / IMAGES,
            "loss": 6.0 - images / 10,
            "loss_with_initial": 12.0,
            "metrics": dict.fromkeys(TASKS, 0.5),
            "task_losses": dict.fromkeys(TASKS, 2.0),
            "seconds": {"train": 3.0},
        },
    )
    columns = {"id": ["v0", "v1"], "loss": rng.random(2)} | {
        f"loss.{task}": rng.random(2) for task in TASKS
    }
    pd.DataFrame(columns | {f"value.{task}": rng.random(2) for task in TASKS}).to_parquet(
        cycle.validation
    )
    cycle.network.write_bytes(rng.bytes(64))


def write_pick(
    cycle: CyclePaths, labelled: np.ndarray, picked: np.ndarray, rng: np.random.Generator
) -> None:
    """pick.npy, pool.parquet and embedding.npy; ranked with the picked images first."""
    np.save(cycle.pick, np.array([(image, task) for image in picked for task in range(len(TASKS))]))
    rest = [index for index in range(IMAGES) if not labelled[index, 0] and index not in picked]
    rank = np.zeros(IMAGES, int)
    rank[[*picked, *rest]] = np.arange(1, len(picked) + len(rest) + 1)
    table = pd.DataFrame(
        {
            "id": [f"{index:04d}" for index in range(IMAGES)],
            "labelled": labelled.any(axis=1),
            "picked": np.isin(np.arange(IMAGES), picked),
            "rank": rank,
        }
    )
    for task in TASKS:
        for partner in TASKS:
            if partner != task:
                table[f"m.{task}.{partner}"] = rng.random(IMAGES).astype(np.float32)
        table[f"s.{task}"] = table.filter(regex=rf"^m\.{task}\.").max(axis=1)
        table[f"n.{task}"] = table[f"s.{task}"]
    for column in ("inconsistency", "diversity_start", "diversity", "score"):
        table[column] = rng.random(IMAGES).astype(np.float32)
    table["cutoff"] = np.float32(0.25)
    table.to_parquet(cycle.pool)
    np.save(cycle.embedding, rng.normal(size=(IMAGES, 8)).astype(np.float32))


def write_quality(run: Run, number: int, rho: float = 0.5) -> None:
    """quality.parquet of a cycle: the distance, and a signal that is constant for the last task."""
    about = [(task, "") for task in TASKS] + [(LOSS, "mean"), (LOSS, "max")]
    rows = [
        ("entropy", "entropy", task, joined, rho, rho - 0.1, rho + 0.1, 12)
        for task, joined in about
    ]
    rows[len(TASKS) - 1] = ("entropy", "entropy", TASKS[-1], "", *[float("nan")] * 3, 10)
    rows.append(("embedding", "diversity", LOSS, "", -0.25, -0.7, 0.35, 12))
    pd.DataFrame(rows, columns=list(QUALITY_COLUMNS)).to_parquet(run.cycle(number).quality)


def write_worth(run: Run, number: int, images: Sequence[int] = range(10)) -> None:
    """worth.parquet of a cycle: the scores that images had in the cycle before, and some losses."""
    pool, rng = run.pool(number - 1), np.random.default_rng(number)
    scores = pool.loc[list(images), ["id", *[f"s.{task}" for task in TASKS]]]
    losses = {f"loss.{task}": rng.random(len(images)) for task in TASKS}
    scores.assign(**losses).to_parquet(run.cycle(number).worth)
