"""Sets of images: stored at once, found by the id in the address.

Every run of the same images shows them.
"""

import pytest
from streamlit.testing.v1 import AppTest

from mtal.runs.reviews.review_database import ReviewDatabase
from mtal.ui.components.image_sets import ChosenSet
from tests.app.page_contents import address


def looking() -> None:
    """A page that prints the chosen set."""
    import streamlit as st

    from mtal.ui import loaders
    from mtal.ui.components.image_sets import chosen_set

    run = next(run for run in loaders.runs() if run.name == st.query_params["run"])
    chosen = chosen_set(run)
    if chosen is None:
        st.text("no set")
    else:
        images = list(chosen.images)
        st.text(f"{chosen.title}|{images}|{chosen.missing}|{chosen.who}|{chosen.origin}")


def saving() -> None:
    """A page that stores a set of two images of the pool."""
    import streamlit as st

    from mtal.ui import loaders
    from mtal.ui.components.image_sets import save_selection

    run = loaders.runs()[0]
    st.text(save_selection(run, run.facts.pool[4:6], "a test"))


@pytest.fixture
def look(made_store):
    """look(run, set id) -> the page that prints the chosen set."""

    def look_at(run, set_id: str) -> AppTest:
        app = AppTest.from_function(looking, default_timeout=60)
        app.query_params["run"], app.query_params["set"] = run.name, set_id
        app.run()
        assert not app.exception
        return app

    return look_at


def reviews_of(run) -> ReviewDatabase:
    return ReviewDatabase(run.store)


def test_a_selection_is_kept_at_once_and_its_id_is_in_the_address(made_store):
    run = made_store("finished")
    first, again = (AppTest.from_function(saving, default_timeout=60).run() for _ in range(2))
    assert address(first) == address(again) == {"set": first.text[0].value}
    assert reviews_of(run).sets(run.data.folder.name)["id"].tolist() == [first.text[0].value]
    assert reviews_of(run).samples_of(first.text[0].value, run.data.folder.name) == sorted(
        run.facts.pool[4:6]
    )


def test_a_set_is_found_by_its_id_with_its_indices_in_the_pool(made_store, look):
    run = made_store("finished")
    pool = run.facts.pool
    set_id = reviews_of(run).save_set(
        run.data.folder.name, [pool[9], pool[2]], "ann", "dark rooms", "the map"
    )
    assert look(run, set_id).text[0].value == "dark rooms|[2, 9]|0|ann|the map"


def test_a_new_name_keeps_the_id(made_store, look):
    run = made_store("finished")
    set_id = reviews_of(run).save_set(run.data.folder.name, run.facts.pool[:3], "ann")
    assert look(run, set_id).text[0].value.startswith("set of 3 images|")
    reviews_of(run).rename_set(set_id, "three", "ben")
    assert look(run, set_id).text[0].value.startswith("three|")


def test_another_run_of_the_same_images_shows_it_too(made_store, look):
    run, other = made_store("finished", seed=0), made_store("finished", seed=1)
    set_id = reviews_of(run).save_set(run.data.folder.name, run.facts.pool[:3], "ann")
    assert "|[0, 1, 2]|0|" in look(other, set_id).text[0].value


def test_images_that_a_run_does_not_have_are_counted(made_store, look):
    run = made_store("finished")
    set_id = reviews_of(run).save_set(
        run.data.folder.name, [run.facts.pool[5], "of another pool"], "ann"
    )
    assert "|[5]|1|" in look(run, set_id).text[0].value


@pytest.mark.parametrize("missing", ["0123456789ab", "<b>", "deleted"])
def test_an_id_that_is_not_there_is_told_and_can_be_left_out(made_store, look, missing):
    run = made_store("finished")
    set_id = reviews_of(run).save_set(run.data.folder.name, run.facts.pool[:1], "ann")
    if missing == "deleted":
        reviews_of(run).delete_set(set_id, "ben")
    app = look(run, set_id if missing == "deleted" else missing)
    assert app.text[0].value == "no set"
    assert "There is no set" in app.warning[0].value
    app.button(key="sets.forget").click().run()
    assert not app.warning
    assert "set" not in app.query_params


def test_a_set_without_a_name_is_called_by_its_size():
    unnamed = ChosenSet("id", "", "ann", "2026-01-01T00:00:00Z", "", ("a",), (0,))
    assert unnamed.title == "set of 1 image"
