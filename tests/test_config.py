"""Config: equal settings give equal names, and errors name the setting."""

import json
import re

import pytest
import yaml

from mtal.config import (
    MACHINE_FIELDS,
    PRESETS,
    Config,
    ConfigError,
    compose,
    find,
    load_config,
    make_config,
)
from mtal.config.reading import EARLIER, RETIRED
from mtal.config.settings import setting

CHANGED = {
    "seed": 3,
    "size": (96, 128),
    "tasks": ("depth", "normals"),
    "loss_weights": {"depth": 2.0},
    "lr": 0.0005,
}


def test_the_name_of_the_defaults_is_fixed():
    """Run folders that exist must keep their names."""
    assert Config().name == "nyud-padnet-ours-bf21a9e8-s0"


def test_a_new_setting_with_a_default_renames_nothing():
    class Later(Config):
        """The config of a later version."""

        sharpness: float = setting("Training", 0.5, "Sharpness", "New.")

    assert Later(**CHANGED).name == Config(**CHANGED).name
    assert Later(**CHANGED, sharpness=0.7).name != Config(**CHANGED).name


@pytest.mark.parametrize(("name", "value"), [("device", "cpu"), ("threads", 3), ("memory_gb", 8.5)])
def test_where_a_run_computes_is_not_part_of_its_name(name, value):
    assert name in MACHINE_FIELDS
    assert Config(**{name: value}).name == Config().name


@pytest.mark.parametrize(
    "change",
    [
        {"epochs": 7},
        {"tasks": ("depth", "semseg", "normals")},
        {"loss_weights": {"depth": 2}},
        {"data": "/elsewhere"},
    ],
)
def test_what_a_run_computes_is(change):
    assert Config(**change).group != Config().group


def test_how_results_are_drawn_makes_another_run_of_the_same_line():
    first, second = Config(), Config(projection="pca")
    assert first.group == second.group
    assert first.name != second.name


def test_repetitions_share_a_group_and_not_a_name():
    first, second = Config(seed=1), Config(seed=2)
    assert first.group == second.group
    assert first.name != second.name


def test_a_setting_given_at_its_default_changes_nothing():
    everything = {name: getattr(Config(), name) for name in Config.model_fields}
    assert Config(**everything).name == Config().name
    assert Config().changed() == {}


@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump], ids=["json", "yaml"])
def test_file_command_line_and_keywords_give_the_same(tmp_path, write):
    file = tmp_path / "settings"
    plain = {**CHANGED, "size": [96, 128], "tasks": ["depth", "normals"]}  # files have no tuples
    file.write_text(write(plain))
    sets = ["seed=3", "size=96x128", "tasks=depth,normals", "loss_weights={depth: 2}", "lr=5e-4"]
    assert compose(sets=sets) == compose(file=file) == Config(**CHANGED)
    configs = (compose(file=file), compose(sets=sets), Config(**CHANGED))
    assert {config.name for config in configs} == {Config(**CHANGED).name}


def test_to_json_reads_back(tmp_path):
    file = tmp_path / "settings"
    file.write_text(Config(**CHANGED).to_json())
    assert load_config(file) == Config(**CHANGED)


def test_retired_settings_are_read_in_run_folders_and_refused_elsewhere(tmp_path):
    file = tmp_path / "settings"
    file.write_text(yaml.safe_dump({"epochs": 3, "workers": 2}))
    assert load_config(file) == Config(epochs=3, **EARLIER)
    for request in ({"file": file}, {"sets": ["workers=2"]}):
        with pytest.raises(ConfigError, match="no setting called 'workers'"):
            compose(**request)
    assert not RETIRED & set(Config.model_fields)


def test_runs_of_earlier_versions_go_on_as_they_began(tmp_path):
    file = tmp_path / "config.json"
    now = json.loads(Config(strategy="ours").to_json())
    file.write_text(json.dumps(now))
    assert load_config(file) == Config(strategy="ours")
    before = {name: now[name] for name in ("epochs", "strategy", "sample_weights")}
    for strategy, weights in (("ours", "scores"), ("random", "off")):
        file.write_text(json.dumps(before | {"strategy": strategy}))
        config = load_config(file)
        assert (config.sample_weights, config.pair_blocks, config.steps) == (weights, "decode", 0)


def test_what_comes_later_wins(tmp_path):
    file = tmp_path / "settings"
    file.write_text("epochs: 5\nbatch: 4\n")
    config = compose("cpu", file, ["epochs=6"])
    assert (config.epochs, config.batch, config.channels) == (6, 4, PRESETS["cpu"][1]["channels"])


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_a_config(name):
    assert compose(name).changed()


