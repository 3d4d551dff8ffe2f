"""The result pages in every state: no exception, no endless wait, and the one fact that each page exists for."""

import json
import re

import pytest

from mtal.analysis.numbers import ordinal
from mtal.runs.files import read_json, write_json
from mtal.runs.jobs.status import Status
from mtal.runs.store.run import LOSS, Run
from mtal.runs.store.run_facts import write_facts
from mtal.ui.components.run_cards import SIGNS

PAGES = ("run", "batch", "inspect", "map", "curves")
PICKING = ("batch", "inspect", "map")
STATES = ("finished", "running", "queued", "failed", "interrupted", "stopped")


def texts(app) -> str:
    """All that can be read on a page, without the escapes of Markdown."""
    parts = [app.markdown, app.caption, app.info, app.warning, app.error, app.subheader, app.title]
    return "\n".join(element.value for kind in parts for element in kind).replace("\\", "")


def address(app) -> dict[str, str]:
    """What stands in the address bar; AppTest gives a text or a list."""
    return {
        name: value if isinstance(value, str) else value[-1]
        for name, value in app.query_params.items()
    }


def shown(app) -> str:
    """The image in the address."""
    return address(app)["sample"]


def charts(app) -> list:
    """All of a page: those of Streamlit first, which can be selected from, then those that grow in place."""
    return [*app.get("plotly_chart"), *figures(app)]


def figures(app) -> list[dict]:
    """Figures that grow in place, with what can be taken along; `figure` is plotly's JSON."""
    found = [json.loads(element.proto.json) for element in app.get("bidi_component")]
    return [one for one in found if "figure" in one and "csv" in one]


def drawn_rows(app, kind: str) -> str:
    """HTML of a chart that is a table: `bars` or `dots`; of small charts, `cycles`; "" where it is not on the page."""
    found = [
        element.proto.body
        for element in app.get("html")
        if f'{kind}"' in element.proto.body.partition(">")[0]
    ]
    return found[0] if found else ""


def rows_of_tiles(app) -> list[list[dict[str, str]]]:
    """What stands in each row of small pictures."""
    return [
        json.loads(element.proto.json)["tiles"]
        for element in app.get("bidi_component")
        if element.proto.component_name == "mtal.thumbnail_strip"
    ]


def tiles(app) -> list[str]:
    """The ids of all tiles that are HTML, in their order."""
    return re.findall(
        r'data-open="([^"]*)"', "".join(element.proto.body for element in app.get("html"))
    )


def picks(run: Run, cycle: int) -> list[int]:
    """The images of a batch in the order in which they were taken, from the file that the engine wrote."""
    return list(dict.fromkeys(run.picked(cycle)[:, 0].tolist()))


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
    assert not charts(app)


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
    for path in (run.cycle(0).pick, run.cycle(0).pool, run.cycle(0).layout, run.cycle(0).embedding):
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
        places = len(metric.value.partition(".")[2])  # as exact as the value beside it
        assert metric.delta == f"{change:+.{places}f}"
    better = {LOSS: "lower"} | {task.name: task.better for task in run.tasks}
    verdicts = [
        "better"
        if (table[name].iloc[-1] > table[name].iloc[-2]) == (better[name] == "higher")
        else "worse"
        for name in table
    ]
    before = run.config.cycles - 2
    assert [metric.proto.delta_description for metric in app.metric] == [
        f"since cycle {before}, {word}" for word in verdicts
    ]
    assert f"Picked in cycle {run.config.cycles - 2}" in texts(app)
    assert len(app.get("image")) == len(picks(run, run.config.cycles - 2)) == 5


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
    assert f"{pool['score'].iloc[batch[-1]]:#.3g}" in texts(
        app
    )  # the cut-off is the last pick's score
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
    assert len(tiles(app)) == len(picks(run, 0)) == 5
    assert not charts(app)
    app = open_page("inspect", run=run.name, cycle="0", sample=str(picks(run, 0)[0]))
    assert not app.exception
    assert "same chance" in texts(app)
    for page in (app, open_page("map", run=run.name, cycle="0")):
        assert len(page.info) == 1
        assert "neither neighbours nor a map" in page.info[0].value
        assert "“Describe the pool” at *always*" in page.info[0].value


def test_inspect_explains_the_first_pick_and_steps_on(open_page, made_store):
    run = made_store("finished")
    order = run.pool(0).query("rank > 0").sort_values("rank")["id"]
    count = len(picks(run, 0))
    assert order.index[:count].tolist() == picks(run, 0)
    app = open_page("inspect", run=run.name, cycle="0")
    assert f"Picked 1st of {count} in cycle 0" in texts(app)
    assert shown(app) == order.iloc[0]
    assert app.button(key="inspect.previous").disabled
    for step in range(1, count + 1):
        app.button(key="inspect.next").click().run()
        assert shown(app) == order.iloc[step]
    assert not app.exception
    assert f"Not picked in cycle 0: rank {count + 1} of {len(order)}" in texts(app)
    app.button(key="inspect.previous").click().run()
    assert f"Picked {ordinal(count)} of {count}" in texts(app)


