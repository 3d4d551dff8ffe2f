"""The Experiments page in every state: plan, cells, tables, buttons and extensions."""

import io
import re
from collections.abc import Callable

import pandas as pd
import pytest

from mtal.runs.experiments.experiment import create_experiment, find_experiment, metrics
from mtal.runs.experiments.plan import expand, one_at_a_time
from mtal.runs.experiments.state import Experiment
from mtal.runs.files import write_json
from mtal.runs.store.run_facts import write_facts
from mtal.ui.components.ablation_choice import settings_used
from mtal.ui.experiments.titles import some_titles
from tests.app.page_contents import figures, text_of
from tests.real_runs import tiny_config

SEEDS = (0, 1)


@pytest.fixture
def made_experiment(store, made_store) -> Callable[..., Experiment]:
    """made_experiment("finished", ours_1="failed") -> two strategies x two seeds in these states.

    The first state holds for every run that no keyword names; a run in state `None` does not exist.
    `varied` maps a setting to its values.
    """

    def make(state: str | None, varied: dict | None = None, **states: str | None) -> Experiment:
        base = tiny_config().changed(("strategy", "seed"))
        variants = one_at_a_time(base, varied or {})
        cells = expand(base, ["random", "ours"], SEEDS, variants, settings_used())
        for cell in cells:
            cell_state = states.get(f"{cell.strategy}_{cell.seed}", state)
            if cell_state:
                settings = {name: getattr(cell.config, name) for name in (varied or {})}
                made_store(cell_state, strategy=cell.strategy, seed=cell.seed, **settings)
        return create_experiment(store, "shapes", "Shapes", cells)

    return make


def matrix(app) -> str:
    bodies = [element.proto.body for element in app.get("html")]
    (body,) = [body for body in bodies if 'class="matrix"' in body]
    return body


def cells_of(app) -> list[str]:
    """The text of each cell of the matrix, without tags."""
    cells = re.findall(r"<td.*?</td>", matrix(app))
    return [" ".join(re.sub("<[^>]*>", " ", cell).split()) for cell in cells]


def test_without_experiments_the_page_says_what_one_is_and_leads_to_a_filled_launch(open_page):
    app = open_page("experiments")
    assert "one plan of runs" in app.info[0].value
    app.button(key="experiments.plan").click().run()
    assert not app.exception
    assert app.query_params["compare"] == "all"


def test_the_list_has_a_row_per_experiment_with_plan_and_counts(open_page, made_experiment):
    made_experiment("finished", ours_1="failed", random_1=None)
    app = open_page("experiments")
    words = text_of(app)
    assert "4 runs = 2 strategies × 2 seeds" in words
    assert "Drawn shapes" in words
    for text in ("2 finished", "1 failed", "1 not started"):
        assert text in words
    (link,) = [link for link in app.get("page_link") if link.proto.label == "Shapes"]
    assert "experiment=shapes" in link.proto.query_string


def test_an_unknown_experiment_is_told_and_the_list_shown(open_page, made_experiment):
    made_experiment("finished")
    app = open_page("experiments", experiment="gone")
    assert "gone" in app.warning[0].value
    assert "2 strategies × 2 seeds" in text_of(app)


def test_a_damaged_plan_is_named(open_page, made_experiment):
    made_experiment("finished").paths.plan.write_text("{", encoding="utf-8")
    app = open_page("experiments")
    assert not app.exception
    assert "shapes cannot be read" in app.warning[0].value.replace("\\", "")


def test_time_spent_on_signals_of_others_is_no_cost_of_a_strategy(open_page, made_experiment):
    """These runs measured every signal, so both strategies ran a pass over the pool.

    Random needs no such pass; ours needs it, and shares it with the signals of others.
    """
    experiment = made_experiment("finished")
    for cell in experiment.cells:
        run = experiment.run(cell)
        own = {"pairs": True, "embedding": True, "score": False} if cell.strategy == "ours" else {}
        write_facts(
            run.paths.facts, run.facts.updated(needed_stages={"train": True, "pick": True} | own)
        )
    app = open_page("experiments", experiment="shapes")
    (shown,) = [frame.value for frame in app.dataframe if "selection, s per cycle" in frame.value]
    selection = dict(zip(shown["strategy"], shown["selection, s per cycle"], strict=True))
    assert selection.pop("Random")[0].isdigit()
    assert [text[:2] for text in selection.values()] == ["≤ "]
    assert all(text[0].isdigit() for text in shown["training, s per cycle"])
    assert any("≤: these runs measured more" in caption.value for caption in app.caption)


