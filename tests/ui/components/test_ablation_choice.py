"""What may be varied, and what typed values mean."""

import pytest

from mtal.acquisition.registry import STRATEGIES
from mtal.config import Config, ConfigError, make_config
from mtal.ui.components.ablation_choice import PAPER, used_settings, value_of
from mtal.ui.experiments.extend import typed


@pytest.mark.parametrize("name", PAPER)
def test_the_papers_ablations_begin_with_the_default_and_can_all_be_used(name):
    values = [value_of(name, text) for text in PAPER[name]]
    assert values[0] == Config.model_fields[name].default
    assert len({make_config({name: value}).name for value in values}) == len(values)
    assert name in STRATEGIES["ours"].uses


def test_only_what_a_chosen_strategy_heeds_is_offered():
    assert used_settings(["random"]) == []
    assert set(used_settings(["random", "ours"])) == STRATEGIES["ours"].uses


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("sample_weights", "off", "off"),
        ("with_final", "true", True),
        ("embedding", "64", 64),
        ("lr", "0.001", 0.001),
    ],
)
def test_a_text_becomes_the_value_that_the_setting_wants(name, text, value):
    assert value_of(name, text) == value


def test_what_is_no_yaml_names_the_setting():
    with pytest.raises(ConfigError, match="embedding"):
        value_of("embedding", "[1")


def test_a_line_of_settings_is_one_variant():
    assert typed("epochs: 20, lr: 0.01", {}) == {"epochs=20, lr=0.01": {"epochs": 20, "lr": 0.01}}
    assert typed("{epochs: 20}", {}) == {"epochs=20": {"epochs": 20}}
    assert typed("  ", {}) == {}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("epochs", "gives no value to epochs"),
        ("epoch: 3", "did you mean 'epochs'"),
        ("epochs: many", "epochs"),
        ("a: [", "not a line of settings"),
        ("seed: 3", "seed"),
    ],
)
def test_a_line_that_cannot_be_is_refused_by_name(text, named):
    with pytest.raises(ConfigError, match=named):
        typed(text, {})
