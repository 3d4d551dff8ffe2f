"""The form of the Launch page: settings from the address, presets, pasted YAML and data."""

import shutil

import numpy as np
import pytest

from mtal.config.presets import PRESETS
from mtal.datasets.checks.coverage import NO_LABEL, pack, unpack
from mtal.runs.files import read_json, write_json
from tests.app.page_contents import text_of
from tests.datasets.any_folder import write_folder


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
    assert app.number_input(key="launch.steps").value == PRESETS["demo"][1]["steps"]
    app.selectbox(key="launch.preset").set_value("own settings").run()
    assert app.number_input(key="launch.steps").value == 0


def test_pasted_yaml_fills_the_form_and_wrong_yaml_leaves_it(open_page):
    app = open_page("launch")
    app.text_area(key="launch.paste").set_value("epochs: 33\nstrategy: random\nsize: 96x128").run()
    app.button(key="launch.take").click().run()
    assert app.number_input(key="launch.epochs").value == 33
    assert app.multiselect(key="launch.strategy").value == ["random"]
    app.text_area(key="launch.paste").set_value("epoch: 12").run()
    app.button(key="launch.take").click().run()
    assert app.number_input(key="launch.epochs").value == 33


def test_launch_takes_settings_from_the_address_and_refuses_wrong_ones(open_page):
    app = open_page("launch", dataset="drawn", epochs="7", tasks="depth")
    assert app.number_input(key="launch.epochs").value == 7
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
    assert app.selectbox(key="launch.dataset").value == "folder"
    assert app.text_input(key="launch.data").value == folder
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


def test_launch_begins_with_a_data_set_that_is_here(open_page, monkeypatch):
    monkeypatch.setattr(
        "mtal.ui.catalog.locate", lambda config: "here" if config.dataset == "drawn" else ""
    )
    app = open_page("launch")
    assert app.selectbox(key="launch.dataset").value == "drawn"
    assert not app.button(key="launch.go").disabled


def test_epochs_cannot_be_set_where_steps_are(open_page):
    app = open_page("launch", dataset="drawn", steps="40", tasks="depth")
    assert app.number_input(key="launch.epochs").disabled
    app.number_input(key="launch.steps").set_value(0).run()
    assert not app.number_input(key="launch.epochs").disabled
