"""The Signals page in every state of a run."""

import numpy as np
import pytest

from mtal.runs.files import write_json
from tests.app.page_contents import charts, text_of


@pytest.mark.parametrize("state", ["finished", "running", "failed", "stopped"])
def test_signals_in_every_state_tell_which_deserves_trust(open_page, made_store, state):
    run = made_store(state)
    app = open_page("signals", run=run.name)
    assert not app.exception
    quality = run.quality(run.cycles_done() - (2 if state == "finished" else 1))
    words = text_of(app)
    bought = state == "finished"  # the labels of a batch came, since another cycle followed
    assert len(charts(app)) == 2 + bought
    assert ("On the labels just bought" in words) == bought
    above_zero = quality.query("task == 'loss'")["low"] > 0
    assert ("deserves most trust" in words) == bool(above_zero.any())
    assert "Spearman" in words
    app.segmented_control(key="signals.view").set_value("table").run()
    assert len(app.dataframe[0].value) == len(quality)
    shown = app.dataframe[0].value["ρ"].dropna()
    assert np.allclose(sorted(shown), sorted(quality["rho"].dropna()))


def test_signals_of_a_task_over_the_cycles(open_page, made_store):
    run = made_store("finished")
    app = open_page("signals", run=run.name, task="depth", cycle="0")
    assert not app.exception
    assert app.selectbox(key="signals.task").value == "depth"


def test_signals_of_a_run_without_a_complete_cycle(open_page, made_store):
    run = made_store("running", cycles_done=0)
    app = open_page("signals", run=run.name)
    assert "first cycle is still running" in app.info[0].value
    assert open_page("signals").title


def test_signals_of_an_empty_store(open_page):
    assert open_page("signals").button(key="signals.launch")


def test_a_run_that_measures_no_signals_leads_to_a_copy_that_does(open_page, made_store):
    run = made_store("finished", strategy="random")
    app = open_page("signals", run=run.name)
    assert "**Random** measures no signal that rates images" in app.info[0].value
    app.button(key="signals.copy").click().run()
    assert not app.exception
    assert app.selectbox(key="launch.describe").value == "always"
    assert app.number_input(key="launch.epochs").value == run.config.epochs


def test_a_committee_that_misleads_is_named_beside_the_signals(open_page, made_store):
    run = made_store("finished")
    losses = dict.fromkeys(run.config.tasks, 0.5)
    refined = losses | {"depth": 0.6}
    facts = {"held_out_images": 5, "initial": losses, "refined": refined, "worse": ["depth"]}
    write_json(run.cycle(0).fits, {"committee": facts})
    app = open_page("signals", run=run.name, cycle="0")
    assert not app.exception
    assert any("Do not believe the committee of **Depth**" in box.value for box in app.warning)


def test_true_losses_are_unknown_where_people_make_the_labels_or_nobody_asked(
    open_page, made_store
):
    run = made_store("stopped", start="labelled")
    app = open_page("signals", run=run.name)
    assert "the true loss of an unlabelled image is unknown" in app.info[0].value
    assert not charts(app)
    run = made_store("finished", signal_quality=False)
    app = open_page("signals", run=run.name)
    assert "switched off" in app.info[0].value
    app.button(key="signals.copy").click().run()
    assert app.toggle(key="launch.signal_quality").value is True


def test_where_people_label_scores_are_compared_with_the_labels_that_came(open_page, made_store):
    run = made_store("finished", start="labelled")
    app = open_page("signals", run=run.name)
    assert not app.exception
    assert "the true loss of an unlabelled image is unknown" in app.info[0].value
    assert len(charts(app)) == 1
    words = text_of(app)
    assert "Did the scores predict the losses on the labels that cycle 1 bought?" in words
    assert "n=5" in words
    app.selectbox(key="signals.task").set_value("depth").run()
    assert not app.exception
    assert len(charts(app)) == 1
