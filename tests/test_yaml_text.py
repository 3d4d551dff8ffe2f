"""YAML as people write it: numbers, keys, references, and messages that fit in a line."""

import json
import math
import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mtal.config import ConfigError, compose, read_settings
from mtal.config.yaml_text import YamlError, dump_yaml, parse_value, parse_yaml

LONG = 200  # characters that a message may have


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("010", 10),
        ("008", 8),
        ("-007", -7),
        ("0o10", 8),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2024-05-01", "2024-05-01"),
        ("yes", "yes"),
        ("off", "off"),
        ("True", True),
        ("~", None),
        ("", None),
        ("1e-3", 0.001),
        (".5", 0.5),
        ("5.", 5.0),
        ("-.inf", -math.inf),
        ("'010'", "010"),
        ("[010, 1.50, a b]", [10, 1.5, "a b"]),
    ],
)
def test_what_a_text_means(text, value):
    for read in (parse_yaml(text), parse_value(text), parse_yaml(f"key: {text}")["key"]):
        assert read == value
        assert type(read) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "line 3: a is there already, in line 1"),
        ("001: wall\n1: floor", "line 2: 1 is there already, in line 1"),
        ("x:\n  - {a: 1, b: 2, a: 3}", "line 2: a is there already, in line 2"),
        ("a: &name [1]\nb: *name", "line 1: names with & and * are not read"),
        ("a: !!int ''", "line 1: kinds with ! are not read"),
        ("a: !!python/object/apply:os.system [ls]", "line 1: kinds with ! are not read"),
        ("a: 1e-320", "line 1: 1e-320 is too large or too small for a number"),
        ("a: 1e999", "line 1: 1e999 is too large or too small for a number"),
        (f"a: {'9' * 6000}", "has too many digits"),
        ("[" * 300, "levels of lists and mappings"),
        ("x" * 1_000_001, "more than 1,000,000 characters"),
        ("? [1]\n: 2", "line 1: a list or a mapping cannot be a key"),
        ("a: [1", "line 1: "),
        ("a: 1\n--- \nb: 2", "line 2: "),
        ("\0", "special characters"),
    ],
)
def test_what_is_refused_is_named_in_a_short_message(text, message):
    with pytest.raises(YamlError, match=re.escape(message)) as error:
        parse_yaml(text)
    assert len(str(error.value)) < LONG


def test_a_bomb_of_references_makes_no_long_message():
    bomb = "a: &a [x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(YamlError) as error:
        parse_yaml(bomb)
    assert len(str(error.value)) < LONG


@pytest.mark.parametrize("text", ["/data #2", "/a: b", "a, b", "C:\\x", "- x", "#1", "x #"])
def test_a_typed_text_is_itself(text):
    assert parse_value(text) == text
    assert compose(sets=[f"data={text}"]).data == text


def message_of(read, text):
    """What is wrong with a text; "" if nothing is."""
    try:
        read(text)
    except YamlError as error:
        return str(error)
    return ""


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_subnormal=False)
    | st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"))),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("ab01", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES, st.sampled_from([True, False, None]))
def test_what_is_written_is_read_back(value, flow):
    read = parse_yaml(dump_yaml(value, flow))
    assert read == value
    assert json.dumps(read) == json.dumps(value)


@given(st.text(max_size=60) | st.text("ab:-[]{}&*!#'\"0.e1,?|> \n", max_size=40))
def test_any_text_gives_a_value_or_a_short_error(text):
    messages = [message_of(read, text) for read in (parse_yaml, parse_value)]
    assert max(map(len, messages)) < LONG


@given(st.text("ab:-[]{}'\"1,? \n", max_size=30))
def test_texts_without_numbers_mean_what_they_mean_elsewhere(text):
    try:
        value = parse_yaml(text)
    except YamlError:
        return
    assert value == yaml.safe_load(text)


def test_keys_of_json_stand_once_too(tmp_path):
    path = tmp_path / "config.json"
    path.write_text('{"seed": 1, "lr": 0.1, "seed": 2}')
    with pytest.raises(ConfigError, match="seed is there twice"):
        read_settings(path)


def test_a_message_about_a_setting_is_short():
    with pytest.raises(ConfigError) as error:
        compose(sets=[f"lr=[{'1, ' * 5000}1]"])
    assert len(str(error.value)) < 300
