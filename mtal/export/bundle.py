"""Everything about one batch in one zip, with a manifest that says what is in it and where it comes from."""

from typing import Any

from mtal.export.manifest import packed
from mtal.export.record import SCHEMA_VERSION, images_of, record
from mtal.export.splits import split_files
from mtal.export.tables import csv_bytes, jsonl_bytes, parquet_bytes
from mtal.runs.store.run import Run


def bundle_files(run: Run, cycle: int) -> dict[str, bytes]:
    """Path -> content of all but the manifest."""
    table = record(run, cycle)
    files = {
        "selection.csv": csv_bytes(table),
        "selection.jsonl": jsonl_bytes(table),
        "selection.parquet": parquet_bytes(table),
        "selection_images.csv": csv_bytes(images_of(table)),
        "learning_curve.csv": csv_bytes(_curve(run, cycle)),
    }
    scores = run.pool(cycle)
    if not scores.empty:
        files["pool_scores.csv"] = csv_bytes(scores)
    return files | split_files(run, cycle)


def write_bundle(run: Run, cycle: int) -> bytes:
    """The zip of a cycle; the same run folder and decisions give the same bytes."""
    about = {"schema_version": SCHEMA_VERSION, "cycle": cycle}
    return packed(run, about, run.fingerprint(cycle), bundle_files(run, cycle))


def _curve(run: Run, cycle: int) -> Any:
    """The run's measured values up to this cycle, so that later cycles do not change the bundle."""
    rows = run.metrics()
    return rows[rows["cycle"] <= cycle]
