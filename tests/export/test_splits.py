"""The lists are what a loader of NYUD_MT reads."""

import io
import zipfile

import numpy as np
import pytest

from mtal.export.exporter import ExportError
from mtal.export.splits import split_files, split_lists, write_splits
from mtal.runs.store.run_facts import write_facts
from tests.runs.made_run import START, TASKS


def read_like_the_loader(root, split):
    """As loaders of NYUD_MT: the lines of gt_sets/<split>.txt, each of which must be an image."""
    lines = (root / "gt_sets" / f"{split}.txt").read_text().splitlines()
    for line in lines:
        assert (root / "images" / f"{line}.jpg").is_file()
    return [line.rstrip("\n") for line in lines]


def test_a_loader_reads_the_batch_in_pick_order(run, tmp_path):
    (tmp_path / "images").mkdir()
    for name in run.facts.pool:
        (tmp_path / "images" / f"{name}.jpg").touch()
    zipfile.ZipFile(io.BytesIO(write_splits(run, 1))).extractall(tmp_path)
    picked = [f"{image:04d}" for image in dict.fromkeys(run.picked(1)[:, 0].tolist())]
    assert read_like_the_loader(tmp_path, f"{run.name}-c001-batch") == picked
    assert read_like_the_loader(tmp_path, f"{run.name}-c001-batch.depth") == picked
    before = {f"{image:04d}" for image in [*START, *run.picked(0)[:, 0]]}
    labelled = read_like_the_loader(tmp_path, f"{run.name}-c001-labelled")
    assert set(labelled) == before | set(picked)
    assert labelled == sorted(labelled)


def test_labelled_and_remaining_share_out_the_pool(run):
    lists = split_lists(run, 0)
    for suffix in ("", *(f".{task}" for task in TASKS)):
        assert sorted(lists[f"labelled{suffix}"] + lists[f"remaining{suffix}"]) == list(
            run.facts.pool
        )


def test_partial_labels_are_in_the_lists_of_their_task_only(run):
    np.save(run.cycle(0).pick, np.array([(5, 2), (9, 0), (5, 0)]))
    lists = split_lists(run, 0)
    assert lists["batch"] == ["0005", "0009"]
    assert lists["batch.semseg"] == ["0009", "0005"]
    assert lists["batch.depth"] == []
    assert lists["batch.normals"] == ["0005"]
    assert lists["labelled"] == [f"{image:04d}" for image in START]
    assert "0005" in lists["labelled.normals"]
    assert "0005" in lists["remaining.depth"]
    assert "0005" in lists["remaining"]


def test_files_end_with_a_line_end_and_an_empty_list_is_empty(run):
    np.save(run.cycle(0).pick, np.array([(5, 2)]))
    files = {name.split("-c000-")[1]: content for name, content in split_files(run, 0).items()}
    assert files["batch.txt"] == b"0005\n"
    assert files["batch.depth.txt"] == b""


def test_a_name_that_does_not_fit_on_a_line_is_refused(run):
    pool = list(run.facts.pool)
    pool[START[0]] = "two\nlines"
    write_facts(run.paths.facts, run.facts.updated(pool=pool))
    with pytest.raises(ExportError, match="does not fit"):
        split_files(run, 0)
