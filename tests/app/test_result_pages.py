"""The result pages in every state of a run: no exception, and the main fact of each page."""

import pytest

from mtal.runs.files import read_json, write_json
from mtal.runs.jobs.status import Status
from mtal.runs.store.run import LOSS
from mtal.runs.store.run_facts import write_facts
from mtal.ui.components.run_cards import SIGNS
from tests.app.page_contents import address, charts, picks, texts, tiles

PAGES = ("run", "batch", "inspect", "map", "curves")
PICKING = ("batch", "inspect", "map")
STATES = ("finished", "running", "queued", "failed", "interrupted", "stopped")


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_store_offers_the_way_out(open_page, page):
    app = open_page(page)
    assert not app.exception
    assert "No runs yet" in texts(app) or "No runs yet" in "".join(info.value for info in app.info)
    assert app.button(key=f"{page}.launch")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_in_every_state(open_page, made_store, page, state):
    made_store(state)
    app = open_page(page)
    assert not app.exception
    assert app.title[0].value


@pytest.mark.parametrize("page", PAGES)
def test_running_without_a_complete_cycle_says_so(open_page, made_store, page):
    made_store("running", cycles_done=0)
    app = open_page(page)
    assert not app.exception
    assert "complete" in texts(app)
    assert bool(charts(app)) == (page == "run")  # training has begun, and has curves


@pytest.mark.parametrize("page", PICKING)
def test_a_run_that_ended_before_its_first_cycle_says_why_and_leads_to_it(
    open_page, made_store, page
):
    run = made_store("failed", cycles_done=0)
    app = open_page(page, run=run.name)
    assert "Failed before its first cycle was complete: *Out of memory*" in texts(app)
    app.button(key=f"{page}.open_run").click().run()
    assert app.query_params["run"] == run.name
    assert app.button(key=f"resume.{run.name}")


@pytest.mark.parametrize("page", PICKING)
def test_a_living_run_takes_one_line_where_a_page_is_about_finished_cycles(
    open_page, made_store, page
):
    run = made_store("running")
    app = open_page(page)
    now = run.progress()
    (line,) = [
        caption.value
        for caption in app.caption
        if caption.value.startswith(SIGNS[Status.RUNNING][0])
    ]
    assert now is not None
    assert f"Cycle {now.cycle}" in line
    assert now.stage_title in line
    assert not any('class="stages"' in element.proto.body for element in app.get("html"))


@pytest.mark.parametrize("page", PICKING)
def test_a_run_that_only_measured_has_no_batch(open_page, made_store, page):
    run = made_store("interrupted", cycles_done=1)
    files = run.cycle(0)
    for path in (files.manifest, files.pick, files.pool, files.layout, files.embedding):
        path.unlink()
    app = open_page(page, run=run.name)
    assert not app.exception
    assert "No batch yet" in texts(app)


@pytest.mark.parametrize("page", PAGES)
def test_unknown_names_in_the_address_are_told(open_page, made_store, page):
    made_store("finished")
    app = open_page(page, run="no-such-run", cmp="no-such-run", cycle="77", sample="9999")
    assert not app.exception


def test_run_shows_values_changes_and_the_last_pick(open_page, made_store):
    run = made_store("finished")
    app = open_page("run", run=run.name)
    table = run.metrics().pivot(index="cycle", columns="task", values="value")[
        [LOSS, *run.config.tasks]
    ]
    assert [float(metric.value) for metric in app.metric] == pytest.approx(
        table.iloc[-1].tolist(), rel=5e-3
    )
    for metric, change in zip(app.metric, table.iloc[-1] - table.iloc[-2], strict=True):
        digits = len(metric.value.partition(".")[2])  # as exact as the value beside it
        assert metric.delta == f"{change:+.{digits}f}"
    better = {LOSS: "lower"} | {task.name: task.better for task in run.tasks}
    rose = table.iloc[-1] > table.iloc[-2]
    verdicts = ["better" if rose[name] == (better[name] == "higher") else "worse" for name in table]
    before = run.config.cycles - 2
    assert [metric.proto.delta_description for metric in app.metric] == [
        f"since cycle {before}, {word}" for word in verdicts
    ]
    assert f"Picked in cycle {run.config.cycles - 2}" in texts(app)
    batch = picks(run, run.config.cycles - 2)
    assert len(batch) == 5
    assert len(app.get("image")) == len(batch) + len(run.facts.start)  # fewer than a strip of 8


@pytest.mark.parametrize("state", ["failed", "interrupted", "stopped"])
def test_run_tells_how_it_ended_and_offers_to_resume(open_page, made_store, state):
    run = made_store(state)
    app = open_page("run", run=run.name)
    assert state in texts(app)
    assert app.button(key=f"resume.{run.name}")
    assert app.metric  # what is complete is shown all the same


def test_batch_shows_the_picks_in_order_and_their_cut_off(open_page, made_store):
    run = made_store("finished")
    pool, batch = run.pool(1), picks(run, 1)
    app = open_page("batch", run=run.name, cycle="1")
    labels = len(run.picked(1))
    assert labels == len(batch) * len(run.tasks)
    free = len(pool) - len(run.facts.start) - len(picks(run, 0))
    assert (
        f"picked {len(batch)} images of {free} unlabelled in cycle 1, {labels} task labels"
        in texts(app)
    )
    cut_off = pool["score"].iloc[batch[-1]]  # the score of the last pick
    assert f"{cut_off:#.3g}" in texts(app)
    assert tiles(app)[: len(batch)] == pool["id"].iloc[batch].tolist()
    assert "Near misses" in texts(app)


