"""A set that somebody chose, with what a run knows about each of its images.

The same run and set give the same bytes.
"""

import json
from typing import Any

import numpy as np
import pandas as pd

from mtal.analysis.csv_text import csv_bytes
from mtal.export.exporter import ExportError
from mtal.export.manifest import packed
from mtal.export.record import SCHEMA_VERSION, of_image, task_scores
from mtal.export.splits import on_lines
from mtal.runs.reviews.effective import effective_decisions
from mtal.runs.reviews.review_database import ReviewDatabase
from mtal.runs.store.run import Run

# Then s_task.<task> and s_percentile.<task> for each task of the run.
COLUMNS: dict[str, str] = {
    "schema_version": "Int64",
    "set_id": "string",
    "set_name": "string",
    "run_id": "string",
    "sample_id": "string",
    "in_pool": "boolean",
    "image_relpath": "string",
    "image_sha256": "string",
    "width": "Int64",
    "height": "Int64",
    "labelled_tasks": "string",
    "picked_cycle": "Int64",
    "picked_rank": "Int64",
    "decision": "string",
    "note": "string",
    "decided_by": "string",
    "decided_utc": "string",
    "scored_cycle": "Int64",
    "rank": "Int64",
    "score": "Float64",
    "diversity": "Float64",
    "diversity_at_start": "Float64",
    "cutoff": "Float64",
}
TASK_SCORES = ("s_task", "s_percentile")
LISTED = 8  # sets that an error names at most


def set_samples(run: Run, set_id: str) -> list[str]:
    """Read the sorted ids of a set's images; ExportError that names the sets if it is not one."""
    reviews, data = ReviewDatabase(run.store), run.data.folder.name
    try:
        return reviews.samples_of(set_id, data)
    except KeyError:
        sets = reviews.sets(data).head(LISTED).to_dict("records")
        names = [f"{row['id']} ({row['name'] or 'no name'}, {row['size']})" for row in sets]
        available = ", ".join(names) or "none yet, choose images in the Map and save them"
        raise ExportError(f"{run.name} has no set {set_id!r}; there are: {available}") from None


def set_table(run: Run, set_id: str) -> pd.DataFrame:
    """Describe the images of a set: COLUMNS and scores of the tasks, a row per image, by id.

    Scores are those of the last cycle that scored the pool, labelled_tasks are as before that
    cycle, and picked_cycle is of any. An image outside the run's pool, such as a validation image,
    has its name only.

    ExportError if there is no such set.
    """
    samples = set_samples(run, set_id)
    sets = ReviewDatabase(run.store).sets(run.data.folder.name).set_index("id")
    common = {
        "schema_version": SCHEMA_VERSION,
        "set_id": set_id,
        "set_name": sets.loc[set_id, "name"] or None,
        "run_id": run.name,
    }
    scored = [number for number in range(run.cycles_done()) if run.cycle(number).pool.exists()]
    in_pool = _pool_images(run, scored[-1], set(samples)) if scored else {}
    rows = [
        common | {"sample_id": sample, "in_pool": sample in in_pool} | in_pool.get(sample, {})
        for sample in samples
    ]
    score_columns = {
        f"{score}.{task.name}": "Float64" for task in run.tasks for score in TASK_SCORES
    }
    columns = COLUMNS | score_columns
    return pd.DataFrame(rows).reindex(columns=list(columns)).astype(columns)


def write_set_csv(run: Run, set_id: str) -> bytes:
    """Write the table of a set as CSV; ExportError if there is no such set."""
    return csv_bytes(set_table(run, set_id))


def write_set_list(run: Run, set_id: str) -> bytes:
    """Write one name per line; ExportError without the set, or for a name of several lines."""
    return "".join(f"{name}\n" for name in on_lines(set_samples(run, set_id))).encode()


def write_set_zip(run: Run, set_id: str) -> bytes:
    """Write table, list and a manifest; ExportError as of `write_set_list`."""
    sets = ReviewDatabase(run.store).sets(run.data.folder.name).set_index("id")
    files = {"set.csv": write_set_csv(run, set_id), "set.txt": write_set_list(run, set_id)}
    about = json.loads(sets.loc[[set_id]].reset_index().to_json(orient="records"))[0]
    about_archive = {"schema_version": SCHEMA_VERSION, "set": about}
    return packed(run, about_archive, run.facts.fingerprint, files)


def _pool_images(run: Run, cycle: int, samples: set[str]) -> dict[str, dict[str, Any]]:
    """Id -> what the run knows about a pool image, for these ids."""
    pool, facts, labelled = run.pool(cycle), run.facts, run.labelled(cycle, run.start_labels())
    names = np.array([task.name for task in run.tasks])
    scores = {task: task_scores(pool, task, run.config.committee) for task in names}
    picked = _picks(run)
    images = {}
    for image in np.flatnonzero(pool["id"].isin(samples)).tolist():
        about = of_image(facts, pool, image) | picked.get(facts.pool[image], {})
        about |= {
            "labelled_tasks": " ".join(names[labelled[image]]),
            "scored_cycle": cycle,
            "rank": int(pool["rank"].iloc[image]) or None,
        }
        about |= {
            f"{score}.{task}": table[score].iloc[image]
            for task, table in scores.items()
            for score in TASK_SCORES
            if score in table
        }
        images[facts.pool[image]] = about
    return images


def _picks(run: Run) -> dict[str, dict[str, Any]]:
    """Id -> where the image was picked last, and the last decision and note on it."""
    picks: dict[str, dict[str, Any]] = {}
    names = run.facts.pool
    for cycle in range(run.cycles_done()):
        for rank, image in enumerate(dict.fromkeys(run.picked(cycle)[:, 0].tolist()), start=1):
            picks.setdefault(names[image], {}).update(picked_cycle=cycle, picked_rank=rank)
        for row in effective_decisions(run, cycle).to_dict("records"):
            about = picks.setdefault(row["sample"], {})
            about["note"] = row["note"] or None
            if row["decision"]:
                about |= {
                    "decision": row["decision"],
                    "decided_by": row["who"],
                    "decided_utc": row["when"],
                }
    return picks
