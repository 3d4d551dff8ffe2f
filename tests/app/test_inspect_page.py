"""The Inspect page in every face: what it shows where there is much, and what it says where there is little."""

import json
import shutil
from urllib.parse import parse_qs, urlparse

import numpy as np
import pandas as pd
import pytest

from mtal.runs.files import write_json
from mtal.runs.jobs.lock import take
from mtal.runs.reviews.review_database import ReviewDatabase
from mtal.runs.store.render_requests import RenderRequests
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import write_facts
from tests.app.test_result_pages import address, drawn_rows, picks, shown, texts


def html(app) -> str:
    """All that a page gives as HTML."""
    return "\n".join(element.proto.body for element in app.get("html"))


def components(app, name: str) -> list[dict]:
    """The data of every component of a name."""
    return [
        json.loads(element.proto.json)
        for element in app.get("bidi_component")
        if element.proto.component_name == name
    ]


def comparison(app) -> dict:
    (data,) = components(app, "mtal.image_compare")
    return data


def tiles(app) -> list[list[str]]:
    """The ids in every row of small pictures."""
    return [[tile["id"] for tile in row["tiles"]] for row in components(app, "mtal.thumbnail_strip")]


def without_scores(run: Run, cycle: int, *starts: str) -> None:
    """As a strategy leaves it that does not measure columns beginning so."""
    pool = pd.read_parquet(run.cycle(cycle).pool)
    pool.drop(columns=[name for name in pool if name.startswith(starts)]).to_parquet(
        run.cycle(cycle).pool
    )


def test_the_comparison_has_every_picture_of_the_task_that_drives(open_page, made_store):
    run = made_store("finished")
    app = open_page("inspect", run=run.name, cycle="0")
    image = picks(run, 0)[0]
    found, names = comparison(app), run.pictures(0, image)
    task = found["name"].rpartition("/")[2]
    assert found["name"] == f"{run.name}/0/{image}/{task}"
    expected = {
        name
        for name in names
        if name == "image"
        or (name.startswith(f"{task}.") and ".gapself." not in name and not name.endswith(".truth"))
    }
    assert {
        layer["src"].split("?")[0].rpartition("/")[2].removesuffix(".png")
        for layer in found["layers"]
    } == expected
    assert found["below"] == "image"
    assert found["above"].startswith("gap.")
    assert all(layer["alt"] for layer in found["layers"])
    assert app.button(key=f"inspect.task.{task}").proto.type == "primary"


def test_the_next_images_are_fetched_ahead(open_page, made_store):
    run = made_store("finished")
    order = picks(run, 0)
    ahead = comparison(open_page("inspect", run=run.name, cycle="0"))["next"]
    assert [int(one["pictures"]["image"].split("/")[3]) for one in ahead] == order[1:3]
    assert [one["key"] for one in ahead] == ["j", ""]
    assert all(
        f"/{image}.jpg" in one["pictures"]["thumb"]
        for image, one in zip(order[1:3], ahead, strict=True)
    )


def test_what_is_shown_ahead_is_what_the_page_then_shows(open_page, made_store):
    run = made_store("finished")
    app = open_page("inspect", run=run.name, cycle="0")
    ahead = comparison(app)["next"][0]
    app.button(key="inspect.next").click().run()
    found = comparison(app)
    pictures = {layer["id"]: layer["src"] for layer in found["layers"]}
    assert {name: found[name] for name in ("name", "label", "below", "above")} == {
        name: ahead[name] for name in ("name", "label", "below", "above")
    }
    assert pictures == {id_: src for id_, src in ahead["pictures"].items() if id_ != "thumb"}
    assert [one["key"] for one in found["next"]] == ["j", "", "k"]


