"""Learning curves in all their sections, two runs side by side, and the paper's own numbers."""

import io

import pandas as pd
import pytest

from mtal.ui import live
from tests.app.page_contents import address, figures, texts

VIEWS = ("curves", "saved", "areas", "wins", "overlap", "costs", "ablations")


@pytest.fixture
def compared(made_store):
    """Two strategies with two seeds each."""
    return [
        made_store("finished", strategy=strategy, seed=seed)
        for strategy in ("ours", "random")
        for seed in (0, 1)
    ]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("x", ["labels", "hours", "cost"])
def test_every_section_on_every_kind_of_axis(open_page, compared, view, x):
    app = open_page("curves", view=view, x=x)
    assert not app.exception
    assert not app.error
    assert address(app)["view"] == view
    assert "Protocol" in texts(app)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("state", ["running", "failed", "queued", "interrupted"])
def test_every_section_of_runs_in_every_state(open_page, made_store, view, state):
    made_store(state)
    app = open_page("curves", view=view)
    assert not app.exception


@pytest.mark.parametrize("view", VIEWS)
def test_every_section_of_one_run(open_page, made_store, view):
    made_store("finished")
    app = open_page("curves", view=view)
    assert not app.exception


def test_the_change_against_random_is_zero_for_random_itself(open_page, compared):
    app = open_page("curves")
    data = next(figure["csv"] for figure in figures(app) if "Better by" in figure["figure"])
    rows = pd.read_csv(io.StringIO(data))
    random = rows[rows["title"].str.startswith("Random")]
    assert "against Random" in texts(app)
    assert len(random) == 3
    assert (random["mean"] == 0).all()
    assert rows["title"].nunique() == 2


def test_bands_and_single_seeds_are_switched_by_the_address(open_page, compared):
    app = open_page("curves", band="ci95", seeds="hidden")
    spec = figures(app)[0]["figure"]
    assert "ci95" in spec
    assert "seeds" not in spec
    assert "95 % confidence interval" in texts(app)


def test_every_figure_can_be_taken_along_with_its_data(open_page, compared):
    app = open_page("curves")
    drawn = figures(app)
    assert len(drawn) == 5  # the loss, the mean change, three tasks
    for figure in drawn:
        assert figure["alt"]
        head, *rows = figure["csv"].splitlines()
        assert len(rows) > 1
        assert "x" in head.split(",")
        assert figure["library"].startswith("plotly.js?v=")


def test_published_curves_need_their_axis_and_one_click_takes_it(open_page, compared):
    app = open_page("curves", paper="own axis")
    assert "they need the axis" in texts(app)
    app = app.button(key="curves.percent").click().run()
    assert not app.exception
    assert "they need the axis" not in texts(app)
    assert app.selectbox(key="curves.x").value == "percent"


def test_prices_make_the_axis_of_cost(open_page, compared):
    app = open_page("curves", x="cost")
    app.number_input(key="curves.price.depth").set_value(2.0).run()
    assert not app.exception
    assert "Annotation cost" in figures(app)[0]["figure"]


def test_runs_on_all_labels_are_a_line_and_no_curve(open_page, made_store):
    run = made_store("finished")
    on_all = made_store("finished", 1, strategy="random", cycles=1, start_percent=100.0)
    app = open_page("curves", cmp=[on_all.name, run.name])
    assert "All labels (n=1)" in figures(app)[0]["figure"]


def test_labels_saved_says_who_against_whom_and_how_sure(open_page, compared):
    app = open_page("curves", view="saved")
    headlines = ("To reach ", "saved no labels: ", "Nothing to compare", "has no meaning here")
    assert any(headline in texts(app) for headline in headlines)
    table = next(frame.value for frame in app.dataframe if "saved" in frame.value)
    assert "is the reference" in table["saved"].tolist()
    target = app.number_input[0]
    assert target.value is None  # not a number that stays while the reference goes on
    assert "as the reference ends: " in target.placeholder
    app = target.set_value(1e9).run()
    assert app.number_input[0].value == 1e9
    assert "1000000000" in texts(app)


