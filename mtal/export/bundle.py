"""Everything about one batch in one zip, with a manifest of its contents and their origin."""

import pandas as pd

from mtal.analysis.csv_text import csv_bytes
from mtal.export.manifest import packed
from mtal.export.record import SCHEMA_VERSION, images_of, record
from mtal.export.splits import split_files
from mtal.export.tables import jsonl_bytes, parquet_bytes
from mtal.runs.store.run import Run


def bundle_files(run: Run, cycle: int) -> dict[str, bytes]:
    """Write all files but the manifest: path -> content."""
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
    """Write the zip of a cycle; the same run folder and decisions give the same bytes."""
    about = {"schema_version": SCHEMA_VERSION, "cycle": cycle}
    return packed(run, about, run.fingerprint(cycle), bundle_files(run, cycle))


def _curve(run: Run, cycle: int) -> pd.DataFrame:
    """The run's measured values up to this cycle, so that later cycles do not change the bundle."""
    rows = run.metrics()
    return rows[rows["cycle"] <= cycle]