@pytest.mark.parametrize(
    "state", ["finished", "running", "queued", "failed", "interrupted", "stopped", None]
)
def test_one_experiment_in_every_state(open_page, made_experiment, state):
    experiment = made_experiment(state)
    app = open_page("experiments", experiment="shapes")
    assert not app.exception
    word = {"queued": "waiting", None: "not started"}.get(state, state)
    assert [word in cell for cell in cells_of(app)] == [True] * 4
    links = re.findall(r'href="run\?run=([^"]+)"', matrix(app))
    cells = sorted(experiment.cells, key=lambda cell: ["random", "ours"].index(cell.strategy))
    assert links == ([cell.run_name for cell in cells] if state else [])
    assert bool(figures(app)) == (state not in {"queued", None})
    keys = {button.key for button in app.button}
    assert ("experiments.start" in keys) == (state in {"failed", "interrupted", "stopped", None})
    assert ("experiments.stop" in keys) == (state in {"running", "queued"})


def test_the_header_says_the_protocol(open_page, made_experiment):
    made_experiment("finished")
    words = text_of(open_page("experiments", experiment="shapes"))
    for text in (
        "Drawn shapes, 33×47 px",
        "padnet, tiny",
        "2 epochs per cycle, anew from random weights",
        "25 % at random, + 20 %",
        "3 cycles",
    ):
        assert text in words.replace("\\", "")


def test_cells_tell_how_far_a_run_is_and_why_one_failed(open_page, made_experiment):
    made_experiment("finished", ours_0="running", ours_1="failed")
    cells = cells_of(open_page("experiments", experiment="shapes"))
    assert "running 1 of 3 cycles" in cells[2]
    assert "failed Out of memory" in cells[3]


def test_means_over_different_seeds_are_not_ranked_without_a_warning(open_page, made_experiment):
    made_experiment("finished", ours_1=None)
    assert any(
        "different numbers of seeds" in warning.value
        for warning in open_page("experiments", experiment="shapes").warning
    )


def test_a_sentence_names_three_strategies_and_counts_the_rest():
    assert some_titles(["rbal"]) == "RBAL"
    assert some_titles(["rbal", "ll4al"]) == "RBAL and LL4AL"
    assert (
        some_titles(["random", "rbal", "ll4al", "partal", "badge"])
        == "Random, RBAL, LL4AL and 2 more strategies"
    )


def test_a_plan_without_a_run_is_listed_with_the_title_of_its_data(
    open_page, made_experiment, made_store
):
    made_experiment(None)
    made_store("finished", strategy="ours", seed=9)
    assert "Drawn shapes" in text_of(open_page("experiments"))


def test_there_is_no_estimate_before_a_run_of_each_kind_has_a_cycle(
    open_page, made_experiment, made_store
):
    made_experiment("queued", random_0="finished")
    words = text_of(open_page("experiments", experiment="shapes"))
    assert "No estimate yet: no cycle of Consistency × diversity (ours) is complete" in words
    made_store("finished", strategy="ours", seed=9)  # of no experiment, but of the same kind
    assert "of work left" in text_of(open_page("experiments", experiment="shapes"))


def test_start_begins_what_rests_and_leaves_the_rest_alone(open_page, made_experiment, begun):
    experiment = made_experiment("finished", ours_0="stopped", ours_1=None, random_1="running")
    app = open_page("experiments", experiment="shapes")
    button = app.button(key="experiments.start")
    assert button.label == "Start or resume 2 runs"
    button.click().run()
    assert begun == [cell.run_name for cell in experiment.cells if cell.strategy == "ours"]


def test_stop_asks_first_and_then_all_that_live(open_page, made_experiment):
    experiment = made_experiment("finished", ours_0="running", ours_1="queued")
    app = open_page("experiments", experiment="shapes")
    app.button(key="experiments.stop").click().run()
    runs = {cell.seed: experiment.run(cell) for cell in experiment.cells if cell.strategy == "ours"}
    assert not any(run.paths.stop.exists() for run in runs.values())
    app.button(key="experiments.stop_yes").click().run()
    assert all(run.paths.stop.exists() for run in runs.values())
    assert not any(
        experiment.run(cell).paths.stop.exists()
        for cell in experiment.cells
        if cell.strategy == "random"
    )


def test_runs_that_failed_alike_are_told_together_and_resumed_together(
    open_page, made_experiment, monkeypatch
):
    experiment = made_experiment("finished", ours_0="failed", ours_1="failed", random_0="failed")
    disk_full = experiment.run(experiment.cells[0])
    write_json(
        disk_full.paths.result,
        {"outcome": "failed", "reason": "OSError: [Errno 28] No space left on device"},
    )
    disk_full.paths.log.write_text("", encoding="utf-8")
    resumed: list[str] = []
    monkeypatch.setattr(
        "mtal.ui.components.resume_runs.start",
        lambda paths: resumed.append(paths.folder.name) or True,
    )
    app = open_page("experiments", experiment="shapes")
    assert [error.value.split(".")[0] for error in app.error] == [
        "**Disk full**: 1 run",
        "**Out of memory**: 2 runs",
    ]
    app.button(key="experiments.resume.Out of memory").click().run()
    assert sorted(resumed) == sorted(
        cell.run_name for cell in experiment.cells if cell.strategy == "ours"
    )


