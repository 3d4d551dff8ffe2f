"""The Run page tells how the pair blocks do on held-out images, and warns where they mislead."""

import pytest

from mtal.runs.files import write_json
from tests.app.page_contents import texts

INITIAL = {"semseg": 1.5, "depth": 0.5, "normals": 0.25}


@pytest.mark.parametrize("depth", [0.4, 0.6])
def test_a_committee_that_misleads_is_named(open_page, made_store, depth):
    run = made_store("finished")
    refined = INITIAL | {"depth": depth}
    worse = ["depth"] if depth > INITIAL["depth"] else []
    facts = {"held_out_images": 5, "initial": INITIAL, "refined": refined, "worse": worse}
    write_json(run.cycle(0).fits, {"committee": facts | {"worse": ["semseg"]}})
    write_json(run.cycle(1).fits, {"committee": facts})
    app = open_page("run", run=run.name)
    assert not app.exception
    assert "Pair blocks, cycle 1. Loss of initial → refined predictions" in texts(app)
    warned = any(
        "Cycle 1: Do not believe the committee of **Depth**" in w.value for w in app.warning
    )
    assert warned == bool(worse)


def test_nothing_is_said_where_nothing_was_held_out(open_page, made_store):
    run = made_store("finished")
    for number in range(run.cycles_done()):
        write_json(run.cycle(number).fits, {"committee": {}})
    app = open_page("run", run=run.name)
    assert not app.exception
    assert "held-out" not in texts(app)
