"""A run does not go on with a network that is built otherwise than that of its complete cycles."""

import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from mtal.config import Config, ConfigError
from mtal.datasets.registry import DATASETS
from mtal.engine import cycle
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages import prepare
from mtal.engine.stages.same_network import refuse_other_network
from mtal.runs.jobs.launch import create
from mtal.runs.paths import StorePaths
from mtal.runs.store.run import Run
from tests.real_runs import tiny_config

# What HRNet-18 of version 0.1.0 had no layer for.
FUSE = "backbone.fuse.0.weight"


@pytest.fixture
def run(finished_run, tmp_path):
    """A run that was cut short after two cycles."""
    copy = Run(shutil.copytree(finished_run.paths.folder, tmp_path / "run"))
    shutil.rmtree(copy.cycle(2).folder)
    copy.paths.result.unlink()
    return copy


def rewrite(run, change):
    """Store another network in the last complete cycle, as an earlier version would have."""
    cycle = run.cycle(run.cycles_done() - 1)
    cycle.manifest.unlink(missing_ok=True)
    path = cycle.network
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


def check(run):
    refuse_other_network(run, DATASETS["drawn"].load(run.config).tasks)


def test_a_run_of_this_version_goes_on(run):
    check(run)


@pytest.mark.parametrize(
    "change",
    [
        lambda tensors: tensors.pop(next(iter(tensors))),
        lambda tensors: tensors.update({FUSE: torch.zeros(2)}),
        lambda tensors: tensors.update({next(iter(tensors)): torch.zeros(1, 2, 3)}),
    ],
    ids=["lacks a layer", "has another layer", "has a layer of another shape"],
)
def test_another_network_is_refused_with_the_way_out(run, change):
    rewrite(run, change)
    with pytest.raises(ConfigError) as caught:
        check(run)
    text = str(caught.value)
    assert text.startswith("backbone: ")
    assert f"cycle 1 of {run.name} was trained by a version that built backbone=tiny other" in text
    assert f"another seed, or delete {run.paths.folder} and start it anew" in text


def test_nothing_is_computed_before_it_is_refused(run, monkeypatch):
    rewrite(run, lambda tensors: tensors.update({FUSE: torch.zeros(2)}))
    facts = run.paths.facts.read_bytes()
    monkeypatch.setattr(prepare, "prepare_data", lambda *given: pytest.fail("it read the data"))
    with pytest.raises(ConfigError, match="with another seed"):
        cycle.run_cycles(run, StageTimer(run, 0))
    assert run.paths.facts.read_bytes() == facts
    assert run.cycles_done() == 2


def test_without_a_network_to_compare_with_the_run_goes_on(run, tmp_path):
    run.cycle(1).network.unlink()
    check(run)
    run.cycle(0).network.write_bytes(b"broken")
    shutil.rmtree(run.cycle(1).folder)
    check(run)
    check(Run(create(tiny_config(), StorePaths(tmp_path / "store")).folder))


def test_frozen_and_pretrained_backbones_are_compared_without_their_weights(run, monkeypatch):
    asked = []

    def built(config: Config, tasks):
        asked.append((config.pretrained, config.weights, config.backbone_frozen))
        return torch.nn.Linear(1, 1)

    monkeypatch.setattr("mtal.engine.stages.same_network.build_network", built)
    with pytest.raises(ConfigError):
        check(run)
    assert asked == [(False, "", False)]