def test_a_task_is_taken_by_button_and_stands_in_the_address(open_page, made_store):
    run = made_store("finished")
    app = open_page("inspect", run=run.name, cycle="0")
    for number, task in enumerate(run.tasks, 1):
        button = app.button(key=f"inspect.task.{task.name}")
        assert button.proto.shortcut == str(number)
        button.click().run()
        assert comparison(app)["name"].endswith(f"/{task.name}")
        assert address(app)["task"] == task.name
    assert comparison(open_page("inspect", **address(app)))["name"] == comparison(app)["name"]


def test_the_layers_in_the_address_are_shown(open_page, made_store):
    run = made_store("finished")
    found = comparison(
        open_page("inspect", run=run.name, cycle="0", task="depth", below="initial", above="final")
    )
    assert (found["below"], found["above"]) == ("initial", "final")
    found = comparison(
        open_page("inspect", run=run.name, cycle="0", task="depth", below="gone", above="gone")
    )
    assert {found["below"], found["above"]} <= {layer["id"] for layer in found["layers"]}


def test_an_unknown_task_is_told(open_page, made_store):
    run = made_store("finished")
    app = open_page("inspect", run=run.name, cycle="0", task="gone")
    assert "no task `gone`" in texts(app)
    assert comparison(app)


def test_each_scale_has_its_own_pictures_and_numbers(open_page, made_store):
    run = made_store("finished")
    for scale, kind, told in (
        ("whole pool", ".gap.", "over all drawn images"),
        ("this image", ".gapself.", "this image&#x27;s own"),
    ):
        gap = [
            layer
            for layer in comparison(open_page("inspect", run=run.name, cycle="0", scale=scale))[
                "layers"
            ]
            if layer["id"].startswith("gap.")
        ]
        assert gap
        assert all(kind in layer["src"] and told in layer["legend"] for layer in gap)


def test_values_can_be_read_where_the_run_stored_them(open_page, made_store):
    run = made_store("finished")
    found = comparison(open_page("inspect", run=run.name, cycle="0", task="depth"))
    stored = run.maps(0, picks(run, 0)[0])
    names = {name.partition(".")[2] for name in stored if name.startswith("depth.")}
    assert set(found["values"]) == names - {"truth"}
    if not stored:
        assert "older" in found["without"]


def test_the_ground_truth_is_hidden_until_it_is_revealed(open_page, made_store):
    run = made_store("finished")
    if not any(name.endswith(".truth") for name in run.pictures(0, picks(run, 0)[0])):
        assert "no pictures of the ground truth" in texts(
            open_page("inspect", run=run.name, cycle="0")
        )
        return
    app = open_page("inspect", run=run.name, cycle="0", task="depth")
    assert "truth" not in {layer["id"] for layer in comparison(app)["layers"]}
    assert ".truth" not in html(app)
    app.segmented_control(key="inspect.truth").set_value("revealed").run()
    assert "truth" in {layer["id"] for layer in comparison(app)["layers"]}
    assert address(app)["truth"] == "revealed"


def test_a_run_that_labels_for_real_says_why_there_is_no_truth(open_page, made_store):
    run = made_store("finished", start="labelled")
    for picture in run.picture(0, picks(run, 0)[0], "image").parent.glob("*.truth.png"):
        picture.unlink()
    assert "labels for real" in texts(open_page("inspect", run=run.name, cycle="0"))


def test_strips_show_all_tasks_and_fetch_pictures_when_they_are_seen(open_page, made_store):
    run = made_store("finished")
    app = open_page("inspect", run=run.name, cycle="0")
    names = [
        name
        for name in run.pictures(0, picks(run, 0)[0])
        if not {"gapself", "truth", "image"} & set(name.split("."))
    ]
    body = next(
        element.proto.body for element in app.get("html") if 'class="strips"' in element.proto.body
    )
    assert body.count("<img ") == body.count('loading="lazy"') == body.count("alt=") == len(names)


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
    for task, other in (("semseg", "normals"), ("depth", "normals"), ("normals", "depth")):
        without_scores(run, 0, f"m.{task}.{other}")
    app = open_page("inspect", run=run.name, cycle="0")
    assert not app.exception
    assert not [control for control in app.segmented_control if control.key == "inspect.committee"]


