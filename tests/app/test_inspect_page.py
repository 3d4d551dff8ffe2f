"""The Inspect page: comparison of pictures, other rules, neighbours, decisions and addresses."""

from urllib.parse import parse_qs, urlparse

import numpy as np
import pandas as pd
import pytest

from mtal.analysis.numbers import ordinal
from mtal.analysis.tables.counterfactuals import rule_ranks
from mtal.runs.files import write_json
from mtal.runs.reviews.review_database import ReviewDatabase
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import write_facts
from tests.app.page_contents import (
    address,
    comparison,
    drawn_rows,
    picks,
    rows_of_tiles,
    shown,
    texts,
)


def rows_of_ids(app) -> list[list[str]]:
    """The ids of the images in each row of small pictures."""
    return [[tile["id"] for tile in row] for row in rows_of_tiles(app)]


def without_scores(run: Run, cycle: int, *starts: str) -> None:
    """Drop the columns of the pool whose name begins with one of `starts`."""
    path = run.cycle(cycle).pool
    pool = pd.read_parquet(path)
    pool.drop(columns=[name for name in pool if name.startswith(starts)]).to_parquet(path)


def test_another_join_tells_its_rank_and_the_run_s_own_is_named(open_page, made_store):
    run = made_store("finished")
    app = open_page("inspect", run=run.name, cycle="0")
    before = drawn_rows(app, "bars")
    assert "Table 2" in texts(app)
    app.segmented_control(key="inspect.committee").set_value("mean").run()
    assert "Joined by mean, this image would stand at rank" in texts(app)
    assert drawn_rows(app, "bars") != before
    assert address(app)["committee"] == "mean"
    assert "(this run)" in app.segmented_control(key="inspect.committee").options[0]


def test_a_committee_of_one_has_nothing_to_join(open_page, made_store):
    run = made_store("finished")
    for task, member in (("semseg", "normals"), ("depth", "normals"), ("normals", "depth")):
        without_scores(run, 0, f"m.{task}.{member}")
    app = open_page("inspect", run=run.name, cycle="0")
    assert not app.exception
    assert not [control for control in app.segmented_control if control.key == "inspect.committee"]


def test_other_rules_are_rows_with_a_rank_and_what_it_means(open_page, made_store):
    run = made_store("finished")
    ranks = rule_ranks(run.pool(0), run.config)
    batch = picks(run, 0)
    image = next(image for image in batch if (ranks.loc[image] > len(batch)).any())
    app = open_page("inspect", run=run.name, cycle="0", sample=run.facts.pool[image])
    rows = drawn_rows(app, "dots")
    for rule in ("diversity alone", "without depth", "committee by mean"):
        assert f">{rule}</th>" in rows
    assert "would not" in rows
    assert (
        "rules would" in texts(app)
        or "would not be picked" in texts(app)
        or "would be picked" in texts(app)
    )


def test_other_strategies_are_rows_where_they_were_replayed(open_page, made_store):
    run = made_store("finished")
    pool, image = run.pool(0), picks(run, 0)[0]
    others = pd.DataFrame({"core-set": np.arange(len(pool)), "random": np.zeros(len(pool), int)})
    others.to_parquet(run.cycle(0).others)
    write_json(
        run.cycle(0).others_picked, {"picked": {"core-set": [], "random": [image]}, "left_out": {}}
    )
    table = drawn_rows(open_page("inspect", run=run.name, cycle="0"), "dots")
    rows = {row.partition("</th>")[0]: row for row in table.split('<th scope="row">')}
    assert f"<td>{image:,}, would" in rows["Core-Set"]
    assert "would be picked; ranks only its picks" in rows["Random"]


