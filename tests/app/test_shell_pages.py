"""Home, Data, Launch, Jobs and Help in every state of the store: no exception, and the one fact that the page exists for."""

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from mtal.datasets.checks.coverage import NO_LABEL, pack, unpack
from mtal.runs.experiments.experiment import experiments, find_experiment
from mtal.runs.files import read_json, write_json
from mtal.runs.jobs.status import Status
from mtal.ui.components.ablation_choice import PAPER
from mtal.ui.components.strategy_cards import SEVEN
from mtal.ui.text import plain
from tests.datasets.any_folder import write_folder

ROOT = Path(__file__).parents[2]
STATES = ("empty", "running", "queued", "finished", "interrupted", "failed", "stopped")
MINE = ("home", "data", "launch", "jobs", "help", "experiments")


def text_of(app: AppTest) -> str:
    """All that the page says in words."""
    kinds = (
        "title",
        "subheader",
        "markdown",
        "caption",
        "info",
        "warning",
        "error",
        "success",
        "code",
        "badge",
    )
    said = [
        str(element.value)
        for kind in kinds
        for element in app.get(kind)
        if hasattr(element, "value")
    ]
    return "\n".join(
        said
        + [str(element.label) for element in app.button]
        + [element.proto.body for element in app.get("html")]
    )


@pytest.mark.parametrize("page", MINE)
@pytest.mark.parametrize("state", STATES)
def test_every_page_in_every_state(page, state, open_page, made_store):
    if state != "empty":
        made_store(state)
    app = open_page(page)
    assert not app.exception
    assert app.title


def test_a_page_is_called_like_its_link():
    links = re.findall(
        r'st\.Page\("pages/(\w+)\.py", title="([^"]+)"',
        (ROOT / "app.py").read_text(encoding="utf-8"),
    )
    assert len(links) == len(list((ROOT / "pages").glob("*.py")))
    for name, title in links:
        assert f'st.title("{title}"' in (ROOT / "pages" / f"{name}.py").read_text(encoding="utf-8")


def test_home_without_runs_offers_the_first_steps(open_page):
    app = open_page("home")
    assert {"home.demo", "home.simulate", "home.data"} <= {button.key for button in app.button}
    assert "Recent runs" not in text_of(app)


def test_home_leads_back_to_a_living_run(open_page, made_store):
    run = made_store("running")
    app = open_page("home")
    assert "Running now" in text_of(app)
    assert any(run.name in link.proto.query_string for link in app.get("page_link"))
    assert "Train network" in text_of(app)


def test_jobs_shows_progress_and_a_stop_that_asks_the_worker(open_page, made_store):
    run = made_store("running")
    app = open_page("jobs")
    last = run.reports()[-1]
    assert (last["cycle"], last["stage"]) == (1, "train")
    assert 0 < last["done"] < last["total"]
    assert f"{last['done']} of {last['total']}" in text_of(app)
    assert f"Cycle 1 (last: {run.config.cycles - 1})" in text_of(app)
    app.button(key=f"jobs.stop.{run.name}").click().run()
    assert run.paths.stop.exists()
    assert app.button(key=f"jobs.stop.{run.name}").disabled


def test_cycles_are_a_bound_where_a_rule_may_end_the_run(open_page, made_store):
    made_store("running", label_budget=33)
    said = text_of(open_page("jobs"))
    assert "Cycle 1 (last: 2 at most)" in said
    assert "1 of at most 3 cycles complete" in said


def test_a_run_that_a_rule_finished_says_so(open_page, made_store):
    run = made_store("finished", label_budget=33, cycles=4)
    rule = "the label budget of 33 task labels is spent"
    write_json(run.paths.result, run.result | {"reason": rule})
    for page in ("jobs", "run"):
        said = text_of(open_page(page, run=run.name))
        assert rule in said
        assert "3 of 3" in said
        assert "of 4" not in said


def test_jobs_says_which_place_in_the_queue(open_page, made_store):
    made_store("running", seed=0)
    made_store("queued", seed=1)
    made_store("queued", seed=2)
    said = text_of(open_page("jobs"))
    assert "place 1 of 2" in said
    assert "place 2 of 2" in said


ENDED = [("interrupted", "Killed"), ("failed", "Out of memory"), ("stopped", "Stopped on request")]


@pytest.mark.parametrize(("state", "told"), ENDED)
def test_jobs_says_why_a_run_ended_and_offers_resume(state, told, open_page, made_store):
    run = made_store(state)
    app = open_page("jobs")
    assert told in text_of(app)
    assert app.button(key=f"resume.{run.name}")