def test_other_rules_are_rows_with_a_rank_and_what_it_means(open_page, made_store):
    run = made_store("finished")
    app = open_page("inspect", run=run.name, cycle="0")
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
    rows = {
        row.partition("</th>")[0]: row
        for row in drawn_rows(open_page("inspect", run=run.name, cycle="0"), "dots").split(
            '<th scope="row">'
        )
    }
    assert f"<td>{image:,}, would" in rows["Core-Set"]
    assert "would be picked; ranks only its picks" in rows["Random"]


def test_neighbours_and_near_misses_are_rows_of_links(open_page, made_store):
    run = made_store("finished")
    app = open_page("inspect", run=run.name, cycle="0")
    near, image = run.nearest(0, picks(run, 0)[0]), picks(run, 0)[0]
    missed = (
        run.pool(0).query("rank > 0 and not picked").sort_values("rank")["id"].head(10).tolist()
    )
    assert tiles(app) == [near["id"].tolist(), missed]
    assert "distance to the nearest labelled image" in texts(app)
    for row in components(app, "mtal.thumbnail_strip"):
        for tile in row["tiles"]:
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
    for title in (
        "Run",
        "Cycle",
        "Seed",
        "Network, SHA-256",
        "Score file, SHA-256",
        "Version of mtal",
    ):
        assert title in shown_table.index
    link = next(block.value for block in app.code if "inspect?" in block.value)
    said = {"run": [run.name], "cycle": ["0"], "sample": [shown(app)], "task": ["depth"]}
    assert said.items() <= parse_qs(urlparse(link).query).items()


def test_decisions_and_notes_are_kept_and_taken_back(open_page, made_store):
    run = made_store("finished")
    people, sample = ReviewDatabase(run.store), run.facts.pool[picks(run, 0)[0]]
    app = open_page("inspect", run=run.name, cycle="0")
    for key, decision in (("accepted", "accepted"), ("rejected", "rejected")):
        app.button(key=f"inspect.{key}").click().run()
        assert people.decisions(run.name, 0).set_index("sample").loc[sample, "decision"] == decision
        assert f"{decision.capitalize()} by" in texts(app)
    app.button(key="inspect.rejected").click().run()
    assert people.decisions(run.name, 0).empty
    app.text_input(key=f"inspect.note.{sample}").set_value("a <b>mirror</b>").run()
    assert (
        people.decisions(run.name, 0).set_index("sample").loc[sample, "note"] == "a <b>mirror</b>"
    )
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
    write_facts(run.paths.facts, run.facts.updated(tasks=run.tasks[:1]))
    for number in (0, 1):
        without_scores(run, number, "m.", "s.", "n.")
        np.save(run.cycle(number).pick, np.array([[image, 0] for image in picks(run, number)]))
        for folder in run.picture(number, 0, "image").parent.parent.iterdir():
            for picture in folder.glob("*.png"):
                if picture.stem not in {"image", "semseg.initial", "semseg.final"}:
                    picture.unlink()
    app = open_page("inspect", run=run.name, cycle="0")
    assert not app.exception
    assert "one task" in texts(app)
    assert [layer["id"] for layer in comparison(app)["layers"]] == ["image", "initial", "final"]


def test_partal_says_which_labels_it_bought(open_page, made_store):
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
    assert {name: address(app)[name] for name in ("run", "cycle", "sort", "view")} == {
        "run": run.name,
        "cycle": "0",
        "sort": "s.depth",
        "view": "table",
    }


def test_steps_lead_through_the_set_in_the_address(open_page, made_store):
    run = made_store("finished")
    pool = run.pool(0)
    chosen = [int(pool["rank"].idxmax()), run.facts.start[0], picks(run, 0)[2]]
    names = [run.facts.pool[image] for image in chosen]
    found = ReviewDatabase(run.store).save_set(run.data.folder.name, names, "Ann", name="odd ones")
    app = open_page("inspect", run=run.name, cycle="0", set=found)
    seen = [shown(app)]
    for _ in chosen[1:]:
        app.button(key="inspect.next").click().run()
        seen.append(shown(app))
    assert not app.exception
    assert seen == [names[2], names[0], names[1]]  # by rank, and what was labelled last
    assert "step through **odd ones**: 3 of 3 images" in texts(app)
    assert app.button(key="inspect.next").disabled


