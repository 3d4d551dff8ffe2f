"""The Data page in every state of a check and in every view: sound, damaged and large data."""

import json
import shutil
import time

import numpy as np
import pytest

from mtal.config import Config
from mtal.datasets.checks.check import check
from mtal.datasets.checks.coverage import EMPTY, LABELLED, NO_LABEL, VERSION, pack
from mtal.datasets.checks.problems import FILES, NOTES
from mtal.datasets.readers.nyud import NYUD
from mtal.engine.workers.check import main
from mtal.runs.files import read_json, write_json
from mtal.runs.jobs.launch import write_config
from mtal.runs.paths import StorePaths
from mtal.runs.store.data_check import DataFolder
from mtal.ui.data.images import _caption as caption
from tests.app.page_contents import text_of
from tests.datasets.damaged_folder import EXPECTED, LEAKS, TASKS, damaged_config, write_damaged

CHECKED = {"dataset": "drawn", "folder": "24+8"}  # the address of `made_check`
VIEWS = ("overview", "problems", "copies", "labels", "images")


@pytest.fixture(scope="module")
def damaged(tmp_path_factory):
    """A damaged folder, read only."""
    return write_damaged(tmp_path_factory.mktemp("damaged") / "NYUD_MT")


@pytest.fixture(scope="module")
def damaged_check(damaged, tmp_path_factory):
    """The check of the damaged folder by the real checker, read only."""
    store = StorePaths(tmp_path_factory.mktemp("damaged-check"))
    folder = DataFolder(store, "nyud", str(damaged.resolve()))
    write_config(folder.paths, damaged_config(damaged))
    main(folder.paths.folder)
    return folder


@pytest.fixture
def checked(damaged, damaged_check, store):
    """A copy of that check, and the address of its page."""
    folder = DataFolder(store, "nyud", str(damaged.resolve()))
    shutil.copytree(damaged_check.paths.folder, folder.paths.folder)
    return folder, {"dataset": "nyud", "folder": str(damaged)}


def table(app, column):
    """The first table with that column."""
    return next(frame.value for frame in (*app.dataframe, *app.table) if column in frame.value)


def pictures(app):
    return len(app.get("image"))


def test_it_says_what_a_folder_must_hold(open_page, tmp_path):
    app = open_page("data", dataset="nyud", folder=str(tmp_path / "nowhere"))
    assert "No images yet" in text_of(app)
    assert "gt_sets/train.txt" in text_of(app)
    app.button(key="data.rooms").click().run()
    assert app.query_params["dataset"] == "rooms"
    assert "folder" not in app.query_params


def test_a_folder_without_labels_is_told_and_has_nothing_to_check(open_page, tmp_path):
    (tmp_path / "NYUD_MT" / "gt_sets").mkdir(parents=True)
    app = open_page("data", dataset="nyud", folder=str(tmp_path / "NYUD_MT"))
    assert not app.exception
    assert "No labels found" in text_of(app)
    assert NYUD.write_missing is None  # this kind needs no description
    assert "data.guess" not in {button.key for button in app.button}


def test_a_first_guess_is_one_click_away(open_page, damaged, tmp_path):
    for name in ("images", "segmentation"):
        (tmp_path / "mine" / name).mkdir(parents=True)
    for image_id in ("pool00000", "pool00013", "pool00014", "pool00016"):
        for file in (f"images/{image_id}.jpg", f"segmentation/{image_id}.png"):
            (tmp_path / "mine" / file).write_bytes((damaged / file).read_bytes())
    app = open_page("data", dataset="folder", folder=str(tmp_path / "mine"))
    app.button(key="data.guess").click().run()
    assert not app.exception
    assert (tmp_path / "mine" / "tasks.yaml").exists()
    assert "A first guess was written" in text_of(app)
    assert app.code[0].value == (tmp_path / "mine" / "tasks.yaml").read_text().rstrip()
    assert app.button(key="data.check").label == "Check this folder"


