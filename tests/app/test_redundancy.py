"""Near-duplicates, sequences and what scores were worth, on the pages of a run and of a batch."""

import pandas as pd
import pytest

from mtal.runs.store.run_facts import write_facts
from tests.app.page_contents import texts


@pytest.fixture
def walks(made_store):
    """Of a finished run: each image is a frame of one of six walks, 2 i resembles 2 i + 1."""

    def make(**settings):
        run = made_store("finished", **settings)
        for number in (0, 1):
            path = run.cycle(number).pool
            pool = pd.read_parquet(path)
            pool["duplicates"] = pool.index // 2 * 2
            pool["sequence"] = [f"walk {index % 6}" for index in pool.index]
            pool.to_parquet(path)
        return run

    return make


def counts(run, number):
    pool = run.pool(number)
    batch = pool[pool["picked"]].sort_values("rank")
    held, again = set(pool.loc[pool["labelled"], "duplicates"]), 0
    for group in batch["duplicates"]:
        again += group in held
        held.add(group)
    return len(batch), again, batch["sequence"].nunique()


def test_the_batch_page_counts_near_duplicates_and_sequences_beside_chance(open_page, walks):
    run = walks()
    app = open_page("batch", run=run.name, cycle="1")
    assert not app.exception
    images, again, sequences = counts(run, 1)
    assert f"{again} of {images} images ({100 * again / images:.0f} %)" in texts(app)
    assert f"The batch comes from {sequences} sequences" in texts(app)
    assert not [box for box in app.warning if "beyond the limits" in box.value]


def test_the_start_is_shown_by_images_of_as_many_sequences_as_there_are(open_page, walks):
    run = walks()
    write_facts(run.paths.facts, run.facts.updated(start=tuple(range(12))))
    path = run.cycle(0).pool
    pool = pd.read_parquet(path)
    pool.assign(sequence=[f"walk {index // 2}" for index in pool.index]).to_parquet(path)
    app = open_page("run", run=run.name)
    assert not app.exception
    captions = [caption.value for caption in app.caption]
    assert "8 of 12 images." in captions
    shown = [image for image in range(12) if run.facts.pool[image] in captions]
    assert shown == [0, 1, 2, 3, 4, 6, 8, 10]


def test_a_batch_that_exceeds_its_limits_says_so(open_page, walks):
    run = walks(one_of_near_duplicates=True)
    _, again, _ = counts(run, 1)
    app = open_page("batch", run=run.name, cycle="1")
    warned = [box.value for box in app.warning if "beyond the limits" in box.value]
    assert len(warned) == bool(again)
    if again:
        assert warned[0].startswith(f"{again} image")


def test_the_run_page_has_both_per_cycle_and_the_worth_of_the_last_batch(open_page, walks):
    run = walks()
    app = open_page("run", run=run.name)
    assert not app.exception
    table = next(frame.value for frame in app.dataframe if "near_duplicates" in frame.value)
    for number in (0, 1):
        images, again, sequences = counts(run, number)
        assert table["near_duplicates"][number] == 100 * again / images
        assert table["sequences"][number] == sequences
    assert pd.isna(table["sequences"][2])
    assert "Did the scores predict the losses on the labels that cycle 1 bought?" in texts(app)