def test_sections_of_two_data_sets_have_choices_of_their_own(open_page, made_store):
    runs = [
        made_store("finished", strategy=strategy, dataset=dataset)
        for dataset in ("drawn", "rooms")
        for strategy in ("ours", "random")
    ]
    for view in ("saved", "overlap", "wins"):
        app = open_page("curves", view=view, cmp=[run.name for run in runs])
        assert not app.exception
        assert "is not among these runs" not in texts(app)
        assert "There is no" not in texts(app)
    app = open_page("curves", view="saved", cmp=[run.name for run in runs])
    groups = [box.value for box in app.selectbox if box.label == "Reference"]
    assert sorted(groups) == sorted(
        {run.config.group for run in runs if run.config.strategy == "random"}
    )
    assert address(app)["reference"] != address(app)["reference1"]


def test_a_reference_that_is_no_longer_chosen_gives_way_to_the_usual_one(open_page, compared):
    ours, random = compared[0], compared[2]
    app = open_page("curves", view="saved", cmp=[ours.name], reference=random.config.group)
    assert not app.exception
    assert "is not among these runs" in texts(app)
    references = [box.value for box in app.selectbox if box.label == "Reference"]
    assert references == [ours.config.group]


def test_labels_saved_of_runs_on_all_labels_alone(open_page, made_store):
    on_all = made_store("finished", 1, strategy="random", cycles=1, start_percent=100.0)
    app = open_page("curves", view="saved", cmp=[on_all.name])
    assert not app.exception
    assert "There is no curve to compare" in texts(app)


def test_wins_need_two_lines_and_two_seeds(open_page, made_store):
    made_store("finished")
    assert "Two lines are needed" in texts(open_page("curves", view="wins"))
    made_store("finished", strategy="random")
    assert "No two lines share two seeds" in texts(open_page("curves", view="wins"))


def test_ablations_name_what_is_not_there_and_draw_what_is(open_page, made_store):
    runs = [made_store("finished", committee=committee) for committee in ("max", "mean")]
    app = open_page("curves", view="ablations", cmp=[run.name for run in runs])
    assert "Committee joined by (Table 2)" in texts(app)
    assert "Fig. 10" in app.info[0].value
    assert len(figures(app)) == 1 + len(runs[0].tasks)


def test_two_runs_side_by_side(open_page, made_store):
    runs = [made_store("finished"), made_store("finished", strategy="random")]
    app = open_page("compare")
    assert not app.exception
    differing, *_ = (table.value for table in app.table)
    assert "strategy" in differing.index
    assert len(figures(app)) == 1 + len(runs[0].tasks)
    assert "Batches side by side" in texts(app)
    tiles = [
        element.proto.body for element in app.get("html") if 'class="tiles"' in element.proto.body
    ]
    assert len(tiles) == 2
    assert set(app.query_params["cmp"]) == {run.name for run in runs}


@pytest.mark.parametrize("state", ["running", "queued", "failed", "interrupted", "stopped"])
def test_runs_in_every_state_stand_side_by_side(open_page, made_store, state):
    runs = [made_store(state), made_store("finished", strategy="random")]
    app = open_page("compare", cmp=[run.name for run in runs])
    assert not app.exception
    assert "What differs" in texts(app)


def test_one_run_alone_is_not_compared(open_page, made_store):
    made_store("finished")
    app = open_page("compare")
    assert "Choose two" in app.info[0].value