def test_resume_starts_the_worker_once(open_page, made_store, monkeypatch):
    run, begun = made_store("interrupted"), []
    monkeypatch.setattr(
        "mtal.ui.components.run_failure.start",
        lambda paths, accept_data: begun.append(paths.folder.name) or True,
    )
    open_page("jobs").button(key=f"resume.{run.name}").click().run()
    assert begun == [run.name]


def test_resume_all_takes_the_interrupted_ones_only(open_page, made_store, monkeypatch):
    begun: list[str] = []
    monkeypatch.setattr(
        "mtal.ui.run.job_list.start", lambda paths: begun.append(paths.folder.name) or True
    )
    names = {made_store("interrupted", seed=seed).name for seed in range(2)}
    made_store("failed", seed=7)
    open_page("jobs").button(key="jobs.resume_all").click().run()
    assert set(begun) == names


def test_a_damaged_run_is_named(open_page, made_store):
    run = made_store("finished")
    (run.store.folder / "broken").mkdir()
    (run.store.folder / "broken" / "config.json").write_text("{", encoding="utf-8")
    assert "broken" in text_of(open_page("jobs"))


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
        (one, seed) for one in ("ours", "random") for seed in range(3)
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
    found = app.multiselect(key="launch.strategy").value
    assert {"equal-ss", "equal-de"} <= set(found)
    assert not {"equal-sn", "equal-ed"} & set(found)  # their tasks are not there
    assert not app.button(key="launch.go").disabled
    assert (
        open_page("launch", dataset="drawn", compare="all").number_input(key="launch.seeds").value
        == 3
    )


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
    variants = sum(len(values) - 1 for values in PAPER.values())
    assert app.button(key="launch.go").label == f"Start {6 + 3 * variants} runs"
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


def test_launch_like_another_run_has_its_settings(open_page, made_store):
    run = made_store("finished", seed=4)
    app = open_page("launch", like=run.name)
    height, width = run.config.size
    assert app.text_input(key="launch.size").value == f"{height}x{width}"
    assert app.number_input(key="launch.seed").value == 4
    assert app.number_input(key="launch.epochs").value == run.config.epochs
    assert app.multiselect(key="launch.tasks").value == list(run.config.tasks)


def test_launch_names_the_setting_that_is_wrong(open_page):
    app = open_page("launch")
    app.number_input(key="launch.cycles").set_value(60).run()
    assert any(
        text.value.startswith(":red[") and "take at most 10 cycles" in text.value
        for text in app.markdown
    )
    assert app.button(key="launch.go").disabled


def test_launch_has_a_widget_for_every_setting(open_page):
    from mtal.config import Config

    app = open_page("launch")
    kinds = ("selectbox", "multiselect", "number_input", "text_input", "toggle")
    keys = {widget.key for kind in kinds for widget in app.get(kind)}
    assert {f"launch.{name}" for name in Config.model_fields} <= keys


def test_launch_preset_fills_the_form(open_page):
    app = open_page("launch")
    app.selectbox(key="launch.preset").set_value("demo").run()
    assert app.number_input(key="launch.epochs").value == 8
    app.selectbox(key="launch.preset").set_value("own settings").run()
    assert app.number_input(key="launch.epochs").value == 100


def test_pasted_yaml_fills_the_form_and_wrong_yaml_leaves_it(open_page):
    app = open_page("launch")
    app.text_area(key="launch.paste").set_value("epochs: 33\nstrategy: random\nsize: 96x128").run()
    app.button(key="launch.take").click().run()
    assert app.number_input(key="launch.epochs").value == 33
    assert app.multiselect(key="launch.strategy").value == ["random"]
    app.text_area(key="launch.paste").set_value("epoch: 12").run()
    app.button(key="launch.take").click().run()
    assert app.number_input(key="launch.epochs").value == 33


def test_launch_estimates_from_an_earlier_run_or_says_that_there_is_none(open_page, made_store):
    assert "Time unknown" in text_of(open_page("launch"))
    run = made_store("finished")
    said = text_of(open_page("launch", like=run.name))
    assert "1 earlier run" in said
    assert f"about {len(run.picked(0))} labels per cycle" in said


def test_help_has_a_card_for_every_strategy_under_its_heading(open_page):
    from mtal.acquisition.registry import STRATEGIES
    from mtal.ui.catalog import signals

    app = open_page("help")
    said = text_of(app)
    for strategy in STRATEGIES.values():
        assert strategy.formula in said
        assert all(
            plain(text) in said for text in (strategy.blurb, strategy.source, strategy.choices)
        )
        assert all(signals()[need] in said for need in strategy.needs)
    assert [heading.value for heading in app.subheader] == [
        "From the paper's comparison",
        "Further baselines",
    ]