@pytest.mark.parametrize(("typed", "image"), [("id", 20), ("20", 20), ("0", 0)])
def test_inspect_opens_any_image_of_the_pool(open_page, made_store, typed, image):
    run = made_store("finished")
    name = run.facts.pool[image]
    app = open_page("inspect", run=run.name, cycle="1")
    app.text_input(key="inspect.search").set_value(name if typed == "id" else typed).run()
    assert not app.exception
    assert shown(app) == name
    assert f"`{name}` (number {image})" in texts(app)


def test_inspect_says_when_there_is_no_such_image(open_page, made_store):
    run = made_store("finished")
    names = run.facts.pool
    app = open_page("inspect", run=run.name, cycle="1")
    before = shown(app)
    app.text_input(key="inspect.search").set_value(names[20][:-1]).run()
    assert f"No image has the id `{names[20][:-1]}`" in app.warning[0].value
    assert any(f"`{name}`" in app.warning[0].value for name in names)  # a close one is offered
    assert shown(app) == before
    assert f"no image with the id `{len(names)}`" in texts(
        open_page("inspect", run=run.name, sample=str(len(names)))
    )


def test_inspect_takes_an_old_link_with_a_number_and_says_the_id_instead(open_page, made_store):
    run = made_store("finished")
    app = open_page("inspect", run=run.name, cycle="1", sample="20")
    assert shown(app) == run.facts.pool[20]
    assert f"`{run.facts.pool[20]}` (number 20)" in texts(app)


def test_inspect_tells_since_when_an_image_is_labelled(open_page, made_store):
    run = made_store("finished")
    for image, since in (
        (run.facts.start[0], "it belongs to the random start"),
        (picks(run, 0)[1], "picked 2nd in cycle 0"),
    ):
        app = open_page("inspect", run=run.name, cycle="1", sample=str(image))
        assert f"Already labelled when cycle 1 picked: {since}" in texts(app)
        assert not app.exception


def test_inspect_shows_the_pictures_that_the_engine_drew(open_page, made_store):
    run = made_store("finished")
    app = open_page("inspect", run=run.name, cycle="0")
    image = picks(run, 0)[0]
    own = [
        name
        for name in run.evidence(0)["pictures"]
        if not {"gapself", "truth", "image"} & set(name.split("."))
    ]
    drawn = "".join(element.proto.body for element in app.get("html"))
    assert f"thumb/{run.name}/{image}.jpg" in drawn
    for name in own:  # what all tasks say
        assert drawn.count(f"picture/{run.name}/0/{image}/{name}.png") == 1
    near = run.nearest(0, image)
    assert len(near) == 5  # nothing was picked before it: labelled ones only
    assert any([tile["id"] for tile in row] == near["id"].tolist() for row in rows_of_tiles(app))
    assert "No pictures were drawn" not in texts(app)


def test_inspect_without_pictures_keeps_scores_and_neighbours(open_page, made_store):
    run = made_store("finished")
    last = int(run.pool(0)["rank"].idxmax())
    assert last not in run.evidence(0)["images"]  # far below the near misses
    app = open_page("inspect", run=run.name, cycle="0", sample=str(last))
    assert "No pictures were drawn for this image" in texts(app)
    assert "Nearest labelled images" in texts(app)
    assert drawn_rows(app, "bars")
    assert drawn_rows(app, "dots")
    assert app.button(key="inspect.draw")
    run.cycle(1).evidence.unlink()
    app = open_page("inspect", run=run.name, cycle="1")
    assert "No pictures were drawn in this cycle" in texts(app)
    assert drawn_rows(app, "bars")
    assert drawn_rows(app, "dots")


def test_curves_start_with_what_can_be_compared(open_page, made_store):
    other = made_store("finished", epochs=7)
    runs = [
        made_store("finished", seed=0),
        made_store("finished", seed=1),
        made_store("finished", strategy="random"),
    ]
    app = open_page("curves")
    assert not app.exception
    assert sorted(app.multiselect(key="curves.cmp").value) == sorted(run.name for run in runs)
    assert other.name not in app.multiselect(key="curves.cmp").value
    assert len(figures(app)) == 2 + len(
        runs[0].tasks
    )  # the loss, the mean change against Random, and the tasks
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
    other = made_store("finished", epochs=7)
    made_store("finished")
    made_store("finished", strategy="random")
    app = open_page("curves")
    assert [table.value.columns.tolist() for table in app.table] == [["the same for all"]]
    names = app.multiselect(key="curves.cmp").value
    app.multiselect(key="curves.cmp").set_value([*names, other.name]).run()
    differing, same = (table.value for table in app.table)
    assert differing.index.tolist() == ["training"]
    assert len(differing.columns) == 3
    assert "training" not in same.index


@pytest.mark.parametrize(
    ("page", "query", "told"),
    [
        ("curves", {"cmp": "gone"}, "no run `gone`"),
        ("curves", {"x": "gone"}, "no horizontal axis `gone`"),
        ("batch", {"cycle": "2"}, "Cycle 2 only measured; it picked nothing. There is: `0`, `1`"),
        ("inspect", {"cycle": "7"}, "no cycle `7`"),
    ],
)
def test_an_address_that_names_nothing_is_told_and_nothing_else_is_shown(
    open_page, made_store, page, query, told
):
    assert made_store("finished").config.cycles == 3
    app = open_page(page, **query)
    assert not app.exception
    assert told in app.warning[0].value
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
        found = read_json(run.cycle(number).metrics)
        found.pop("waited_for_data")
        write_json(run.cycle(number).metrics, found)
    assert run.waited_for_data() is None