@pytest.mark.parametrize(("figure", "number"), [("PASCAL", 6), ("NYU", 4)])
@pytest.mark.parametrize("reading", ["std", "variance"])
def test_the_papers_figures_come_from_its_tables_alone(open_page, figure, number, reading):
    app = open_page("published", figure=figure, reading=reading)
    assert not app.exception
    assert len(figures(app)) == number
    numbers = next(frame.value for frame in app.dataframe if "AULC Ours" in frame.value)
    assert len(numbers) == number
    against = next(frame.value for frame in app.dataframe if "Ours against" in frame.value)
    against = against.set_index("Ours against")
    cells = {("PASCAL", "std"): 30, ("NYU", "std"): 20}
    assert against.loc["Random", "cells"] == cells[figure, "std"]
    assert ("same five means" in texts(app)) == (figure == "PASCAL")


def test_what_happened_while_the_page_was_drawn_redraws_it(open_page, made_store, monkeypatch):
    run, states, real = made_store("finished"), [], live.state

    def state(runs):
        states.append("before the last cycle" if not states else real(runs))
        return states[-1]

    monkeypatch.setattr("mtal.ui.live.state", state)
    app = open_page("curves", cmp=run.name)
    assert not app.exception
    assert len(states) == 5  # drawn, compared twice, drawn again, found as it was


def test_runs_without_a_point_are_told_and_linked(open_page, made_store):
    run = made_store("finished")
    failed, waiting = made_store("failed", 0, seed=1), made_store("queued", seed=2)
    app = open_page("curves", cmp=[run.name, failed.name, waiting.name])
    assert "No complete cycle yet, so not drawn: 1 failed, 1 waiting." in texts(app)
    assert any(failed.name in link.proto.query_string for link in app.get("page_link"))


def test_curves_start_with_what_can_be_compared(open_page, made_store):
    longer = made_store("finished", epochs=7)
    runs = [
        made_store("finished", seed=0),
        made_store("finished", seed=1),
        made_store("finished", strategy="random"),
    ]
    app = open_page("curves")
    assert not app.exception
    assert sorted(app.multiselect(key="curves.cmp").value) == sorted(run.name for run in runs)
    assert longer.name not in app.multiselect(key="curves.cmp").value
    # The loss, the mean change against Random, and the tasks.
    assert len(figures(app)) == 2 + len(runs[0].tasks)
    assert "n=1" in texts(app)  # random has one seed: no error estimate


def test_curves_published_numbers_need_the_percent_axis(open_page, made_store):
    made_store("finished")
    app = open_page("curves", paper="on")
    assert "they need the axis" in texts(app)
    app = open_page("curves", x="percent", paper="on")
    assert not app.exception
    assert "never mixed" in texts(app)
    assert "no numbers for this task" in texts(app)  # drawn shapes are not in the paper
    assert app.segmented_control(key="curves.reading").value == "std"


def test_curves_can_show_everything(open_page, made_store):
    names = [made_store("finished", epochs=7).name, made_store("finished").name]
    app = open_page("curves")
    app.multiselect(key="curves.cmp").set_value(names).run()
    assert not app.exception
    assert sorted(app.multiselect(key="curves.cmp").value) == sorted(names)
    app.multiselect(key="curves.cmp").set_value([]).run()
    assert not app.exception


def test_curves_of_runs_that_ended_without_a_cycle_name_the_cause_and_promise_nothing(
    open_page, made_store
):
    run = made_store("failed", cycles_done=0)
    app = open_page("curves", cmp=run.name)
    assert "none is running" in texts(app)
    assert "by themselves" not in texts(app)
    link = next(link.proto for link in app.get("page_link") if run.name in link.proto.query_string)
    assert "failed, Out of memory" in link.label


def test_curves_protocol_says_once_what_is_the_same_for_all(open_page, made_store):
    longer = made_store("finished", epochs=7)
    made_store("finished")
    made_store("finished", strategy="random")
    app = open_page("curves")
    assert [table.value.columns.tolist() for table in app.table] == [["the same for all"]]
    names = app.multiselect(key="curves.cmp").value
    app.multiselect(key="curves.cmp").set_value([*names, longer.name]).run()
    differing, shared = (table.value for table in app.table)
    assert differing.index.tolist() == ["training"]
    assert len(differing.columns) == 3
    assert "training" not in shared.index