def test_the_table_holds_each_line_against_random(open_page, made_experiment):
    experiment = made_experiment("finished")
    app = open_page("experiments", experiment="shapes")
    shown = next(table.value for table in app.dataframe if "difference to Random" in table.value)
    losses = metrics(experiment).query("task == 'loss' and cycle == 2")
    for _, row in shown.iterrows():
        name = "random" if row["strategy"] == "Random" else "ours"
        assert float(row["Multi-task loss ↓"].split(" ±")[0]) == pytest.approx(
            losses.loc[losses["strategy"] == name, "value"].mean(), rel=1e-3
        )
    assert set(shown["n"]) == {2}
    assert "is Random" in set(shown["difference to Random"])
    seconds = experiment.run(experiment.cells[0]).seconds()
    training = seconds.query("stage == 'train'")["seconds"].mean()
    random_row = shown.set_index("strategy").loc["Random"]
    assert float(random_row["training, s per cycle"]) == pytest.approx(training, rel=5e-3)


def test_task_axis_and_budget_stand_in_the_address(open_page, made_experiment):
    made_experiment("finished")
    app = open_page("experiments", experiment="shapes", task="depth", x="images", cycle="0")
    assert not app.exception
    assert app.selectbox(key="experiments.task").value == "depth"
    assert any("Depth" in text.value for text in app.markdown)
    shown = next(table.value for table in app.dataframe if "difference to Random" in table.value)
    # The random start has a quarter of 24 images, each with the labels of three tasks.
    assert set(shown["task labels"]) == {18}
    app.selectbox(key="experiments.x").set_value("percent").run()
    assert app.query_params["x"] in ("percent", ["percent"])


def test_the_measurements_can_be_taken_along(open_page, made_experiment, monkeypatch):
    experiment = made_experiment("finished", ours_1="running")
    downloads = {}
    monkeypatch.setattr(
        "streamlit.download_button",
        lambda label, data, name, *_, **__: downloads.update({name: (label, data())}),
    )
    open_page("experiments", experiment="shapes")
    label, text = downloads["shapes.csv"]
    table = pd.read_csv(io.StringIO(text), keep_default_na=False)
    assert len(table) == len(metrics(experiment))
    assert f"{len(table)} measurement" in label


def opened(open_page):
    """The page with the form of an extension open, as after a click."""
    app = open_page("experiments", experiment="shapes")
    app.session_state["experiments.extend"] = True
    return app.run()


def test_an_extension_is_counted_before_it_is_made_and_repeats_nothing(
    open_page, made_experiment, store, begun
):
    made_experiment("finished")
    app = opened(open_page)
    assert "extend.go" not in {button.key for button in app.button}
    app.number_input(key="extend.seeds").set_value(1).run()
    assert "2 more runs" in text_of(app)
    assert re.search(r"about \*\*.+\*\*, one run at a time on each device", text_of(app))
    app.multiselect(key="extend.strategies").set_value(["rbal"]).run()
    assert "5 more runs" in text_of(app)
    assert "no cycle of RBAL was timed here" in text_of(app)
    app.multiselect(key="extend.vary").set_value(["committee"]).run()
    app.multiselect(key="extend.vary.committee").set_value(["max", "mean"]).run()
    assert "8 more runs" in text_of(app)  # ours with another committee, for three seeds
    app.button(key="extend.go").click().run()
    assert not app.exception
    wider = find_experiment(store, "shapes")
    assert len(wider.cells) == 12
    assert wider.seeds == (0, 1, 2)
    assert sorted(begun) == sorted(cell.run_name for cell in wider.cells[4:])
    assert app.number_input(key="extend.seeds").value == 0


def test_a_variant_of_any_settings_counts_for_every_strategy(
    open_page, made_experiment, store, begun
):
    made_experiment("finished")
    app = opened(open_page)
    app.text_input(key="extend.yaml").set_value("epoch: 3").run()
    assert "did you mean" in app.error[0].value
    app.text_input(key="extend.yaml").set_value("epochs: 3").run()
    assert "4 more runs" in text_of(app)
    app.button(key="extend.go").click().run()
    assert {cell.variant for cell in find_experiment(store, "shapes").cells} == {"", "epochs=3"}


def test_variants_have_rows_of_their_own(open_page, made_experiment):
    made_experiment("finished", varied={"across": ["max", "mean"]})
    app = open_page("experiments", experiment="shapes")
    assert not app.exception
    assert len(cells_of(app)) == 6
    assert matrix(app).count("<small>across=mean</small>") == 1
    shown = next(table.value for table in app.dataframe if "difference to Random" in table.value)
    assert set(shown["variant"]) == {"", "across=mean"}


def test_an_experiment_can_be_looked_at_whole(open_page, made_experiment):
    experiment = made_experiment("finished")
    app = open_page("curves", experiment=experiment.name)
    assert not app.exception
    assert not app.multiselect
    gone = open_page("curves", experiment="gone")
    assert "no experiment" in gone.warning[0].value
