"""What pages show of a start, also while its labels are awaited."""

import numpy as np
import pytest

from mtal.runs.files import write_json
from tests.app.page_contents import text_of

REASON = "it waits for labels of 6 picked images (semseg 6 missing): 0000 and 5 more"


@pytest.fixture
def waiting(made_store):
    """A run whose start was chosen by coverage; none of its labels is there."""
    run = made_store("stopped", cycles_done=0, start="coverage", labelling="people")
    write_json(run.paths.result, run.result | {"reason": REASON})
    points = np.random.default_rng(0).normal(size=(len(run.facts.pool), 4)).astype(np.float32)
    np.save(run.paths.frozen, points)
    return run


def test_the_run_page_shows_the_start_that_is_waited_for(open_page, waiting):
    app = open_page("run", run=waiting.name)
    assert not app.exception
    text = text_of(app)
    assert "Waiting for labels" in text
    assert "6 images of 24: 25 % by coverage (cluster medoids)." in text
    assert "of 100 random starts of this size" in text
    first = waiting.facts.pool[waiting.facts.start[0]]
    assert first in [caption.value for caption in app.caption]


def test_the_start_of_a_finished_run_is_shown_too(open_page, made_store):
    run = made_store("finished")
    app = open_page("run", run=run.name)
    assert "6 images of 24: 25 % at random." in text_of(app)


@pytest.mark.parametrize("page", ["batch", "inspect", "map", "signals", "curves", "jobs", "home"])
def test_pages_of_cycles_say_what_is_waited_for(open_page, waiting, page):
    app = open_page(page, run=waiting.name)
    assert not app.exception
    if page in {"batch", "inspect", "map"}:
        assert "waits for the labels of its start, 6 images" in text_of(app)


def test_settings_of_other_starts_cannot_be_changed_in_the_form(open_page):
    app = open_page("launch")

    def disabled():
        boxes = [app.selectbox(key="launch.start_coverage"), app.selectbox(key="launch.labelling")]
        boxes += [app.number_input(key="launch.start_percent")]
        return [box.disabled for box in boxes]

    assert disabled() == [True, False, False]
    app.selectbox(key="launch.start").set_value("coverage").run()
    assert disabled() == [False, False, False]
    app.selectbox(key="launch.start").set_value("labelled").run()
    assert disabled() == [True, True, True]
    app.selectbox(key="launch.start").set_value("set").run()
    assert disabled() == [True, False, True]
    assert "name the set to start from" in text_of(app)
    assert not app.text_input(key="launch.start_set").disabled
