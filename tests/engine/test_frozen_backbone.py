"""Runs with a frozen backbone: their maps are computed once, and change nothing but the time."""

import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors.torch import load_file

from mtal.engine.stages import stored_pyramids
from mtal.engine.workers import run as run_worker
from mtal.models.backbones import build_backbone
from mtal.runs.jobs.launch import create
from mtal.runs.paths import StorePaths
from mtal.runs.store.run import Run
from tests.real_runs import tiny_config

SHORT = ("backbone_frozen=true", "epochs=1", "cycles=2", "strategy=random")


def finished(folder, *sets):
    """A finished run of this process."""
    run = Run(create(tiny_config(*SHORT, *sets), StorePaths(folder)).folder)
    assert run_worker.work(run.paths).outcome == "finished"
    return run


def weights(run):
    return load_file(run.cycle(1).network)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return finished(tmp_path_factory.mktemp("frozen"))


def maps_in(store):
    """Name -> time of the stored maps; a file that is written again has another time."""
    files = (store / ".features").glob("drawn-tiny-*.npy")
    return {file.name: file.stat().st_mtime_ns for file in files}


def test_maps_of_images_and_mirror_images_are_kept_beside_the_runs(run):
    names = maps_in(run.paths.folder.parent)
    assert {name.rpartition("-")[2] for name in names} == {
        "pool.npy",
        "mirrored.npy",
        "validation.npy",
    }


def test_the_backbone_stays_as_it_is(run):
    trained = weights(run)
    for name, tensor in build_backbone(run.config).state_dict().items():
        assert tensor.equal(trained[f"backbone.{name}"]), name


def test_other_seeds_and_strategies_use_the_same_maps(run, tmp_path):
    store = shutil.copytree(run.paths.folder.parent, tmp_path / "runs")
    before = maps_in(store)
    finished(store, "seed=1", "strategy=core-set", "augment=false")
    assert maps_in(store) == before


def test_another_size_has_its_own(run, tmp_path):
    store = shutil.copytree(run.paths.folder.parent, tmp_path / "runs")
    finished(store, "size=40x47", "augment=false")
    assert len(maps_in(store)) == 3 + 2


def test_the_same_run_in_another_store_gives_the_same_bytes(run, tmp_path):
    again = finished(tmp_path)
    assert again.cycle(1).network.read_bytes() == run.cycle(1).network.read_bytes()


def test_without_room_every_step_computes_them_and_learns_the_same(run, tmp_path, monkeypatch):
    full = SimpleNamespace(free=0)
    monkeypatch.setattr(stored_pyramids.shutil, "disk_usage", lambda folder: full)
    other = finished(tmp_path)
    assert not maps_in(tmp_path)
    values = (each.metrics()["value"].to_numpy() for each in (other, run))
    np.testing.assert_allclose(*values, rtol=2e-3)


def test_a_disk_that_fills_up_is_no_failure(tmp_path, monkeypatch, capsys):
    def full(*arguments, **named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(stored_pyramids, "shared_array", full)
    finished(tmp_path, "cycles=1")
    assert "No space left" in capsys.readouterr().out


def test_all_signals_and_guesses_are_made_from_the_maps(tmp_path):
    run = finished(tmp_path, "strategy=partal", "describe=always")
    assert np.isfinite(run.metrics()["value"]).all()