def test_neighbours_and_near_misses_are_rows_of_links(open_page, made_store):
    run = made_store("finished")
    app = open_page("inspect", run=run.name, cycle="0")
    near, image = run.nearest(0, picks(run, 0)[0]), picks(run, 0)[0]
    missed = (
        run.pool(0).query("rank > 0 and not picked").sort_values("rank")["id"].head(10).tolist()
    )
    assert rows_of_ids(app) == [near["id"].tolist(), missed]
    assert "distance to the nearest labelled image" in texts(app)
    for row in rows_of_tiles(app):
        for tile in row:
            assert parse_qs(urlparse(tile["href"]).query)["sample"] == [tile["id"]]
    assert image not in [run.facts.pool.index(name) for name in missed]


def test_later_cycles_are_told_where_the_run_wrote_them_down(open_page, made_store):
    run = made_store("finished")
    image = picks(run, 0)[0]
    for number, loss in ((0, 1.9), (1, 0.7)):
        row = {
            f"{part}.{task.name}": loss for task in run.tasks for part in ("loss", "s", "weight")
        }
        pd.DataFrame([row], index=[image]).to_parquet(run.cycle(number).afterwards)
    app = open_page("inspect", run=run.name, cycle="0")
    assert "depth loss fell from 1.90 to 0.700 after one training on it" in texts(app)
    assert drawn_rows(app, "cycles").count("<figure>") == 2 * len(run.tasks)
    table = open_page("inspect", run=run.name, cycle="0", later="table")
    assert any("loss.depth" in frame.value for frame in table.dataframe)


def test_an_old_run_says_that_it_wrote_nothing_down(open_page, made_store):
    run = made_store("finished")
    for number in range(run.cycles_done()):
        run.cycle(number).afterwards.unlink(missing_ok=True)
    app = open_page("inspect", run=run.name, cycle="0")
    assert not app.exception
    assert "This run did not follow its picks" in texts(app)


def test_what_was_not_picked_has_no_afterwards(open_page, made_store):
    run = made_store("finished")
    last = str(run.pool(0)["rank"].idxmax())
    assert "Afterwards" not in texts(open_page("inspect", run=run.name, cycle="0", sample=last))


def test_provenance_is_read_when_it_is_opened(open_page, made_store, monkeypatch):
    run = made_store("finished")
    read = []
    monkeypatch.setattr(
        "mtal.ui.loaders.provenance", lambda *args: read.append(args) or run.provenance(*args[1:])
    )
    app = open_page("inspect", run=run.name, cycle="0", task="depth")
    assert not read
    app.session_state["inspect.provenance"] = True
    app.run()
    assert not app.exception
    assert read
    shown_table = app.table[0].value
    titles = {"Run", "Cycle", "Seed", "Network, SHA-256", "Score file, SHA-256", "Version of mtal"}
    assert titles <= set(shown_table.index)
    link = next(block.value for block in app.code if "inspect?" in block.value)
    query = {"run": [run.name], "cycle": ["0"], "sample": [shown(app)], "task": ["depth"]}
    assert query.items() <= parse_qs(urlparse(link).query).items()


def test_decisions_and_notes_are_kept_and_taken_back(open_page, made_store):
    run = made_store("finished")
    reviews, sample = ReviewDatabase(run.store), run.facts.pool[picks(run, 0)[0]]
    app = open_page("inspect", run=run.name, cycle="0")
    for key, decision in (("accepted", "accepted"), ("rejected", "rejected")):
        app.button(key=f"inspect.{key}").click().run()
        decisions = reviews.decisions(run.name, 0).set_index("sample")
        assert decisions.loc[sample, "decision"] == decision
        assert f"{decision.capitalize()} by" in texts(app)
    app.button(key="inspect.rejected").click().run()
    assert reviews.decisions(run.name, 0).empty
    app.text_input(key=f"inspect.note.{sample}").set_value("a <b>mirror</b>").run()
    decisions = reviews.decisions(run.name, 0).set_index("sample")
    assert decisions.loc[sample, "note"] == "a <b>mirror</b>"
    assert app.text_input(key=f"inspect.note.{sample}").value == "a <b>mirror</b>"
    assert not app.exception