def test_images_without_labels_can_be_checked(open_page, damaged, tmp_path):
    (tmp_path / "bare").mkdir()
    for image_id in ("pool00000", "pool00013"):
        shutil.copy(damaged / "images" / f"{image_id}.jpg", tmp_path / "bare")
    app = open_page("data", dataset="folder", folder=str(tmp_path / "bare"))
    app.button(key="data.guess").click().run()
    assert not app.exception
    assert "a run needs some labels" in text_of(app)
    assert "tasks: {}" in app.code[0].value
    assert app.button(key="data.check").label == "Check this folder"


def test_why_there_is_no_first_guess(open_page, tmp_path):
    app = open_page("data", dataset="folder", folder=str(tmp_path))
    app.button(key="data.guess").click().run()
    assert "holds no images" in app.error[0].value
    (tmp_path / "tasks.yaml").write_text("a: [")
    app.button(key="data.guess").click().run()
    assert "is no YAML" in app.error[0].value


def test_it_starts_one_check_of_all_tasks_of_the_folder(open_page, damaged, store, monkeypatch):
    begun: list[str] = []
    monkeypatch.setattr(
        "mtal.runs.store.data_check.start", lambda paths, worker: begun.append(worker) or True
    )
    open_page("data", dataset="nyud", folder=str(damaged)).button(key="data.check").click().run()
    assert begun == ["mtal.engine.workers.check"]
    config = json.loads(DataFolder(store, "nyud", str(damaged.resolve())).paths.config.read_text())
    assert tuple(config["tasks"]) == TASKS


def test_it_shows_a_running_check_and_offers_stop(open_page, made_check):
    folder = made_check("running")
    app = open_page("data", **CHECKED)
    total = 2 * (24 + 8)  # each image read once and drawn small once
    assert f"{total // 2} of {total}" in app.get("progress")[0].proto.text
    app.button(key="data.stop").click().run()
    assert folder.paths.stop.exists()


@pytest.mark.parametrize(
    ("state", "reason"), [("failed", "no gt"), ("interrupted", "was cut short")]
)
def test_it_says_why_a_check_has_no_result(state, reason, open_page, made_check):
    made_check(state)
    assert reason in text_of(open_page("data", **CHECKED))


def test_a_report_of_an_earlier_version_is_not_misread(open_page, made_check):
    folder = made_check("finished")
    report = folder.report()
    earlier = {name: report[name] for name in set(report) - {"version", "alike"}}
    write_json(folder.paths.report, earlier)
    app = open_page("data", **CHECKED)
    assert not app.exception
    assert "earlier version" in text_of(app)


def test_page_and_check_agree_about_the_version(open_page, made_check, monkeypatch):
    made_check("finished")
    monkeypatch.setattr("mtal.datasets.checks.coverage.VERSION", VERSION + 1)
    assert "earlier version" in text_of(open_page("data", **CHECKED))


@pytest.mark.parametrize("view", VIEWS)
def test_sound_data_in_every_view(view, open_page, made_check):
    made_check("finished")
    app = open_page("data", **CHECKED, view=view)
    assert not app.exception
    assert [tile.value for tile in app.metric] == ["24", "8", "0", "0", "0", "0"]
    message = {
        "overview": "none looks wrong",
        "problems": "none looks wrong",
        "copies": "No picture is in both splits",
        "labels": "What the labels hold",
        "images": "24 images",
    }
    assert message[view] in text_of(app)


