"""The Launch page: plans of runs, starts and estimates."""

import re

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from mtal.runs.experiments.experiment import experiments, find_experiment
from mtal.runs.files import read_json, write_json
from mtal.runs.jobs.status import Status
from mtal.ui.components.ablation_choice import PAPER, TOGETHER
from mtal.ui.components.strategy_cards import SEVEN
from tests.app.page_contents import text_of


def plan_six(app: AppTest) -> AppTest:
    """Two strategies x three seeds on drawn shapes."""
    app.selectbox(key="launch.dataset").set_value("drawn").run()
    app.multiselect(key="launch.strategy").set_value(["ours", "random"]).run()
    return app.number_input(key="launch.seeds").set_value(3).run()


def test_launch_starts_one_run_per_strategy_and_seed_as_an_experiment_and_shows_it(
    open_page, begun, store
):
    app = plan_six(open_page("launch"))
    app.text_input(key="launch.title").set_value("Shapes *again*").run()
    app.text_input(key="launch.name").set_value("shapes").run()
    go = app.button(key="launch.go")
    assert go.label == "Start 6 runs"
    go.click().run()
    assert not app.exception
    experiment = find_experiment(store, "shapes")
    assert experiment.title == "Shapes *again*"
    assert {(cell.strategy, cell.seed) for cell in experiment.cells} == {
        (strategy, seed) for strategy in ("ours", "random") for seed in range(3)
    }
    assert sorted(begun) == sorted(cell.run_name for cell in experiment.cells)
    assert app.title[0].value == "Experiments"
    assert app.query_params["experiment"] == "shapes"


def test_launch_proposes_a_name_that_is_free_and_follows_the_plan_until_it_is_changed(
    open_page, begun
):
    app = plan_six(open_page("launch"))
    first = app.text_input(key="launch.name").value
    assert re.fullmatch(r"drawn-ours-random-\d{4}-\d\d-\d\d", first)
    app.number_input(key="launch.seeds").set_value(2).run()
    assert app.text_input(key="launch.title").value == (
        "Drawn shapes: Consistency × diversity (ours) and Random, 2 seeds"
    )
    app.text_input(key="launch.title").set_value("Mine").run()
    app.number_input(key="launch.seeds").set_value(3).run()
    assert app.text_input(key="launch.title").value == "Mine"
    app.button(key="launch.go").click().run()
    app = plan_six(open_page("launch"))
    assert app.text_input(key="launch.name").value == first  # the same runs are the same experiment
    app.number_input(key="launch.epochs").set_value(3).run()
    assert app.text_input(key="launch.name").value == f"{first}-2"


def test_launch_refuses_a_name_that_other_runs_have(open_page, begun):
    app = plan_six(open_page("launch"))
    app.text_input(key="launch.name").set_value("taken").run()
    app.button(key="launch.go").click().run()
    app = plan_six(open_page("launch"))
    app.number_input(key="launch.epochs").set_value(3).run()
    app.text_input(key="launch.name").set_value("taken").run()
    before = list(begun)
    app.button(key="launch.go").click().run()
    assert "there is an experiment called taken already" in app.error[0].value
    assert begun == before


def test_launch_starts_a_single_run_without_an_experiment(open_page, begun, store):
    app = open_page("launch", dataset="drawn")
    app.button(key="launch.go").click().run()
    assert not app.exception
    assert len(begun) == 1
    assert not experiments(store)


def test_launch_fills_in_the_papers_methods_or_all_that_the_tasks_allow(open_page):
    app = open_page("launch", dataset="drawn", tasks="semseg,depth")
    app.button(key="launch.compare.paper").click().run()
    assert set(app.multiselect(key="launch.strategy").value) == set(SEVEN)
    assert app.number_input(key="launch.seeds").value == 3
    app.button(key="launch.compare.all").click().run()
    strategies = app.multiselect(key="launch.strategy").value
    assert {"equal-ss", "equal-de"} <= set(strategies)
    assert not {"equal-sn", "equal-ed"} & set(strategies)  # their tasks are not there
    assert not app.button(key="launch.go").disabled
    app = open_page("launch", dataset="drawn", compare="all")
    assert app.number_input(key="launch.seeds").value == 3


def test_launch_says_which_strategy_cannot_choose_for_the_tasks(open_page):
    app = open_page("launch", dataset="drawn", tasks="depth", strategy="ours")
    assert app.button(key="launch.go").disabled
    assert "it compares tasks with each other" in text_of(app)