def test_a_labelled_image_has_no_decision_and_no_rules(open_page, made_store):
    run = made_store("finished")
    app = open_page("inspect", run=run.name, cycle="1", sample=str(run.facts.start[0]))
    assert not app.exception
    assert not [button for button in app.button if button.key == "inspect.accepted"]
    assert "Under other rules" not in texts(app)


def test_an_image_of_which_no_label_can_be_had(open_page, made_store):
    run = made_store("finished")
    pool = run.pool(0)
    last = int(pool["rank"].idxmax())
    pool.loc[last, ["open", "rank"]] = [False, 0]
    pool.to_parquet(run.cycle(0).pool)
    app = open_page("inspect", run=run.name, cycle="0", sample=str(last))
    assert not app.exception
    assert "the data have no label of it" in texts(app)


def test_one_task_says_that_there_is_nobody_to_disagree_with(open_page, made_store):
    run = made_store("finished")
    batches = [picks(run, number) for number in (0, 1)]
    write_facts(run.paths.facts, run.facts.updated(tasks=run.tasks[:1]))
    for number, batch in enumerate(batches):
        without_scores(run, number, "m.", "s.", "n.")
        np.save(run.cycle(number).pick, np.array([[image, 0] for image in batch]))
        for folder in run.picture(number, 0, "image").parent.parent.iterdir():
            for picture in folder.glob("*.png"):
                if picture.stem not in {"image", "semseg.initial", "semseg.final"}:
                    picture.unlink()
    app = open_page("inspect", run=run.name, cycle="0")
    assert not app.exception
    assert "one task" in texts(app)
    assert [layer["id"] for layer in comparison(app)["layers"]] == ["image", "initial", "final"]


def test_partal_says_which_labels_it_acquired(open_page, made_store):
    run = made_store("finished")
    pairs = run.picked(0)
    np.save(run.cycle(0).pick, pairs[1:])  # the first image without its first task
    app = open_page("inspect", run=run.name, cycle="0")
    assert not app.exception
    assert f"for {run.tasks[1].name} and {run.tasks[2].name} only" in texts(app)


def test_the_way_back_keeps_what_the_batch_showed(open_page, made_store):
    run = made_store("finished")
    app = open_page("inspect", run=run.name, cycle="0", back="sort=s.depth&view=table")
    app.button(key="inspect.batch").click().run()
    assert not app.exception
    assert app.title[0].value == "Batch"
    query = {name: address(app)[name] for name in ("run", "cycle", "sort", "view")}
    assert query == {"run": run.name, "cycle": "0", "sort": "s.depth", "view": "table"}


def test_steps_lead_through_the_set_in_the_address(open_page, made_store):
    run = made_store("finished")
    pool = run.pool(0)
    chosen = [int(pool["rank"].idxmax()), run.facts.start[0], picks(run, 0)[2]]
    names = [run.facts.pool[image] for image in chosen]
    set_id = ReviewDatabase(run.store).save_set(run.data.folder.name, names, "Ann", name="odd ones")
    app = open_page("inspect", run=run.name, cycle="0", set=set_id)
    visited = [shown(app)]
    for _ in chosen[1:]:
        app.button(key="inspect.next").click().run()
        visited.append(shown(app))
    assert not app.exception
    assert visited == [names[2], names[0], names[1]]  # by rank, and what was labelled last
    assert "step through **odd ones**: 3 of 3 images" in texts(app)
    assert app.button(key="inspect.next").disabled


def test_an_unknown_set_is_told_and_the_ranking_is_stepped_through(open_page, made_store):
    run = made_store("finished")
    app = open_page("inspect", run=run.name, cycle="0", set="0123456789ab")
    assert not app.exception
    assert "no set `0123456789ab`" in texts(app)
    assert shown(app) == run.facts.pool[picks(run, 0)[0]]


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
        (run.facts.start[0], "it belongs to the start"),
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
    assert near["id"].tolist() in rows_of_ids(app)
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
