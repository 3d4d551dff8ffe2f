"""Everything about one batch in one zip, with a manifest that says what is in it and where it comes from."""
import json
from hashlib import sha256
from typing import Any

from mtal.export.record import SCHEMA_VERSION, images_of, record
from mtal.export.splits import split_files
from mtal.export.tables import csv_bytes, jsonl_bytes, parquet_bytes
from mtal.export.zipped import zip_bytes
from mtal.runs.run import Run

MANIFEST = "MANIFEST.json"
LICENCE_NOTE = "Names and numbers only. Images and labels are not included and stay under the licence of their data set."


def bundle_files(run: Run, cycle: int) -> dict[str, bytes]:
    """Path -> content of all but the manifest."""
    table = record(run, cycle)
    files = {"selection.csv": csv_bytes(table), "selection.jsonl": jsonl_bytes(table), "selection.parquet": parquet_bytes(table),
             "selection_images.csv": csv_bytes(images_of(table)), "learning_curve.csv": csv_bytes(_curve(run, cycle))}
    scores = run.pool(cycle)
    if not scores.empty:
        files["pool_scores.csv"] = csv_bytes(scores)
    return files | split_files(run, cycle)


def manifest(run: Run, cycle: int, files: dict[str, bytes]) -> dict[str, Any]:
    """What the bundle is, with the checksum of every other file in it."""
    facts = run.facts
    return {"schema_version": SCHEMA_VERSION, "run": run.name, "cycle": cycle, "licence_note": LICENCE_NOTE,
            "data": {"title": facts.get("dataset_title"), "note": facts.get("dataset_note"),
                     "fingerprint": run.fingerprint(cycle)},
            "config": run.config.model_dump(mode="json"), "versions": facts.get("versions"),
            "files": {name: {"sha256": sha256(content).hexdigest(), "bytes": len(content)}
                      for name, content in sorted(files.items())}}


def write_bundle(run: Run, cycle: int) -> bytes:
    """The zip of a cycle; the same run folder gives the same bytes."""
    files = bundle_files(run, cycle)
    text = json.dumps(manifest(run, cycle, files), indent=1, sort_keys=True, ensure_ascii=False)
    return zip_bytes(files | {MANIFEST: f"{text}\n".encode()})


def _curve(run: Run, cycle: int) -> Any:
    """The run's measured values up to this cycle, so that later cycles do not change the bundle."""
    rows = run.metrics()
    return rows[rows["cycle"] <= cycle]