def test_launch_varies_one_setting_at_a_time_only_for_strategies_that_heed_it(
    open_page, begun, store
):
    app = plan_six(open_page("launch"))
    assert app.button(key="launch.go").label == "Start 6 runs"
    app.button(key="launch.vary.paper").click().run()
    assert not app.exception
    others = sum(len(values) - 1 for name, values in PAPER.items() if name not in TOGETHER)
    sizes_and_distances = 5 * 2 - 1
    weighted_random = 1  # off is what Random has
    variants = others + sizes_and_distances + weighted_random
    assert app.button(key="launch.go").label == f"Start {6 + 3 * variants} runs"
    assert "--vary embedding=512,64,128,256,1024 --vary diversity=" in text_of(app)
    assert "--together embedding,diversity" in text_of(app)
    app.multiselect(key="launch.vary").set_value(["committee"]).run()
    app.multiselect(key="launch.vary.committee").set_value(["mean"]).run()
    assert "--strategies ours,random --seeds 0,1,2 --vary committee=mean" in text_of(app)
    app.button(key="launch.go").click().run()
    (experiment,) = experiments(store)
    assert len(experiment.cells) == 9
    assert {cell.strategy for cell in experiment.cells if cell.variant == "committee=mean"} == {
        "ours"
    }
    assert all(cell.config.committee == "mean" for cell in experiment.cells if cell.variant)


def test_launch_names_a_value_that_a_varied_setting_cannot_have(open_page):
    app = plan_six(open_page("launch"))
    app.multiselect(key="launch.vary").set_value(["embedding"]).run()
    app.session_state["launch.vary.embedding"] = ["many"]
    app.run()
    assert not app.exception
    assert app.button(key="launch.go").disabled
    assert "embedding" in app.error[0].value


def test_a_second_tab_is_told_that_the_run_is_at_work(open_page, made_store):
    run = made_store("running")
    app = open_page("launch", like=run.name)
    app.button(key="launch.go").click().run()
    assert "at work already" in text_of(app)
    assert run.status is Status.RUNNING


def test_launch_estimates_from_an_earlier_run_or_says_that_there_is_none(open_page, made_store):
    assert "Time unknown" in text_of(open_page("launch"))
    run = made_store("finished")
    words = text_of(open_page("launch", like=run.name))
    assert "1 earlier run" in words
    assert f"about {len(run.picked(0))} labels per cycle" in words


def test_launch_shows_no_number_of_labels_that_no_run_has_written_down(open_page, made_store):
    run = made_store("finished")
    facts = read_json(run.paths.facts)
    write_json(run.paths.facts, facts | {"labels_per_image": 1.5})
    per_cycle = round(1.5 * len(run.picked(0)) / len(run.config.tasks))
    assert f"about {per_cycle} labels per cycle" in text_of(open_page("launch", like=run.name))
    del facts["labels_per_image"]  # a run of an earlier version
    write_json(run.paths.facts, facts)
    words = text_of(open_page("launch", like=run.name))
    assert "labels per cycle" not in words
    assert "% of the pool × 3 tasks per cycle" in words


def test_launch_says_at_most_how_many_cycles_where_a_rule_may_end_them(open_page):
    app = open_page("launch", dataset="drawn")
    assert "at most" not in text_of(app)
    app.number_input(key="launch.label_budget").set_value(500)
    app.number_input(key="launch.plateau_percent").set_value(1.5).run()
    words = text_of(app)
    assert "at most 6 cycles each" in words
    rules = "500 task labels or when the loss falls by less than 1.5 % over 2 cycles"
    assert f"at most 60 % of the pool, ends at {rules}" in words
    app.number_input(key="launch.plateau_percent").set_value(100).run()
    words = text_of(app).lower().replace("\\", "")
    assert "**plateau_percent** input should be less than 100" in words


def test_a_forecast_of_the_same_run_is_what_it_took(made_store, monkeypatch):
    from mtal.runs.experiments.budget import images_labelled
    from mtal.ui.launch.estimate import forecast

    run = made_store("finished")
    again = run.config.model_copy(update={"seed": 1})
    pool, cycles = len(run.facts.pool), run.config.cycles
    start = len(run.facts.start)
    labelled = [images_labelled(run.config, pool, cycle, start) for cycle in range(cycles)]
    assert images_labelled(run.config, pool, cycles - 1) == labelled[-1]
    spent = pd.DataFrame(
        [
            {"cycle": cycle, "stage": stage, "seconds": seconds}
            for cycle in range(cycles)
            for stage, seconds in (("train", 3 * labelled[cycle]), ("evaluate", 5.0))
        ]
    )
    training, evaluation = 3 * sum(labelled), 5.0 * cycles
    monkeypatch.setattr("mtal.ui.loaders.seconds", lambda run: spent)
    took = training + evaluation
    assert forecast([again], None).seconds == pytest.approx((took, took))
    assert forecast([again, run.config], None).seconds == pytest.approx((2 * took, 2 * took))
    longer = again.model_copy(update={"epochs": 2 * run.config.epochs})
    assert forecast([longer], None).seconds == pytest.approx((took + training, took + training))
    assert forecast([again.model_copy(update={"backbone": "resnet18"})], None).seconds is None
    random = again.model_copy(update={"strategy": "random"})  # has other stages
    assert forecast([again, random], None).seconds is None
    last = (spent["stage"] == "evaluate") & (spent["cycle"] == cycles - 1)
    spent["seconds"] += 10 * last  # one cycle in which the machine was slow
    low, high = forecast([again], None).seconds
    assert took <= low < high < took + 10 * cycles
