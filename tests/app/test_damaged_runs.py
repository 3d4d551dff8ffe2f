"""Pages on a store with a damaged file of a run: what is wrong is said, the rest is there."""

import pytest

from tests.app.page_contents import text_of

PAGES = ("home", "jobs", "run", "batch", "inspect", "map", "signals", "curves", "compare")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("file", ["result.json", "facts.json", "cycles/000/metrics.json"])
def test_no_page_goes_down(page, file, open_page, made_store):
    run, other = made_store("finished"), made_store("finished", seed=1)
    (run.paths.folder / file).write_text("")
    app = open_page(page, run=other.name) if page not in ("home", "jobs") else open_page(page)
    assert not app.exception


@pytest.mark.parametrize("page", ["batch", "inspect", "map"])
def test_a_page_of_the_damaged_cycle_names_the_file_and_the_way_out(page, open_page, made_store):
    run = made_store("finished")
    path = run.cycle(0).pool
    path.write_bytes(path.read_bytes()[:100])
    app = open_page(page, run=run.name, cycle="0")
    assert not app.exception
    (error,) = app.error
    assert "pool.parquet" in error.value
    assert "resume the run" in error.value


def test_jobs_lists_a_damaged_run_with_the_reason(open_page, made_store):
    run, _ = made_store("finished"), made_store("finished", seed=1)
    run.cycle(0).pick.unlink()
    text = text_of(open_page("jobs"))
    assert "1 run cannot be read" in "".join(box.label for box in open_page("jobs").expander)
    assert "pick.npy" in text


def test_where_no_run_can_be_read_the_page_names_the_damaged_one(open_page, made_store):
    run = made_store("finished")
    run.cycle(0).metrics.write_text("")
    app = open_page("batch")
    assert not app.exception
    assert "metrics.json" in text_of(app)
