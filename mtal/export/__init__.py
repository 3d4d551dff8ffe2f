"""The export formats. To add one: write a file with a function `(run, cycle) -> bytes` and list it here."""
from mtal.export.bundle import write_bundle
from mtal.export.exporter import Exporter
from mtal.export.splits import write_splits
from mtal.export.tables import write_csv, write_images_csv, write_jsonl, write_parquet

EXPORTERS: dict[str, Exporter] = {exporter.name: exporter for exporter in (
    Exporter("zip", "Everything about this batch", "batch.zip", "application/zip",
             "All tables, the split lists and a manifest with checksums, settings and versions.", write_bundle),
    Exporter("csv", "Selection as CSV", "selection.csv", "text/csv",
             "A row per image and task with the numbers that led there, for spreadsheets and scripts.", write_csv),
    Exporter("images", "Images as CSV", "images.csv", "text/csv", "A row per picked image, for people.", write_images_csv),
    Exporter("jsonl", "Selection as JSON Lines", "selection.jsonl", "application/x-ndjson",
             "The same rows, an object per line.", write_jsonl),
    Exporter("parquet", "Selection as Parquet", "selection.parquet", "application/vnd.apache.parquet",
             "The same rows with exact types, for pandas, Polars and DuckDB.", write_parquet),
    Exporter("split", "Split lists", "splits.zip", "application/zip",
             "gt_sets/*.txt as loaders of NYUD_MT read them: the batch, all that is labelled, what remains; and per task.",
             write_splits),
)}