def test_values_of_every_text_form():
    assert (
        compose(sets=["size=[96, 128]"]).size == compose(sets=["size=96 x 128"]).size == (96, 128)
    )
    assert compose(sets=["size=96×128"]).size == (96, 128)
    assert (
        compose(sets=["tasks=[depth, normals]"]).tasks
        == compose(sets=["tasks=depth, normals"]).tasks
    )
    assert compose(sets=["augment=off"]).augment is False
    assert [
        compose(sets=[f"sample_weights={value}"]).sample_weights for value in ("on", "off", "auto")
    ] == ["scores", "off", "auto"]
    assert compose(sets=["data=C=3"]).data == "C=3"


@pytest.mark.parametrize(
    ("sets", "words"),
    [
        ("epoch=3", "epochs"),
        ("epochs=many", "epochs"),
        ("epochs=0", "epochs.*greater than or equal to 1"),
        ("lr=0", "lr"),
        ("size=8x8", "size.*16"),
        ("size=100", "size: height x width, such as 120x160"),
        ("size=axb", r"\Asize: height x width, such as 120x160\Z"),
        ("tasks=depth,depth", "tasks.*twice"),
        ("tasks=[]", "tasks: choose at least one task"),
        ("tasks=", "tasks: choose at least one task"),
        ("loss_weights={edge: 1}", "loss_weights.*edge"),
        ("loss_weights={depth: 0}", "loss_weights.*above 0"),
        ("cycles=11", "at most 10 cycles, or make the step 9 % or less"),
        ("device=gpu", "device: auto, cpu, or cuda:0"),
        ("committee=median", "committee"),
        ("seed=-1", "seed"),
        ("epochs", "setting=value"),
        ("tasks=[", "not YAML"),
    ],
)
def test_an_error_names_the_setting(sets, words):
    with pytest.raises(ConfigError, match=words):
        compose(sets=[sets])


@pytest.mark.parametrize(
    ("start", "step"), [(10, 10), (10, 7.5), (33.3, 33.3), (100, 50), (0.1, 0.1), (10, 95)]
)
def test_the_advised_number_of_cycles_is_the_largest_that_works(start, step):
    budget = {"start_percent": start, "step_percent": step}
    most = next(
        cycles for cycles in range(1200, 0, -1) if start + step * (cycles - 1) <= 100 + 1e-9
    )
    assert make_config({**budget, "cycles": most}).cycles == most
    with pytest.raises(ConfigError, match=rf"at most {most} cycles?\b") as caught:
        make_config({**budget, "cycles": most + 1})
    assert ("at most 1 cycle," in str(caught.value)) == (most == 1 and start < 100)


@pytest.mark.parametrize(
    ("start", "step", "cycles"), [(10, 95, 2), (33.3, 50, 3), (10, 50, 8), (99.5, 1, 2)]
)
def test_the_advised_step_is_one_that_works(start, step, cycles):
    with pytest.raises(ConfigError, match="is more than the pool") as caught:
        make_config({"start_percent": start, "step_percent": step, "cycles": cycles})
    advised = float(re.search(r"make the step (\S+) % or less", str(caught.value))[1])
    make_config({"start_percent": start, "step_percent": advised, "cycles": cycles})
    with pytest.raises(ConfigError, match="is more than the pool"):
        make_config({"start_percent": start, "step_percent": advised + 0.011, "cycles": cycles})


@pytest.mark.parametrize("text", ["[1, 2]", "epochs", "{", "\t- x: [", ""])
def test_a_file_that_holds_no_settings_is_an_error(tmp_path, text):
    file = tmp_path / "settings"
    file.write_text(text)
    with pytest.raises(ConfigError, match="settings"):
        load_config(file)


def test_a_missing_file_and_a_folder_are_errors_for_people(tmp_path):
    with pytest.raises(ConfigError, match="no config file"):
        load_config(tmp_path / "nothing")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path)


def test_find_says_what_there_is_and_what_was_meant():
    assert find({"depth": 1}, "depth", "task") == 1
    with pytest.raises(
        ConfigError,
        match=r"no task called 'dept' \(did you mean 'depth'\?\); there are depth, normals",
    ):
        find({"depth": 1, "normals": 2}, "dept", "task")


def test_a_config_cannot_be_changed():
    with pytest.raises(ValueError):
        Config().epochs = 3


@pytest.mark.parametrize("name", Config.model_fields)
def test_every_setting_says_what_it_is(name):
    field = Config.model_fields[name]
    assert field.title
    assert field.description.endswith((".", ")"))
    assert field.json_schema_extra["section"]
