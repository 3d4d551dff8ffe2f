"""What pages show of a start, also while its labels are awaited."""

import numpy as np
import pandas as pd
import pytest

from mtal.config import Config
from mtal.runs.files import write_json
from mtal.runs.reviews.review_database import ReviewDatabase
from mtal.ui import catalog
from mtal.ui.launch.start_set_field import choices
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


@pytest.fixture
def save(store):
    """save(ids, name) -> id of a set of the images drawn by `data=24+8`."""

    def save_images(ids, name=""):
        folder = catalog.locate(Config(dataset="drawn", data="24+8"))
        data = store.data("drawn", folder).folder.name
        return ReviewDatabase(store).save_set(data, ids, "Ada", name)

    return save_images


def test_saved_sets_can_be_chosen_and_others_typed_or_linked(open_page, save):
    save(["0001", "0002"], "first walk")
    unnamed = save(["0003"])
    asked = {"dataset": "drawn", "data": "24+8", "start": "set"}
    app = open_page("launch", **asked)
    box = app.selectbox(key="launch.start_set")
    assert list(box.options) == ["no set", "first walk (2 images)", f"{unnamed} (1 image)"]
    assert "name the set to start from" in text_of(app)
    box.set_value("first walk").run()
    assert not app.exception
    assert not app.button(key="launch.go").disabled
    assert app.selectbox(key="launch.start_set").value == "first walk"
    for linked in (unnamed, "somebody's"):
        app = open_page("launch", **asked, start_set=linked)
        assert app.selectbox(key="launch.start_set").value == linked
        assert not app.button(key="launch.go").disabled
        missing = "No set `somebody's` of these data is saved" in text_of(app)
        assert missing == (linked == "somebody's")
    app.selectbox(key="launch.start").set_value("labelled").run()
    assert app.selectbox(key="launch.start_set").disabled is False  # it has to be cleared
    app = open_page("launch", dataset="drawn", data="30+8", start="set")
    assert app.text_input(key="launch.start_set").value == ""


def test_without_a_saved_set_the_form_says_how_to_make_one(open_page):
    app = open_page("launch", dataset="drawn", start="set", start_set="mine")
    assert app.text_input(key="launch.start_set").value == "mine"
    app.text_input(key="launch.start_set").set_value("").run()
    text = text_of(app)
    assert "No set of these data is saved yet" in text
    assert "save-set NAME FILE" in text


def test_sets_that_share_a_name_are_given_by_id():
    rows = [("c3", "walk", 4), ("b2", "", 2), ("d4", "", 1), ("a1", "walk", 3), ("e5", "hall", 1)]
    assert choices(pd.DataFrame(rows, columns=["id", "name", "size"])) == {
        "c3": "walk, c3 (4 images)",
        "a1": "walk, a1 (3 images)",
        "hall": "hall (1 image)",
        "b2": "b2 (2 images)",
        "d4": "d4 (1 image)",
    }
    assert choices(pd.DataFrame([], columns=["id", "name", "size"])) == {}
