"""The example on the pages: its verdict on Home, its mark, and how it is removed."""

import shutil

import pytest

from mtal.analysis.text.verdict import TOO_FEW
from mtal.runs.example.install import add_example, live_cell
from mtal.runs.store.index import all_runs
from tests.app.page_contents import text_of
from tests.runs.example.computed import computed_experiment, packed
from tests.runs.experiments.small_experiment import cells
from tests.runs.made_run import made_run


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("example")
    return packed(computed_experiment(folder, cells(0, 1, 2)), folder / "example.zip")


@pytest.fixture
def example(archive, store):
    return add_example(store, "", archive)


def test_home_begins_with_the_verdict(open_page, example):
    app = open_page("home")
    assert not app.exception
    text = text_of(app)
    assert "No strategy beats Random" in text
    assert TOO_FEW not in text
    assert "2, 5, 8 of 20 images labelled" in text
    assert "Recent runs" not in text


def test_runs_of_ones_own_stand_under_recent_runs(open_page, example, store):
    live = made_run(store.folder, config=live_cell(example, "ours").config)
    app = open_page("home")
    assert "Recent runs" in text_of(app)
    links = [link.proto.query_string for link in app.get("page_link")]
    assert any(live.name in link for link in links)


def test_home_survives_an_example_whose_folders_were_deleted(open_page, example, store):
    for cell in example.cells:
        shutil.rmtree(store.run(cell.run_name).folder)
    app = open_page("home")
    assert not app.exception
    app.button(key="home.example.remove").click().run()
    assert not app.exception
    assert "no longer in the store" not in text_of(app)


def test_removing_it_leaves_the_page_that_offers_it(open_page, example, store):
    app = open_page("home")
    app.button(key="home.example.remove").click().run()
    assert not app.exception
    assert all_runs(store) == []
    assert "An example" not in text_of(app)
    assert "home.demo" in {button.key for button in app.button}


@pytest.mark.parametrize("page", ["run", "batch", "inspect", "map", "curves", "signals", "compare"])
def test_every_page_opens_on_a_run_of_the_example(page, open_page, example):
    run = example.cells[-1].run_name
    app = open_page(page, run=run, cycle="0")
    assert not app.exception


def test_its_runs_and_its_plan_are_marked(open_page, example):
    run = example.cells[-1].run_name
    app = open_page("run", run=run)
    assert "example" in text_of(app)
    assert all(option.endswith(" · example") for option in app.selectbox[0].options)
    assert "example" in text_of(open_page("experiments"))
    assert "example" in text_of(open_page("experiments", experiment=example.name))


def test_inspect_says_why_no_more_can_be_drawn(open_page, example):
    run = example.run(example.cells[-1])
    picked = dict.fromkeys(image for image, _ in run.picked(0).tolist())
    undrawn = next(image for image in picked if image not in run.drawn(0))
    app = open_page("inspect", run=run.name, cycle="0", sample=run.facts.pool[undrawn])
    assert not app.exception
    assert "carries no networks" in text_of(app)
