"""What may be varied, and what typed values mean."""

import itertools

import pytest
import streamlit as st

from mtal.acquisition.registry import STRATEGIES
from mtal.config import Config, ConfigError, make_config
from mtal.engine.stages.needed_signals import needed_signals, weights_setting
from mtal.ui.components.ablation_choice import PAPER, fill_paper, used_settings, value_of, variants
from mtal.ui.experiments.extend import typed


@pytest.mark.parametrize("name", PAPER)
def test_the_papers_ablations_begin_with_the_default_and_can_all_be_used(name):
    values = [value_of(name, text) for text in PAPER[name]]
    assert values[0] == Config.model_fields[name].default
    assert len({make_config({name: value}).name for value in values}) == len(values)
    assert name in STRATEGIES["ours"].uses


def filled(base, strategies=("ours",)):
    """The variants of the paper's ablations, as the button fills them in."""
    st.session_state.clear()
    fill_paper(used_settings(strategies), base, "page")
    return variants(strategies, base, "page")


def test_figure_10_is_a_grid_of_sizes_and_distances():
    made = filled({})
    grid = [values for values in made.values() if "embedding" in values]
    assert {(values["embedding"], values["diversity"]) for values in grid} == set(
        itertools.product((64, 128, 256, 512, 1024), ("euclidean", "cosine"))
    )
    assert all(len(values) == 1 for values in made.values() if values not in grid)
    assert {"terms": "diversity"} in made.values()


def test_where_diversity_is_frozen_figure_10_takes_the_auto_encoder():
    grid = [v for v in filled({"embedding_source": "frozen"}).values() if "embedding" in v]
    assert len(grid) == 10
    assert all(values["embedding_source"] == "auto-encoder" for values in grid)


def test_diversity_alone_trains_without_weights_and_inconsistency_alone_no_auto_encoder():
    ours = STRATEGIES["ours"]
    for terms, needed, weights in (
        ("diversity", {"embedding"}, "off"),
        ("inconsistency", {"committee"}, "ordered"),
    ):
        config = make_config({"terms": terms})
        assert set(needed_signals(config, ours)) == needed
        assert weights_setting(config, ours) == weights


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