def test_an_unknown_set_is_told_and_the_ranking_is_stepped_through(open_page, made_store):
    run = made_store("finished")
    app = open_page("inspect", run=run.name, cycle="0", set="0123456789ab")
    assert not app.exception
    assert "no set `0123456789ab`" in texts(app)
    assert shown(app) == run.facts.pool[picks(run, 0)[0]]


@pytest.fixture
def undrawn(made_store) -> tuple[Run, str, int]:
    """A run, and an image far below the near misses, which has no pictures."""
    run = made_store("finished")
    image = int(run.pool(0)["rank"].idxmax())
    return run, run.facts.pool[image], image


@pytest.fixture
def asked(undrawn, monkeypatch) -> RenderRequests:
    """A wish for that image, whose worker is none; the test says how it stands."""
    run, _, image = undrawn
    monkeypatch.setattr("mtal.runs.store.render_requests.start", lambda *_: True)
    requests = RenderRequests(run, 0)
    requests.add([image])
    requests.paths.lock.touch()
    return requests


def test_an_image_without_pictures_can_be_asked_for(open_page, undrawn, monkeypatch):
    run, name, image = undrawn
    started = []
    monkeypatch.setattr(
        "mtal.runs.store.render_requests.start",
        lambda paths, *_: started.append(paths.folder) or True,
    )
    app = open_page("inspect", run=run.name, cycle="0", sample=name)
    app.button(key="inspect.draw").click().run()
    assert not app.exception
    assert started == [run.paths.render_requests(0).folder]
    assert RenderRequests(run, 0).pending() == {image}


def test_what_is_being_drawn_shows_its_progress(open_page, undrawn, asked):
    run, name, _ = undrawn
    with asked.paths.lock.open("a") as held:
        assert take(held, patience_s=1)
        asked.paths.began.touch()
        app = open_page("inspect", run=run.name, cycle="0", sample=name)
        assert not app.exception
        assert not [button for button in app.button if button.key == "inspect.draw"]
        assert [bar for bar in app.get("progress") if "Loading the network" in bar.proto.text]


def test_a_job_that_failed_says_why_and_can_be_tried_again(open_page, undrawn, asked):
    run, name, _ = undrawn
    asked.paths.log.write_text("Traceback\nNoMemory: out of memory\n", encoding="utf-8")
    write_json(
        asked.paths.result,
        {
            "outcome": "failed",
            "reason": "NoMemory: out of memory",
            "traceback": "",
            "stage": "draw",
        },
    )
    app = open_page("inspect", run=run.name, cycle="0", sample=name)
    assert not app.exception
    assert "out of memory" in "".join(error.value for error in app.error)
    assert any("out of memory" in block.value for block in app.code)
    assert app.button(key="inspect.draw")


def test_without_the_network_of_the_cycle_nothing_can_be_drawn(open_page, undrawn):
    run, name, _ = undrawn
    run.cycle(0).network.unlink()
    app = open_page("inspect", run=run.name, cycle="0", sample=name)
    assert not app.exception
    assert "network of this cycle is no longer in the run folder" in texts(app)
    assert not [button for button in app.button if button.key == "inspect.draw"]


def test_an_image_that_was_drawn_on_demand_is_shown_like_the_others(open_page, undrawn):
    run, name, image = undrawn
    of_another = run.picture(0, picks(run, 0)[0], "image").parent
    shutil.copytree(of_another, run.paths.render_requests(0).samples.sample(image))
    app = open_page("inspect", run=run.name, cycle="0", sample=name)
    assert not app.exception
    assert len(comparison(app)["layers"]) > 3
