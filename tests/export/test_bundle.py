"""The bundle holds what its manifest says, and is the same bytes whenever it is made."""

import hashlib
import io
import json
import os
import shutil
import time
import zipfile

import pandas as pd
import pytest

from mtal.export.manifest import MANIFEST
from mtal.export.registry import EXPORTERS
from mtal.runs.store.run import Run


def opened(run, cycle=0):
    return zipfile.ZipFile(io.BytesIO(EXPORTERS["zip"].write(run, cycle)))


def test_the_manifest_names_every_other_file_with_its_checksum(run):
    archive = opened(run)
    about = json.loads(archive.read(MANIFEST))
    assert set(about["files"]) == set(archive.namelist()) - {MANIFEST}
    for name, file in about["files"].items():
        content = archive.read(name)
        assert (file["sha256"], file["bytes"]) == (
            hashlib.sha256(content).hexdigest(),
            len(content),
        )
    assert about["config"] == run.config.model_dump(mode="json")
    assert about["versions"] == {"python": "3.11"}


def test_tables_and_lists_are_those_of_the_single_formats(run):
    archive = opened(run)
    for member, name in [
        ("selection.csv", "csv"),
        ("selection.jsonl", "jsonl"),
        ("selection.parquet", "parquet"),
        ("selection_images.csv", "images"),
    ]:
        assert archive.read(member) == EXPORTERS[name].write(run, 0)
    alone = zipfile.ZipFile(io.BytesIO(EXPORTERS["split"].write(run, 0)))
    assert all(archive.read(name) == alone.read(name) for name in alone.namelist())
    scores = pd.read_csv(io.BytesIO(archive.read("pool_scores.csv")), dtype={"id": str})
    assert scores["id"].tolist() == list(run.facts.pool)
    assert scores["score"].astype("float32").tolist() == run.pool(0)["score"].tolist()


@pytest.mark.parametrize("exporter", EXPORTERS.values(), ids=EXPORTERS)
def test_the_same_run_gives_the_same_bytes(exporter, run, tmp_path):
    first = exporter.write(run, 0)
    elsewhere = tmp_path / "elsewhere" / run.name
    shutil.copytree(run.paths.folder, elsewhere)
    for file in elsewhere.rglob("*"):
        os.utime(file, (time.time(), 86_400))
    assert exporter.write(Run(elsewhere), 0) == first


def test_later_cycles_do_not_change_the_bundle_of_an_earlier_one(run):
    complete = EXPORTERS["zip"].write(run, 0)
    shutil.rmtree(run.paths.cycle(2).folder)
    assert EXPORTERS["zip"].write(run, 0) == complete


def test_names_are_sorted_and_times_fixed(run):
    entries = opened(run).infolist()
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}


def test_no_picture_is_in_any_export(run):
    assert not [name for name in opened(run).namelist() if name.endswith((".jpg", ".png"))]