def test_batch_as_a_table_sorted_by_a_task(open_page, made_store):
    run = made_store("finished")
    app = open_page("batch", run=run.name, cycle="0")
    app.segmented_control(key="batch.view").set_value("table").run()
    app.selectbox(key="batch.sort").set_value("s.depth").run()
    assert not app.exception
    link = address(app)
    assert (link["view"], link["sort"]) == ("table", "s.depth")
    table = open_page("batch", **link).dataframe[0].value  # the link shows the same
    pool = run.pool(0)
    expected = pool[pool["picked"]].sort_values("s.depth", ascending=False)
    assert table["id"].tolist() == expected["id"].tolist()
    assert f"sample={expected['id'].iloc[0]}" in table["open"].iloc[0]


def test_random_has_picks_but_no_scores(open_page, made_store):
    run = made_store("finished", strategy="random")
    app = open_page("batch", run=run.name, cycle="0")
    assert not app.exception
    assert "same chance" in texts(app)
    ids = [run.facts.pool[image] for image in picks(run, 0)]
    assert tiles(app)[:5] == ids
    coverage = [run.facts.pool[image] for image in run.others_picked(0)["coverage"]]
    assert tiles(app)[5:] == [name for name in ids if name in coverage]  # what both would pick
    assert [chart.key for chart in charts(app)] == ["batch.rivals.chart"]  # no scores to draw
    app = open_page("inspect", run=run.name, cycle="0", sample=str(picks(run, 0)[0]))
    assert not app.exception
    assert "same chance" in texts(app)
    (hint,) = app.info
    assert "no disagreement of the tasks" in hint.value
    assert "“Describe the pool” at *always*" in hint.value
    app = open_page("map", run=run.name, cycle="0")  # of the frozen feature, which needs no signal
    assert not app.exception
    assert not app.info
    assert charts(app)


@pytest.mark.parametrize(
    ("page", "query", "message"),
    [
        ("curves", {"cmp": "gone"}, "no run `gone`"),
        ("curves", {"x": "gone"}, "no horizontal axis `gone`"),
        ("batch", {"cycle": "2"}, "Cycle 2 only measured; it picked nothing. There is: `0`, `1`"),
        ("inspect", {"cycle": "7"}, "no cycle `7`"),
    ],
)
def test_an_address_that_names_nothing_is_told_and_nothing_else_is_shown(
    open_page, made_store, page, query, message
):
    assert made_store("finished").config.cycles == 3
    app = open_page(page, **query)
    assert not app.exception
    assert message in app.warning[0].value
    assert not charts(app)


def test_another_run_forgets_what_only_the_first_one_had(open_page, made_store):
    ours, random = made_store("finished"), made_store("finished", strategy="random")
    app = open_page("batch", run=ours.name, cycle="0", sort="s.depth")
    app.selectbox(key="batch.run").set_value(random.name).run()
    assert not app.exception
    assert not app.warning
    assert app.selectbox(key="batch.sort").value == "rank"


def test_what_was_left_out_is_named_on_the_run_page(open_page, made_store):
    run = made_store("finished")
    assert not [box for box in open_page("run", run=run.name).expander if "Left out" in box.label]
    rows = [
        {"split": "pool", "id": "0003", "what": "image", "problem": "truncated"},
        {"split": "pool", "id": "0004", "what": "depth", "problem": "empty"},
    ]
    write_facts(run.paths.facts, run.facts.updated(left_out=rows, without_labels=7))
    app = open_page("run", run=run.name)
    box = next(box for box in app.expander if "Left out" in box.label)
    assert "1 image and 1 label" in box.label
    assert box.dataframe[0].value["id"].tolist() == ["0003", "0004"]
    assert "7 images without labels are no part of this simulation" in texts(app)


def test_a_run_that_waits_for_labels_says_for_which(open_page, made_store):
    run = made_store("stopped", start="labelled")
    write_json(
        run.paths.result,
        run.result
        | {"reason": "it waits for labels of 2 picked images (semseg 2 missing): 0007, 0009"},
    )
    app = open_page("run", run=run.name)
    assert "Waiting for labels" in texts(app)
    assert any("0007, 0009" in block.value for block in app.code)
    assert "all that is labelled" in texts(app)
    assert app.button(key=f"resume.{run.name}")


def test_the_share_of_waiting_for_images_is_told_where_it_was_measured(open_page, made_store):
    run = made_store("finished")
    assert "Training waited for images to be read" in texts(open_page("run", run=run.name))
    share = run.waited_for_data()
    assert 0 <= share < 1
    for number in range(run.cycles_done()):  # as an earlier version wrote it
        metrics = read_json(run.cycle(number).metrics)
        metrics.pop("waited_for_data")
        write_json(run.cycle(number).metrics, metrics)
    assert run.waited_for_data() is None
