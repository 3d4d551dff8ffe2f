"""The export formats.

To add one: write a file with a function `(run, cycle) -> bytes`, or `(run, set id) -> bytes`, and
list it here. A start belongs to the run alone.
"""

from mtal.export.bundle import write_bundle
from mtal.export.exporter import Exporter
from mtal.export.sets import write_set_csv, write_set_list, write_set_zip
from mtal.export.splits import write_splits
from mtal.export.start import write_start_csv, write_start_list
from mtal.export.tables import write_csv, write_images_csv, write_jsonl, write_parquet

EXPORTERS: dict[str, Exporter[int]] = {
    exporter.name: exporter
    for exporter in (
        Exporter(
            "zip",
            "Everything about this batch",
            "batch.zip",
            "application/zip",
            "All tables, the split lists and a manifest with checksums, settings and versions.",
            write_bundle,
        ),
        Exporter(
            "csv",
            "Selection as CSV",
            "selection.csv",
            "text/csv",
            "A row per image and task with the numbers behind the pick; the column requested "
            "says which labels to make.",
            write_csv,
        ),
        Exporter(
            "images",
            "Images as CSV",
            "images.csv",
            "text/csv",
            "A row per image of the batch, for people.",
            write_images_csv,
        ),
        Exporter(
            "jsonl",
            "Selection as JSON Lines",
            "selection.jsonl",
            "application/x-ndjson",
            "The same rows, an object per line.",
            write_jsonl,
        ),
        Exporter(
            "parquet",
            "Selection as Parquet",
            "selection.parquet",
            "application/vnd.apache.parquet",
            "The same rows with exact types, for pandas, Polars and DuckDB.",
            write_parquet,
        ),
        Exporter(
            "split",
            "Split lists",
            "splits.zip",
            "application/zip",
            "gt_sets/*.txt as loaders of NYUD_MT read them: what is to be labelled, all that is "
            "labelled then, and what remains; in all and per task.",
            write_splits,
        ),
    )
}
START_EXPORTERS: dict[str, Exporter[None]] = {
    exporter.name: exporter
    for exporter in (
        Exporter(
            "csv",
            "Start as CSV",
            "start.csv",
            "text/csv",
            "A row per image and task, in the columns of a selection; the column requested "
            "says which labels to make.",
            write_start_csv,
        ),
        Exporter(
            "list",
            "Names only",
            "start.txt",
            "text/plain",
            "One image name per line, for loaders and scripts.",
            write_start_list,
        ),
    )
}
SET_EXPORTERS: dict[str, Exporter[str]] = {
    exporter.name: exporter
    for exporter in (
        Exporter(
            "zip",
            "Everything about this set",
            "set.zip",
            "application/zip",
            "The table, the list and a manifest with checksums, settings and versions.",
            write_set_zip,
        ),
        Exporter(
            "csv",
            "Set as CSV",
            "set.csv",
            "text/csv",
            "A row per image with what the run knows about it.",
            write_set_csv,
        ),
        Exporter(
            "list",
            "Names only",
            "set.txt",
            "text/plain",
            "One image name per line, for loaders and scripts.",
            write_set_list,
        ),
    )
}
