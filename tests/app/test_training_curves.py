"""Training curves on the Run page: in every state, of every stage, up to a failure, or none."""

import json

import pytest

from mtal.runs.files import write_json
from tests.app.page_contents import figures, texts

LOST = "the loss is not finite while training the network: depth (final) on 0007: nan"


def panels(app) -> dict[str, dict]:
    """Name of the file -> figure, of the panels of training curves."""
    return {
        values["name"]: json.loads(values["figure"])
        for values in figures(app)
        if values["title"].startswith("Training loss")
    }


def write_reports(run, rows):
    run.paths.progress.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.parametrize("state", ["finished", "running", "failed", "interrupted", "stopped"])
def test_every_task_has_a_panel_in_every_state(open_page, made_store, state):
    run = made_store(state)
    app = open_page("run", run=run.name)
    assert not app.exception
    assert list(panels(app)) == [f"{run.name}-train-{task.name}" for task in run.tasks]
    assert "steps" in texts(app)
    for figure in panels(app).values():
        assert figure["data"][-1]["y"]


def test_they_appear_before_the_first_cycle_is_complete(open_page, made_store):
    run = made_store("running", cycles_done=0)
    app = open_page("run", run=run.name)
    assert len(panels(app)) == len(run.tasks)
    assert "Cycle 0, step 1 of 2" in texts(app)


def test_stage_and_cycle_can_be_chosen_and_are_in_the_address(open_page, made_store):
    run = made_store("finished")
    app = open_page("run", run=run.name, stage="embedding", curve="0")
    assert not app.exception
    assert list(panels(app)) == [f"{run.name}-embedding-reconstruction"]
    assert "standardised" in texts(app)
    app.segmented_control(key="run.stage").set_value("pairs").run()
    assert len(panels(app)) == len(run.tasks)
    app.selectbox(key="run.curve").set_value("1").run()
    assert app.query_params["curve"] in ("1", ["1"])
    assert "Cycle 1" in texts(app)


def test_a_stage_that_this_run_did_not_train_falls_back(open_page, made_store):
    run = made_store("finished", strategy="random")
    app = open_page("run", run=run.name, stage="embedding", curve="17")
    assert not app.exception
    assert len(panels(app)) == len(run.tasks)


def test_a_loss_that_is_not_a_number_is_marked_where_it_came(open_page, made_store):
    run = made_store("failed")
    write_json(
        run.paths.result,
        {"outcome": "failed", "reason": LOST, "stage": "train", "traceback": LOST, "seconds": 1.0},
    )
    run.paths.log.write_text(LOST)
    rows, last = run.reports()[:-1], run.reports()[-1]
    losses = [{"loss": {task.name: 1.0 / done for task in run.tasks}} for done in range(1, 38)]
    steps = [last | {"done": done, "total": 90} | losses[done - 1] for done in range(1, 38)]
    write_reports(run, [*rows, *steps])
    app = open_page("run", run=run.name)
    assert not app.exception
    assert "Ended in step 38: Loss is not a number" in texts(app).replace("*", "")
    for figure in panels(app).values():
        assert figure["layout"]["shapes"][-1]["x0"] == 38
        assert figure["data"][-1]["x"] == list(range(1, 38))


def test_a_run_without_losses_has_no_section(open_page, made_store):
    run = made_store("finished")
    write_reports(
        run, [{name: row[name] for name in row if name != "loss"} for row in run.reports()]
    )
    app = open_page("run", run=run.name)
    assert not app.exception
    assert not panels(app)
    assert "Training" not in [subheader.value for subheader in app.subheader]
