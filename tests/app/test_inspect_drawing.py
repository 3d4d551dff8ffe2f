"""The Inspect page of an image without pictures: drawn on request."""

import shutil

import pytest

from mtal.runs.files import write_json
from mtal.runs.jobs.lock import take
from mtal.runs.store.render_requests import RenderRequests
from mtal.runs.store.run import Run
from tests.app.page_contents import comparison, picks, texts


@pytest.fixture
def undrawn(made_store) -> tuple[Run, str, int]:
    """A run, and an image far below the near misses, which has no pictures."""
    run = made_store("finished")
    image = int(run.pool(0)["rank"].idxmax())
    return run, run.facts.pool[image], image


@pytest.fixture
def requests(undrawn, monkeypatch) -> RenderRequests:
    """A request to draw that image without a worker; the test writes the worker's files."""
    run, _, image = undrawn
    monkeypatch.setattr("mtal.runs.store.render_requests.start", lambda *_: True)
    requests = RenderRequests(run, 0)
    requests.add([image])
    requests.paths.lock.touch()
    return requests


def test_an_image_without_pictures_can_be_asked_for(open_page, undrawn, monkeypatch):
    run, name, image = undrawn
    started = []
    monkeypatch.setattr(
        "mtal.runs.store.render_requests.start",
        lambda paths, *_: started.append(paths.folder) or True,
    )
    app = open_page("inspect", run=run.name, cycle="0", sample=name)
    app.button(key="inspect.draw").click().run()
    assert not app.exception
    assert started == [run.paths.render_requests(0).folder]
    assert RenderRequests(run, 0).pending() == {image}


def test_what_is_being_drawn_shows_its_progress(open_page, undrawn, requests):
    run, name, _ = undrawn
    with requests.paths.lock.open("a") as held:
        assert take(held, patience_s=1)
        requests.paths.began.touch()
        app = open_page("inspect", run=run.name, cycle="0", sample=name)
        assert not app.exception
        assert not [button for button in app.button if button.key == "inspect.draw"]
        assert [bar for bar in app.get("progress") if "Loading the network" in bar.proto.text]


def test_a_job_that_failed_says_why_and_can_be_tried_again(open_page, undrawn, requests):
    run, name, _ = undrawn
    requests.paths.log.write_text("Traceback\nNoMemory: out of memory\n", encoding="utf-8")
    result = {"outcome": "failed", "reason": "NoMemory: out of memory", "traceback": ""}
    write_json(requests.paths.result, result | {"stage": "draw"})
    app = open_page("inspect", run=run.name, cycle="0", sample=name)
    assert not app.exception
    assert "out of memory" in "".join(error.value for error in app.error)
    assert any("out of memory" in block.value for block in app.code)
    assert app.button(key="inspect.draw")


def test_without_the_network_of_the_cycle_nothing_can_be_drawn(open_page, undrawn):
    run, name, _ = undrawn
    run.cycle(0).network.unlink()
    app = open_page("inspect", run=run.name, cycle="0", sample=name)
    assert not app.exception
    assert "network of this cycle is no longer in the run folder" in texts(app)
    assert not [button for button in app.button if button.key == "inspect.draw"]


def test_an_image_that_was_drawn_on_demand_is_shown_like_the_others(open_page, undrawn):
    run, name, image = undrawn
    of_another = run.picture(0, picks(run, 0)[0], "image").parent
    shutil.copytree(of_another, run.paths.render_requests(0).samples.sample(image))
    app = open_page("inspect", run=run.name, cycle="0", sample=name)
    assert not app.exception
    assert len(comparison(app)["layers"]) > 3
