"""A set that somebody chose, with what a run knows about each of its images. The same run and set give the same bytes."""

import json
from typing import Any

import numpy as np
import pandas as pd

from mtal.export.exporter import ExportError
from mtal.export.manifest import packed
from mtal.export.record import SCHEMA_VERSION, of_image, task_scores
from mtal.export.splits import on_lines
from mtal.export.tables import csv_bytes
from mtal.runs.reviews.effective import decisions
from mtal.runs.reviews.review_database import People
from mtal.runs.store.run import Run

COLUMNS: dict[str, str] = {  # then s_task.<task> and s_percentile.<task> for each task of the run
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


def set_samples(run: Run, set_id: str) -> list[str]:
    """Sorted ids of a set's images; ExportError names the sets that there are."""
    people, data = People(run.store), run.data.folder.name
    try:
        return people.samples_of(set_id, data)
    except KeyError:
        sets = people.sets(data).head(8).to_dict("records")
        there = ", ".join(
            f"{one['id']} ({one['name'] or 'no name'}, {one['size']})" for one in sets
        )
        raise ExportError(
            f"{run.name} has no set {set_id!r}; there are: "
            f"{there or 'none yet, choose images in the Map and save them'}"
        ) from None


def set_table(run: Run, set_id: str) -> pd.DataFrame:
    """A row per image, by id. What is known is of the last cycle that looked at the pool; labelled_tasks of before that cycle,
    picked_cycle of any. An image that is not in the run's pool, such as a validation image, has its name only."""
    samples = set_samples(run, set_id)
    sets = People(run.store).sets(run.data.folder.name).set_index("id")
    common = {
        "schema_version": SCHEMA_VERSION,
        "set_id": set_id,
        "set_name": sets.loc[set_id, "name"] or None,
        "run_id": run.name,
    }
    last = max(
        (number for number in range(run.cycles_done()) if run.cycle(number).pool.exists()),
        default=None,
    )
    known = {} if last is None else _known(run, last, set(samples))
    rows = [
        common | {"sample_id": sample, "in_pool": sample in known} | known.get(sample, {})
        for sample in samples
    ]
    columns = COLUMNS | {
        f"{what}.{task.name}": "Float64"
        for task in run.tasks
        for what in ("s_task", "s_percentile")
    }
    return pd.DataFrame(rows).reindex(columns=list(columns)).astype(columns)


def write_set_csv(run: Run, set_id: str) -> bytes:
    """The table of a set as CSV."""
    return csv_bytes(set_table(run, set_id))


def write_set_list(run: Run, set_id: str) -> bytes:
    """One name per line; ExportError if a name does not fit on one."""
    return "".join(f"{name}\n" for name in on_lines(set_samples(run, set_id))).encode()


def write_set_zip(run: Run, set_id: str) -> bytes:
    """Table, list and a manifest."""
    sets = People(run.store).sets(run.data.folder.name).set_index("id")
    files = {"set.csv": write_set_csv(run, set_id), "set.txt": write_set_list(run, set_id)}
    about = json.loads(sets.loc[[set_id]].reset_index().to_json(orient="records"))[0]
    return packed(
        run, {"schema_version": SCHEMA_VERSION, "set": about}, run.facts.fingerprint, files
    )


def _known(run: Run, cycle: int, samples: set[str]) -> dict[str, dict[str, Any]]:
    """Id -> what the run knows about a pool image, of those asked for."""
    pool, facts, labelled = run.pool(cycle), run.facts, run.labelled(cycle, run.start())
    names = np.array([task.name for task in run.tasks])
    scores = {task: task_scores(pool, task, run.config.committee) for task in names}
    picked = _picks(run)
    found = {}
    for image in np.flatnonzero(pool["id"].isin(samples)).tolist():
        about = of_image(facts, pool, image) | picked.get(facts.pool[image], {})
        about |= {
            "labelled_tasks": " ".join(names[labelled[image]]),
            "scored_cycle": cycle,
            "rank": int(pool["rank"].iloc[image]) or None,
        }
        about |= {
            f"{what}.{task}": table[what].iloc[image]
            for task, table in scores.items()
            for what in ("s_task", "s_percentile")
            if what in table
        }
        found[facts.pool[image]] = about
    return found


def _picks(run: Run) -> dict[str, dict[str, Any]]:
    """Id -> where it was picked last, and what people said of it last."""
    found: dict[str, dict[str, Any]] = {}
    names = run.facts.pool
    for cycle in range(run.cycles_done()):
        for rank, image in enumerate(dict.fromkeys(run.picked(cycle)[:, 0].tolist()), start=1):
            found.setdefault(names[image], {}).update(picked_cycle=cycle, picked_rank=rank)
        for said in decisions(run, cycle).to_dict("records"):
            about = found.setdefault(said["sample"], {})
            about["note"] = said["note"] or None
            if said["decision"]:
                about |= {
                    "decision": said["decision"],
                    "decided_by": said["who"],
                    "decided_utc": said["when"],
                }
    return found
