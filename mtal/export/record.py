"""The selection record, the source of every export: a row per (image, task) of a batch.

It holds all of a batch with the numbers behind the pick, also what people rejected (not requested)
and what replaced it. What is to be labelled has `requested` true. What a strategy does not compute
is null. The columns never change their meaning without a new SCHEMA_VERSION (2: decisions count;
decided_by, decided_utc).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from mtal.export.exporter import ExportError
from mtal.pool_columns import OPEN
from mtal.runs.files import sha256_of
from mtal.runs.reviews.effective import effective_batch
from mtal.runs.reviews.review_database import ACCEPTED, REJECTED
from mtal.runs.reviews.reviewed_batch import ReviewedBatch
from mtal.runs.store.nearest import closest_images
from mtal.runs.store.pool_table import deciding_members, members, task_score_column
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import RunFacts

SCHEMA_VERSION = 2
COLUMNS: dict[str, str] = {  # name -> pandas type that keeps nulls apart from values
    "schema_version": "Int64",
    "experiment_id": "string",
    "run_id": "string",
    "seed": "Int64",
    "dataset_id": "string",
    "dataset_fingerprint": "string",
    "cycle": "Int64",
    "rank": "Int64",
    "sample_id": "string",
    "image_relpath": "string",
    "image_sha256": "string",
    "width": "Int64",
    "height": "Int64",
    "task": "string",
    "requested": "boolean",
    "strategy": "string",
    "score": "Float64",
    "s_task": "Float64",
    "s_percentile": "Float64",
    "partner_task": "string",
    "diversity": "Float64",
    "diversity_at_start": "Float64",
    "nearest_labelled_id": "string",
    "nearest_distance": "Float64",
    "cutoff": "Float64",
    "decision": "string",
    "note": "string",
    "model_sha256": "string",
    "created_utc": "string",
    "decided_by": "string",
    "decided_utc": "string",
}
PER_TASK = ("task", "requested", "s_task", "s_percentile", "partner_task")


def batch_of(run: Run, cycle: int) -> ReviewedBatch:
    """Read what a complete cycle picked and people decided; ExportError if it picked nothing."""
    done = run.cycles_done()
    if not 0 <= cycle < done:
        complete = f"there are 0 to {done - 1}" if done else "none is complete yet"
        raise ExportError(f"{run.name} has no complete cycle {cycle}; {complete}")
    if not len(run.picked(cycle)):
        raise ExportError(
            f"cycle {cycle} of {run.name} picked nothing: the last cycle only measures"
        )
    return effective_batch(run, cycle, run.pool(cycle))


def batch_images(pairs: np.ndarray) -> list[int]:
    """List the distinct images of (K, 2) pairs, in the order in which they were first picked."""
    return list(dict.fromkeys(pairs[:, 0].tolist()))


def record(run: Run, cycle: int) -> pd.DataFrame:
    """Make a row per image of the batch and task of the run; columns and types as in COLUMNS.

    Images are in pick order, then those that replaced rejected ones. ExportError if the cycle
    picked nothing.
    """
    batch, facts, pool = batch_of(run, cycle), run.facts, run.pool(cycle)
    tasks = [task.name for task in run.tasks]
    images, requested = batch.rows.index.tolist(), set(map(tuple, batch.pairs.tolist()))
    of_run = _of_run(run, cycle)
    near = nearest_labelled(run, cycle, images, pool)
    scores = {task: task_scores(pool, task, run.config.committee) for task in tasks}
    rows = []
    for image in images:
        decision = _decision(batch.rows.loc[image])
        about = of_run | of_image(facts, pool, image) | near[image] | decision
        for column, task in enumerate(tasks):
            of_task = {"task": task, "requested": (image, column) in requested}
            rows.append(about | of_task | _of_task(scores[task], image))
    return pd.DataFrame(rows).reindex(columns=list(COLUMNS)).astype(COLUMNS)


def images_of(table: pd.DataFrame) -> pd.DataFrame:
    """Make a row per image of a record, for people.

    The requested tasks are joined by spaces; columns of single tasks are left out.
    """
    first = table.drop_duplicates("sample_id").drop(columns=list(PER_TASK)).reset_index(drop=True)
    requested = table[table["requested"]].groupby("sample_id", sort=False)["task"].agg(" ".join)
    tasks = first["sample_id"].map(requested).astype("string")
    first.insert(list(first.columns).index("strategy"), "requested_tasks", tasks)
    return first


def _decision(row: pd.Series) -> dict[str, Any]:
    """The rank, and what people decided; null where they did not."""
    by_people = row["decision"] in {ACCEPTED, REJECTED}
    return {
        "rank": int(row["rank"]) or None,
        "decision": row["decision"],
        "note": row["note"] or None,
        "decided_by": row["who"] if by_people else None,
        "decided_utc": row["when"] if by_people else None,
    }


def nearest_labelled(
    run: Run, cycle: int, images: Sequence[int], pool: pd.DataFrame
) -> dict[int, dict[str, Any]]:
    """Find the nearest image that was labelled before the cycle: image -> columns.

    The columns are its id and its Euclidean distance in the embedding; none without an embedding.
    """
    points = run.embedding(cycle)
    if points is None or pool.empty or not pool["labelled"].any():
        return {image: {} for image in images}
    nearest = {}
    for image in images:
        [(other, distance)] = closest_images(points, image, pool["labelled"].to_numpy(), count=1)
        name = pool["id"].iloc[other]
        nearest[image] = {"nearest_labelled_id": name, "nearest_distance": distance}
    return nearest


def _of_run(run: Run, cycle: int) -> dict[str, Any]:
    files, config = run.cycle(cycle), run.config
    return {
        "schema_version": SCHEMA_VERSION,
        "experiment_id": config.group,
        "run_id": run.name,
        "seed": config.seed,
        "dataset_id": config.dataset,
        "dataset_fingerprint": run.fingerprint(cycle),
        "cycle": cycle,
        "strategy": config.strategy,
        "model_sha256": sha256_of(files.network),
        "created_utc": run.picked_at(cycle),
    }


def of_image(facts: RunFacts, pool: pd.DataFrame, image: int) -> dict[str, Any]:
    """Collect name, file and scores of a pool image."""
    files = facts.pool_files
    file = Path(facts.data_folder, files[image]) if image < len(files) and files[image] else None
    values: dict[str, Any] = {
        "sample_id": facts.pool[image],
        "image_relpath": files[image] if file else None,
        "image_sha256": sha256_of(file) if file else None,
    }
    if file and file.is_file():
        with Image.open(file) as picture:  # reads the header only
            values["width"], values["height"] = picture.size
    columns = {
        "score": "score",
        "diversity": "diversity",
        "diversity_start": "diversity_at_start",
        "cutoff": "cutoff",
    }
    scores = {name: pool[column].iloc[image] for column, name in columns.items() if column in pool}
    return values | scores


def task_scores(pool: pd.DataFrame, task: str, committee: str) -> pd.DataFrame:
    """Give a row per pool image, with the columns that are known.

    Columns: s_task, s_percentile (0 to 100, share of the candidates at or below) and partner_task.
    """
    table = pd.DataFrame(index=pool.index)
    if (column := task_score_column(task)) in pool:
        score = pool[column].to_numpy()
        candidates = np.sort(score[pool[OPEN].to_numpy() & np.isfinite(score)])
        share = 100 * np.searchsorted(candidates, score, side="right") / max(1, len(candidates))
        table["s_task"] = score
        table["s_percentile"] = np.where(np.isfinite(score), share, np.nan)
    if members(pool, task) and committee != "mean":  # a mean has no single member that decided
        partners = deciding_members(pool, task, committee)
        table["partner_task"] = [partner or None for partner in partners]
    return table


def _of_task(scores: pd.DataFrame, image: int) -> dict[str, Any]:
    return {str(name): value for name, value in scores.iloc[image].items()} if len(scores) else {}