def test_overview_counts_problems_by_kind_the_worst_first(open_page, checked):
    _, address = checked
    app = open_page("data", **address)
    severities = [severity for _, severity in EXPECTED.values()]
    counts = [severities.count(severity) for severity in ("left out", "label ignored", "note")]
    expected = [48, 16, *counts, len(LEAKS)]
    assert [tile.value for tile in app.metric] == [str(number) for number in expected]
    rows = table(app, "way out")
    copies = dict(zip(rows["kind"], rows["count"], strict=True))
    assert (copies["in both splits"], copies["near copies"]) == (len(LEAKS), 8)
    harmful = len(LEAKS) + sum(severity != "note" for severity in severities)
    assert f"check finished, {harmful} problems" in text_of(app)
    rows = rows[~rows["kind"].isin(["in both splits", "near copies"])]
    assert rows["count"].sum() == len(EXPECTED)
    assert rows["what a run does"].tolist() == sorted(
        rows["what a run does"], key=["left out", "label ignored", "note"].index
    )
    assert set(rows["way out"]) <= set((FILES | NOTES).values())
    assert len(app.get("plotly_chart")) == 3


def test_problems_are_filtered_searched_and_shown_with_their_pictures(open_page, checked):
    _, address = checked
    app = open_page("data", **address, view="problems")
    rows = table(app, "problem")
    assert {
        (row.split, row.id, row.what): (row.kind, row.severity) for row in rows.itertuples()
    } == EXPECTED
    assert [not row.picture for row in rows.itertuples()] == [
        row.severity == "left out" for row in rows.itertuples()
    ]
    app.selectbox(key="data.severity").set_value("label ignored").run()
    assert set(table(app, "problem")["severity"]) == {"label ignored"}
    assert app.query_params["severity"] == "label ignored"
    app.text_input(key="data.find").set_value("NORMALS 6060").run()
    assert table(app, "problem")["id"].tolist() == ["pool00008"]
    app = open_page("data", **address, view="problems", kind="copied label")
    assert table(app, "problem")["id"].tolist() == ["pool00017"]
    assert NOTES["copied label"] in text_of(app)
    assert not open_page("data", **address, view="problems", find="no such thing").exception


def test_copies_are_shown_in_pairs_and_groups(open_page, checked):
    _, address = checked
    app = open_page("data", **address, view="copies")
    assert not app.exception
    assert "2 validation images are also in the pool" in text_of(app)
    assert "8 images in 4 groups" in text_of(app)
    assert pictures(app) == 2 * len(LEAKS) + 8


def test_labels_are_drawn_beside_their_images(open_page, checked):
    folder, address = checked
    app = open_page("data", **address, view="labels", task="depth")
    assert not app.exception
    depth = folder.report()["labels"]["depth"]["both"]
    values = dict(zip(table(app, "values")["task"], table(app, "values")["values"], strict=True))
    depth_range = f"{depth['min']:.3g} m to {depth['max']:.3g} m"
    assert values["Depth"] == f"{depth_range}, mean {depth['mean']:.3g} m"
    assert values["Semantic segmentation"] == "6 of 6 classes in use"
    facts = folder.report()["splits"]["pool"]
    ids = [facts["ids"][index] for index in facts["sampled"]]
    drawn = [
        sum(folder.preview("pool", image_id, kind).exists() for kind in ("image", *TASKS))
        for image_id in ids
    ]
    assert pictures(app) == sum(drawn[:4]) > 15
    app.toggle(key="data.every_preview").set_value(True).run()
    assert pictures(app) == sum(drawn)


def test_a_label_that_cannot_be_drawn_says_why(open_page, checked):
    folder, address = checked
    report = read_json(folder.paths.report)
    pool = report["splits"]["pool"]
    pool["sampled"].insert(0, pool["ids"].index("pool00008"))  # its normals are broken
    write_json(folder.paths.report, report)
    assert "label cannot be used" in text_of(open_page("data", **address, view="labels"))


