"""Requests to draw images: each is stored, counted once, and never lost."""

import pytest

from mtal.runs.files import write_json
from mtal.runs.jobs.lock import free, inherited, is_held, take
from mtal.runs.jobs.status import Status
from mtal.runs.store import render_requests
from mtal.runs.store.render_requests import RenderRequests
from mtal.runs.store.run import Run
from tests.runs.made_run import made_run


@pytest.fixture
def run(tmp_path) -> Run:
    """Three complete cycles; the first has drawn image 3."""
    run = made_run(tmp_path)
    write_json(run.cycle(0).evidence, {"images": [3], "pictures": ["image"], "scales": {}})
    return run


@pytest.fixture
def started(monkeypatch) -> list:
    """Jobs that would have been started; none is."""
    jobs: list = []
    monkeypatch.setattr(
        render_requests, "start", lambda job, worker: jobs.append((job, worker)) or True
    )
    return jobs


def test_a_request_starts_the_job_with_the_settings_of_the_run(run, started):
    requests = RenderRequests(run, 0)
    assert (
        requests.status,
        requests.pending(),
        requests.drawn(),
        requests.progress(),
        requests.result,
    ) == (Status.NEW, set(), set(), None, {})
    assert requests.add([5, 7])
    assert started == [(run.paths.render_requests(0), "mtal.engine.workers.render")]
    assert requests.pending() == {5, 7}
    assert requests.paths.config.read_text() == run.paths.config.read_text()


def test_what_is_drawn_already_is_not_requested(run, started):
    requests = RenderRequests(run, 0)
    requests.paths.samples.sample(8).mkdir(parents=True)
    assert not requests.add([3, 8])
    assert requests.pending() == set()
    assert started == []
    assert RenderRequests(run, 1).add([3])  # of another cycle it is another picture


def test_a_request_while_the_job_is_at_work_is_kept_for_it(run, started):
    requests = RenderRequests(run, 0)
    requests.add([5])
    with requests.paths.lock.open("a") as lock:
        assert take(lock, 0)
        assert not RenderRequests(run, 0).add([6])
        assert requests.pending() == {5, 6}
        assert requests.status.alive
    assert len(started) == 1
    assert requests.add([])  # killed meanwhile: whoever comes next starts it again
    assert len(started) == 2


@pytest.mark.parametrize("image", [-1, 20])
def test_images_that_are_not_there_are_named(run, started, image):
    with pytest.raises(IndexError, match=f"no pool image {image}"):
        RenderRequests(run, 0).add([4, image])
    assert RenderRequests(run, 0).pending() == set()


def test_a_cycle_that_is_not_complete_is_named(run):
    with pytest.raises(KeyError, match="no complete cycle 3"):
        RenderRequests(run, 3)


def test_an_inherited_lock_is_found_and_freed(tmp_path):
    path = tmp_path / "lock"
    path.touch()
    assert inherited(path) is None
    with path.open("a") as lock:
        assert take(lock, 0)
        assert inherited(path) == lock.fileno()
        free(lock.fileno())
        assert not is_held(path)
