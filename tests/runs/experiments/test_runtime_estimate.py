"""How long runs will take, against sums by hand; unknown where nothing like them was timed."""

import json

import pytest

from mtal.config import Config
from mtal.runs.experiments.runtime_estimate import comparable_runs, seconds_left, until_all_end
from mtal.runs.files import write_json
from mtal.runs.jobs.launch import create
from mtal.runs.store.run import Run
from tests.runs.made_run import IMAGES, made_run

SETTINGS = {"cycles": 3, "start_percent": 10, "step_percent": 15}


def timed(store, seconds, **changed):
    """A run with these times. seconds: per cycle a mapping stage -> seconds."""
    run = made_run(store.folder, config=Config(**SETTINGS | changed))
    for number, stages in enumerate(seconds):
        path = run.paths.cycle(number).metrics
        write_json(path, json.loads(path.read_text()) | {"seconds": stages})
    return run


@pytest.fixture
def run(store):
    """100 epochs over 2, 5 and 8 images at 0.01, 0.02 and 0.02 s per image; scoring 3 and 5 s."""
    assert IMAGES == 20
    return timed(
        store,
        [
            {"train": 2.0, "evaluate": 1.0, "score": 3.0},
            {"train": 10.0, "evaluate": 1.0, "score": 5.0},
            {"train": 16.0, "evaluate": 1.0},
        ],
    )


def test_rates_times_work(run):
    usual = 0.02 * 100 * (2 + 5 + 8) + 1.0 * 3 + 4.0 * 2  # medians; the last cycle scores nothing
    slow = 0.02 * 100 * (2 + 5 + 8) + 1.0 * 3 + 4.8 * 2  # the 90th percentile of 3 and 5 is 4.8
    assert seconds_left(run.config, 0, [run]) == pytest.approx((usual, slow))
    assert seconds_left(run.config, 2, [run]) == pytest.approx(
        (0.02 * 100 * 8 + 1.0, 0.02 * 100 * 8 + 1.0)
    )
    assert seconds_left(run.config, 3, [run]) == (0, 0)


def test_epochs_and_cycles_of_the_plan_count(run):
    assert seconds_left(
        Config(**SETTINGS | {"cycles": 1, "epochs": 50}), 0, [run]
    ) == pytest.approx((0.02 * 50 * 2 + 1.0,) * 2)


def test_steps_take_equally_long_in_every_cycle(run):
    """.02 s an image, 8 images a step."""
    config = Config(**SETTINGS | {"cycles": 2, "steps": 50})
    assert seconds_left(config, 1, [run])[0] == pytest.approx(0.02 * 8 * 50 + 1.0)
    in_both, scoring = 2 * (0.02 * 8 * 50 + 1.0), 4.0
    assert seconds_left(config, 0, [run])[0] == pytest.approx(in_both + scoring)


def test_pair_blocks_take_their_steps_where_their_epochs_are_fewer(store):
    """100 steps of 8 images in both cycles of the first run, which last 4 s."""
    few = timed(store, [{"pairs": 4.0}, {"pairs": 4.0}, {}], pair_steps=100, pair_epochs=20)
    many = Config(**SETTINGS | {"cycles": 2, "pair_steps": 100, "pair_epochs": 1000})
    assert seconds_left(many, 1, [few]) == (0, 0)  # the last cycle picks nothing
    assert seconds_left(many, 0, [few])[0] == pytest.approx(1000 * 2 * 4.0 / 800)


def test_several_runs_are_one_sample(run, store):
    other = timed(store, [{"train": 6.0}] * 3, seed=1)
    low, _ = seconds_left(Config(**SETTINGS | {"cycles": 1, "seed": 5}), 0, [run, other])
    median = 0.016  # of .01, .02, .02 and .03, .012, .0075
    assert low == pytest.approx(100 * 2 * median + 1.0)
    assert comparable_runs(run.config, [run, other]) == [run, other]


@pytest.mark.parametrize(
    "changed",
    [
        {"strategy": "random"},
        {"size": (96, 128)},
        {"data": "/elsewhere"},
        {"describe": "always"},
        {"channels": 64},
        {"device": "cuda:7"},
    ],
)
def test_runs_of_another_kind_tell_nothing(run, changed):
    assert seconds_left(Config(**SETTINGS | changed), 0, [run]) is None


def test_runs_without_a_cycle_tell_nothing(run, store):
    new = Run(create(Config(**SETTINGS, seed=9), store).folder)
    assert seconds_left(run.config, 0, [new]) is None
    assert seconds_left(run.config, 0, []) is None


def test_times_can_come_from_a_cache(run):
    timed_runs = []

    def cached_seconds(earlier):
        timed_runs.append(earlier)
        return earlier.seconds()

    seconds_left(run.config, 0, [run], cached_seconds)
    assert timed_runs == [run]


def test_runs_of_one_device_wait_for_each_other_and_devices_work_at_once():
    cpu, gpu = Config(device="cpu"), Config(device="cuda:1")
    assert until_all_end([(cpu, (1, 2)), (cpu, (10, 20))]) == (11, 22)
    assert until_all_end([(cpu, (1, 9)), (gpu, (5, 6)), (cpu, (3, 4))]) == (5, 13)
    assert until_all_end([]) == (0, 0)
