"""The images of a run's start, for those who label them before the first cycle.

A run has one start, so what other formats choose a cycle or a set by is None.
"""

import pandas as pd

from mtal.analysis.csv_text import csv_bytes
from mtal.export.exporter import ExportError
from mtal.export.record import COLUMNS, SCHEMA_VERSION, of_image
from mtal.export.splits import on_lines
from mtal.runs.store.run import Run


def start_table(run: Run) -> pd.DataFrame:
    """Make a row per image of the start and task, in the columns of the selection record.

    `requested` says which labels the start has or waits for. There is no cycle, rank or score.
    ExportError before the start is chosen.
    """
    facts, config, labels = run.facts, run.config, run.start_labels()
    common = {
        "schema_version": SCHEMA_VERSION,
        "experiment_id": config.group,
        "run_id": run.name,
        "seed": config.seed,
        "dataset_id": config.dataset,
        "strategy": config.strategy,
        "decision": "auto",
    }
    rows = []
    for image in _images(run):
        about = common | of_image(facts, pd.DataFrame(), image)
        for column, task in enumerate(run.tasks):
            rows.append(about | {"task": task.name, "requested": bool(labels[image, column])})
    return pd.DataFrame(rows).reindex(columns=list(COLUMNS)).astype(COLUMNS)


def write_start_csv(run: Run, which: None = None) -> bytes:
    """Write the table as CSV; ExportError before the start is chosen."""
    return csv_bytes(start_table(run))


def write_start_list(run: Run, which: None = None) -> bytes:
    """Write one name per line; ExportError before the start is chosen, or for an unfit name."""
    names = on_lines([run.facts.pool[image] for image in _images(run)])
    return "".join(f"{name}\n" for name in names).encode()


def _images(run: Run) -> tuple[int, ...]:
    if not run.facts.start:
        raise ExportError(f"{run.name} has not chosen its start yet; it does when it has begun")
    return run.facts.start