@pytest.mark.parametrize("task", TASKS)
def test_every_form_of_label_has_a_chart(task, open_page, checked):
    app = open_page("data", **checked[1], view="labels", task=task)
    assert not app.exception
    assert len(app.get("plotly_chart")) == 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, 48),
        ({"split": "validation"}, 16),
        ({"show": "broken"}, 4),
        ({"show": "without-edge"}, 5),
        ({"show": "alike"}, 6),
        ({"show": "problem"}, len({image_id for _, image_id, _ in EXPECTED})),
        ({"find": "POOL0004"}, 8),
        ({"find": "nothing"}, 0),
    ],
)
def test_images_are_filtered_by_the_address(query, expected, open_page, checked):
    folder, address = checked
    app = open_page("data", **address, view="images", **query)
    assert not app.exception
    assert f"**{expected} image" in text_of(app)
    split = query.get("split", "pool")
    broken = 4 if not query or query.get("show") in {"broken", "without-edge", "problem"} else 0
    assert pictures(app) == expected - broken
    assert folder.thumbnail(split, folder.report()["splits"][split]["ids"][-1]).exists()


def test_a_label_with_nothing_marked_is_not_called_missing():
    titles = ["Depth", "Human parts"]
    nothing_marked = "nothing marked: Human parts"
    assert caption("a", np.array([LABELLED, EMPTY]), titles) == f"a  \n{nothing_marked}"
    assert caption("a", np.array([NO_LABEL, EMPTY]), titles) == f"a  \nno Depth  \n{nothing_marked}"
    assert caption("a", np.array([NO_LABEL, NO_LABEL]), titles) == "a  \nno label"


def test_pages_are_addresses(open_page, made_check):
    folder = made_check("finished")
    report = read_json(folder.paths.report)
    ids = [f"image{index:05d}" for index in range(200)]
    states = {task["name"]: pack(np.ones(200)) for task in report["tasks"]}
    report["splits"]["pool"] |= {"images": 200, "ids": ids, "states": states}
    write_json(folder.paths.report, report)
    app = open_page("data", **CHECKED, view="images", page="3")
    assert "image00096" in text_of(app)
    assert "image00095" not in text_of(app)
    for page in ("99", "-1", "many"):
        assert not open_page("data", **CHECKED, view="images", page=page).exception
    app.text_input(key="data.find").set_value("0000").run()  # begins at its first page again
    assert "image00000" in text_of(app)


@pytest.mark.parametrize("view", VIEWS)
def test_twenty_thousand_images_stay_usable(view, open_page, made_check):
    folder = made_check("finished")
    report = read_json(folder.paths.report)
    images, tasks = 20_000, [task["name"] for task in report["tasks"]]
    ids = [f"image{index:06d}" for index in range(images)]
    states = np.random.default_rng(0).integers(0, 5, (len(tasks), images))
    report["splits"]["pool"] |= {
        "images": images,
        "ids": ids,
        "states": dict(zip(tasks, map(pack, states), strict=True)),
    }
    row = {
        "split": "pool",
        "what": "depth",
        "file": "depth/x.npy",
        "kind": "wrong unit",
        "severity": "label ignored",
        "problem": "in millimetres",
    }
    report["problems"] = [row | {"id": image_id} for image_id in ids[::2]]
    report["leaks"] = [
        {"pool": image_id, "validation": "val00001", "how": "same picture", "bits": 0}
        for image_id in ids[:3000]
    ]
    report["alike"] = [
        {"pool": ids[start : start + 20], "validation": []} for start in range(0, images, 20)
    ]
    write_json(folder.paths.report, report)
    started = time.monotonic()
    app = open_page("data", **CHECKED, view=view)
    assert not app.exception
    assert time.monotonic() - started < 20  # a second or two where nothing else is at work


def test_the_report_of_the_checker_is_that_of_the_check(checked, damaged):
    folder, _ = checked
    report = check(NYUD.load(damaged_config(damaged))).to_json()
    fields = set(report) - {"checked", "seconds"}
    expected = json.loads(json.dumps({name: report[name] for name in fields}))
    assert {name: folder.report()[name] for name in fields} == expected
    assert Config.model_validate_json(folder.paths.config.read_text()).tasks == TASKS