@pytest.mark.parametrize("page", ["launch", "run"])
def test_a_card_is_one_click_away(page, open_page, made_store):
    from mtal.acquisition.registry import STRATEGIES

    run = made_store("finished")
    app = open_page(page, **({"run": run.name} if page == "run" else {"like": run.name}))
    assert STRATEGIES["ours"].formula not in text_of(app)
    app.session_state[f"{page}.card.ours"] = True  # as a click on it does
    assert STRATEGIES["ours"].formula in text_of(app.run())


OWN = """
from dataclasses import replace
from mtal.acquisition.uniform import RANDOM

STRATEGY = replace(RANDOM, name="mine", title="Mine alone")
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder with one strategy of one's own, and a file that is none."""
    monkeypatch.setenv("MTAL_STRATEGIES", str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mine.py").write_text(OWN)
    (tmp_path / "own" / "wrong.py").write_text("1 / 0")
    return tmp_path / "own"


def test_strategies_of_ones_own_have_a_card_and_a_broken_file_a_reason(open_page, own):
    said = text_of(open_page("help"))
    assert "Your own" in said
    assert "Mine alone" in said
    assert "ZeroDivisionError" in said


def test_launch_offers_strategies_of_ones_own_and_forgets_one_that_is_taken_away(open_page, own):
    app = open_page("launch", dataset="drawn", strategy="mine")
    assert not app.exception
    chosen = app.multiselect(key="launch.strategy")
    assert chosen.value == ["mine"]
    assert "Mine alone" in chosen.options
    assert "ZeroDivisionError" in text_of(app)
    (own / "mine.py").unlink()
    app.run()
    assert not app.exception
    assert app.multiselect(key="launch.strategy").value == []


def test_launch_names_the_rule_that_a_strategy_of_ones_own_breaks(open_page, own):
    (own / "mine.py").write_text(OWN + "STRATEGY = replace(STRATEGY, pick=lambda *_: None)")
    app = open_page("launch", dataset="drawn", strategy="mine")
    assert not app.exception
    assert "breaks the rule" in text_of(app)
    assert "answers NoneType instead of a Pick" in text_of(app)


def test_launch_says_at_most_how_many_cycles_where_a_rule_may_end_them(open_page):
    app = open_page("launch", dataset="drawn")
    assert "at most" not in text_of(app)
    app.number_input(key="launch.label_budget").set_value(500)
    app.number_input(key="launch.plateau_percent").set_value(1.5).run()
    said = text_of(app)
    assert "at most 6 cycles each" in said
    assert (
        "at most 60 % of the pool, ends at 500 task labels or when the loss falls by less than 1.5 % over 2 cycles"
        in said
    )
    app.number_input(key="launch.plateau_percent").set_value(100).run()
    assert "**plateau_percent** input should be less than 100" in text_of(app).lower().replace(
        "\\", ""
    )


def test_launch_takes_settings_from_the_address_and_refuses_wrong_ones(open_page):
    assert (
        open_page("launch", dataset="drawn", epochs="7", tasks="depth")
        .number_input(key="launch.epochs")
        .value
        == 7
    )
    app = open_page("launch", epochs="many")
    assert not app.exception
    assert "epochs" in text_of(app)


def test_launch_keeps_the_data_of_the_address_and_takes_the_tasks_that_it_has(open_page, tmp_path):
    folder = write_folder(tmp_path / "half")
    for task in ("normals", "edge", "saliency", "human_parts"):
        shutil.rmtree(folder / task)
    app = open_page("launch", dataset="folder", data=str(folder))
    assert not app.exception
    assert not app.warning
    assert app.selectbox(key="launch.dataset").value == "folder"
    assert app.text_input(key="launch.data").value == str(folder)
    assert app.multiselect(key="launch.tasks").value == ["semseg", "depth"]
    assert not app.button(key="launch.go").disabled
    app = open_page("launch", dataset="folder", data=str(folder), tasks="depth,normals")
    assert app.text_input(key="launch.data").value == str(folder)
    assert app.multiselect(key="launch.tasks").value == ["depth", "normals"]
    assert any(
        text.value.startswith(":red[") and "no labels for 'normals'" in text.value
        for text in app.markdown
    )
    assert app.button(key="launch.go").disabled
    app.multiselect(key="launch.tasks").set_value(["depth", "semseg"]).run()
    assert not app.button(key="launch.go").disabled


def test_launch_starts_nothing_before_a_wrong_address_is_mended(open_page, tmp_path):
    folder = str(write_folder(tmp_path / "rooms"))
    wrong = {"dataset": "folder", "data": folder, "epochs": "many", "batch": "3"}
    app = open_page("launch", **wrong)
    assert (app.selectbox(key="launch.dataset").value, app.text_input(key="launch.data").value) == (
        "folder",
        folder,
    )
    assert app.number_input(key="launch.batch").value == 3
    assert app.button(key="launch.go").disabled
    assert "epochs" in app.warning[0].value
    app.number_input(key="launch.epochs").set_value(12).run()
    assert not app.button(key="launch.go").disabled
    assert not app.warning
    app = open_page("launch", **wrong)
    app.button(key="launch.accept").click().run()
    assert not app.button(key="launch.go").disabled


@pytest.mark.parametrize(
    "address",
    [
        {"dataset": "foldr", "data": "/x"},
        {"like": "gone"},
        {"preset": "big"},
        {"cycles": "60"},
        {"dataset": "drawn", "data": "24+8", "start_percent": "99"},
        {"backbone": "x", "lr": "-1"},
    ],
)
def test_launch_never_starts_at_once_from_what_cannot_be(open_page, address):
    app = open_page("launch", **address)
    assert not app.exception
    assert app.warning
    assert app.button(key="launch.go").disabled


def test_launch_has_nothing_to_choose_where_a_check_found_all_labels(open_page, made_check):
    address = {"dataset": "drawn", "data": "24+8", "start": "labelled", "tasks": "semseg,depth"}
    assert not open_page("launch", **address).button(key="launch.go").disabled
    folder = made_check("finished")
    app = open_page("launch", **address)
    assert "nothing to choose" in text_of(app)
    assert app.button(key="launch.go").disabled
    app.selectbox(key="launch.start").set_value("random").run()
    assert not app.button(key="launch.go").disabled
    report = read_json(folder.paths.report)
    states = report["splits"]["pool"]["states"]
    states["depth"] = pack(np.append(unpack(states["depth"])[:-1], NO_LABEL))
    write_json(folder.paths.report, report)
    assert not open_page("launch", **address).button(key="launch.go").disabled


def test_launch_says_the_title_of_data_once(open_page):
    assert "Rooms (bundled)" in open_page("launch").selectbox(key="launch.dataset").options


def test_a_row_says_which_stopped_run_waits_for_labels(open_page, made_store):
    run = made_store("stopped")
    assert "Waiting for labels" not in text_of(open_page("home"))
    write_json(
        run.paths.result,
        {"outcome": "stopped", "reason": "it waits for labels of 2 picked images: 0007, 0009"},
    )
    assert "Waiting for labels" in [text.value for text in open_page("home").caption]
    assert "Waiting for labels" in text_of(open_page("jobs"))


def test_cause_prefers_what_the_evidence_says(made_store):
    from mtal.runs.store.failures import failure_of

    run = made_store("failed")
    assert failure_of(run).title == "Out of memory"
    full = made_store("failed", seed=1)
    write_json(
        full.paths.result,
        {"outcome": "failed", "reason": "OSError: [Errno 28] No space left on device"},
    )
    full.paths.log.write_text("OSError: [Errno 28] No space left on device\n", encoding="utf-8")
    assert failure_of(full).title == "Disk full"


NAN = "NonFiniteLossError: the loss is not finite while training the network. Try a lower lr"
BROKEN = "DataError: 1 file cannot be used: /data/depth/0025.npy cannot be read"
CHANGED = "DataError: the data in /data changed since this run began (fingerprint a, now b)"
LIST = "DataError: /data holds other pool images than when this run began"


@pytest.mark.parametrize(
    ("reason", "title", "way"),
    [
        (NAN, "Loss is not a number", "copy"),
        (BROKEN, "Missing or broken file", "data"),
        (CHANGED, "Data changed", "accept"),
        (LIST, "Other images", "data"),
        ("ConfigError: lr: too high", "A setting cannot be used", "copy"),
        ("ValueError: a bug", "Error in the program", "resume"),
    ],
)
def test_the_button_that_helps_comes_first(reason, title, way, open_page, made_store):
    run = made_store("failed")
    write_json(run.paths.result, {"outcome": "failed", "reason": reason})
    run.paths.log.write_text("", encoding="utf-8")
    app = open_page("run", run=run.name)
    assert not app.exception
    assert title in text_of(app)
    first, *others = [
        button for button in app.button if button.key and button.key.endswith(run.name)
    ]
    assert (first.key, first.proto.type) == (f"{way}.{run.name}", "primary")
    assert {button.proto.type for button in others} == {"secondary"}
    assert title in text_of(open_page("home"))


def test_changed_data_is_accepted_by_its_own_button_only(open_page, made_store, monkeypatch):
    run, begun = made_store("failed"), []
    write_json(run.paths.result, {"outcome": "failed", "reason": CHANGED})
    run.paths.log.write_text("", encoding="utf-8")
    monkeypatch.setattr(
        "mtal.ui.components.run_failure.start",
        lambda paths, accept_data: begun.append(accept_data) or True,
    )
    app = open_page("run", run=run.name)
    app.button(key=f"accept.{run.name}").click().run()
    app.button(key=f"resume.{run.name}").click().run()
    assert begun == [True, False]


def test_an_older_failure_in_the_log_is_not_the_cause(made_store):
    from mtal.runs.store.failures import failure_of

    run = made_store("interrupted")
    run.paths.log.write_text("start 1, 2026-01-01 10:00:00\nout of memory\n", encoding="utf-8")
    assert failure_of(run).title == "Out of memory"
    run.paths.log.write_text(
        "start 1, 2026-01-01 10:00:00\nout of memory\nstart 2, 2026-01-01 11:00:00\n",
        encoding="utf-8",
    )
    assert failure_of(run).title == "Killed"


def test_the_data_of_a_broken_run_is_one_click_away(open_page, made_store):
    run = made_store("failed")
    write_json(run.paths.result, {"outcome": "failed", "reason": BROKEN})
    run.paths.log.write_text("", encoding="utf-8")
    app = open_page("run", run=run.name)
    app.button(key=f"data.{run.name}").click().run()
    assert not app.exception
    assert app.query_params["dataset"] == "drawn"
    assert app.query_params["folder"] == "24+8"


def test_a_copy_of_a_failed_run_says_what_to_change_and_that_it_is_the_same_run_until_then(
    open_page, made_store
):
    run = made_store("failed")
    write_json(run.paths.result, {"outcome": "failed", "reason": NAN})
    run.paths.log.write_text("", encoding="utf-8")
    app = open_page("launch", like=run.name)
    assert not app.exception
    assert "Loss is not a number" in app.warning[0].value
    assert f"`{run.name}` (failed)" in text_of(app)
    assert text_of(app).count("change this") == 2  # learning rate and precision
    opened = {section.label.split(" (")[0]: section.proto.expanded for section in app.expander}
    assert opened["All settings of training"]
    assert not opened["All settings of selection"]
    app.number_input(key="launch.lr").set_value(1e-5).run()
    assert f"`{run.name}` (failed)" not in "\n".join(str(text.value) for text in app.markdown)


def test_launch_begins_with_a_data_set_that_is_here(open_page, monkeypatch):
    monkeypatch.setattr(
        "mtal.ui.catalog.locate", lambda config: "here" if config.dataset == "drawn" else ""
    )
    app = open_page("launch")
    assert app.selectbox(key="launch.dataset").value == "drawn"
    assert not app.button(key="launch.go").disabled


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
    other = again.model_copy(
        update={"strategy": "random"}
    )  # which has stages of its own, or lacks some
    assert forecast([again, other], None).seconds is None
    last = (spent["stage"] == "evaluate") & (spent["cycle"] == cycles - 1)
    spent["seconds"] += 10 * last  # one cycle in which the machine was slow
    low, high = forecast([again], None).seconds
    assert took <= low < high < took + 10 * cycles


def test_an_unknown_run_in_the_address_is_named_with_what_there_is(open_page, made_store):
    run = made_store("finished")
    app = open_page("run", run="gone")
    assert not app.exception
    assert "gone" in app.warning[0].value
    assert run.name in app.warning[0].value
    app.button(key="run.forget_run").click().run()
    assert app.query_params["run"] == run.name


def test_the_chosen_run_stands_in_the_address_and_follows_to_other_pages(open_page, made_store):
    first, second = made_store("finished", seed=0), made_store("finished", seed=1)
    app = open_page("run", run=first.name)
    app.selectbox(key="run.run").set_value(second.name).run()
    assert app.query_params["run"] == second.name
    app.query_params.clear()
    app.switch_page("pages/batch.py").run()
    assert app.selectbox(key="batch.run").value == second.name
