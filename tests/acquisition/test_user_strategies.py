"""Strategies from one's own files: found, refused with a reason, and never a harm to the others."""

import re
from pathlib import Path

import numpy as np
import pytest

from mtal.acquisition.contract import RULES
from mtal.acquisition.pool import Options
from mtal.acquisition.registry import STRATEGIES
from mtal.acquisition.trial_pools import trial_pool
from mtal.acquisition.user_strategies import (
    VARIABLE,
    all_strategies,
    find_strategy,
    unusable_files,
    user_strategies_folder,
    user_strategy_file,
)
from mtal.config import ConfigError

README = Path(__file__).parents[2] / "README.md"
GOOD = """
from mtal.acquisition.select import highest
from mtal.acquisition.strategy import Strategy

def pick(pool, budget, rng, options):
    return highest(pool["margin"].sum(axis=1), pool, budget, rng)

STRATEGY = Strategy(
    "mine", title="Mine", pick=pick, needs=("margin",),
    blurb="A test.", formula="none", source="none",
)
"""


def example() -> str:
    """The complete example of the README."""
    text = README.read_text(encoding="utf-8")
    [code] = re.findall(
        r"```python\n(.*?)```", text[text.index("## Your own strategy") :], re.DOTALL
    )
    return code


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder for one's own strategies."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "strategies"))
    (tmp_path / "strategies").mkdir()
    return tmp_path / "strategies"


def test_a_file_adds_a_strategy_behind_the_built_in_ones(folder):
    assert all_strategies() == STRATEGIES
    (folder / "mine.py").write_text(GOOD)
    assert list(all_strategies()) == [*STRATEGIES, "mine"]
    assert find_strategy("mine").title == "Mine"
    assert unusable_files() == {}


def test_built_in_ones_have_no_file(folder):
    assert find_strategy("ours") is STRATEGIES["ours"]
    assert user_strategy_file("ours") is None


def test_an_unknown_name_lists_all_names(folder):
    (folder / "mine.py").write_text(GOOD)
    with pytest.raises(
        ConfigError, match=r"no strategy called 'mime'.*did you mean 'mine'.*random.*mine"
    ):
        find_strategy("mime")


def test_the_folder_may_be_missing_and_lies_beside_the_app(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nowhere"))
    assert all_strategies() == STRATEGIES
    monkeypatch.delenv(VARIABLE)
    assert user_strategies_folder() == README.parent / "strategies"


def test_the_example_of_the_readme_keeps_every_rule_and_takes_the_least_certain_depth(folder):
    (folder / "unsure-depth.py").write_text(example())
    strategy = find_strategy("unsure-depth")
    for rule in RULES.values():
        rule(strategy)
    pool = trial_pool(("uncertainty",))
    depth = np.where(pool.open_images, pool["uncertainty"][:, 1], -np.inf)
    images = strategy.pick(pool, 12, np.random.default_rng(0), Options()).images
    assert images.tolist() == np.argsort(-depth)[:4].tolist()


BAD = [
    (
        "mine",
        "STRATEGY = nothing",
        r"mine\.py, line 1, ends with NameError: name 'nothing' is not defined",
    ),
    ("mine", "x = 1\nthis is no python", r"mine\.py, line 2, ends with SyntaxError"),
    ("mine", "import sys\n\nsys.exit(3)", r"mine\.py, line 3, ends with SystemExit"),
    ("mine", "import mtal_has_no_such_module", "line 1, ends with ModuleNotFoundError"),
    ("mine", "x = 1", r"mine\.py has no STRATEGY = Strategy"),
    ("mine", "STRATEGY = 'ours'", "has no STRATEGY = Strategy"),
    ("mine", "\0", "ends with "),
    ("other", GOOD, "holds a strategy called 'mine'. Give both the same name"),
    (
        "mine",
        GOOD.replace('margin",)', 'x",)'),
        r"breaks the rule “needs only what exists”: it needs signals \(.x.,\), which",
    ),
    ("ours", GOOD.replace('"mine"', '"ours"'), "has the name of a built-in strategy"),
]


@pytest.mark.parametrize(("name", "text", "words"), BAD)
def test_a_bad_file_is_named_and_the_others_work(folder, name, text, words):
    (folder / "fine.py").write_text(GOOD.replace('"mine"', '"fine"'))
    (folder / f"{name}.py").write_text(text)
    assert list(all_strategies()) == [*STRATEGIES, "fine"]
    assert all_strategies()["ours"] is STRATEGIES["ours"]
    [(path, reason)] = unusable_files().items()
    assert path == folder / f"{name}.py"
    assert re.search(words, reason)
    assert find_strategy("fine").name == "fine"
    if name not in STRATEGIES:
        with pytest.raises(ConfigError, match=words):
            find_strategy(name)


def test_a_broken_contract_shows_when_the_strategy_is_used(folder):
    (folder / "mine.py").write_text(GOOD.replace("pool, budget, rng)", "pool, budget + 1, rng)"))
    assert "mine" in all_strategies()
    with pytest.raises(
        ConfigError,
        match=r"strategy: .*mine\.py breaks the rule “spends the budget”: it picks 2 pairs "
        r"with a budget of 1 and.*strategies --check",
    ):
        find_strategy("mine")


def test_an_error_while_picking_is_named(folder):
    (folder / "mine.py").write_text(GOOD.replace('needs=("margin",)', "needs=()"))
    with pytest.raises(ConfigError, match="the signal margin is not measured"):
        find_strategy("mine")


def test_a_changed_file_is_read_again(folder):
    (folder / "mine.py").write_text(GOOD)
    first = user_strategy_file("mine").sha256
    assert find_strategy("mine").title == "Mine"
    (folder / "mine.py").write_text(GOOD.replace('"Mine"', '"Better"'))
    assert find_strategy("mine").title == "Better"
    assert user_strategy_file("mine").sha256 != first


def test_only_python_files_directly_in_the_folder_are_read(folder):
    (folder / "deeper").mkdir()
    for path in ("deeper/mine.py", "mine.txt", "_mine.py", ".mine.py", "__init__.py"):
        (folder / path).write_text("raise RuntimeError('must not be run')")
    assert all_strategies() == STRATEGIES
    assert unusable_files() == {}


def test_links_out_of_the_folder_are_refused_and_links_within_are_not(folder, tmp_path):
    (tmp_path / "mine.py").write_text(GOOD)
    (folder / "mine.py").symlink_to(tmp_path / "mine.py")
    assert list(all_strategies()) == list(STRATEGIES)
    assert "link out of its folder" in unusable_files()[folder / "mine.py"]
    with pytest.raises(ConfigError, match="link out of its folder"):
        find_strategy("mine")
    (folder / "mine.py").unlink()
    (folder / "_kept.py").write_text(GOOD)
    (folder / "mine.py").symlink_to(folder / "_kept.py")
    assert find_strategy("mine").title == "Mine"


def test_a_folder_that_is_a_link_itself_is_fine(folder, tmp_path, monkeypatch):
    (folder / "mine.py").write_text(GOOD)
    (tmp_path / "link").symlink_to(folder)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "link"))
    assert find_strategy("mine").title == "Mine"


def test_a_file_that_cannot_be_read_is_told(folder):
    (folder / "mine.py").mkdir()  # a folder of that name, which even the owner cannot read
    assert "cannot be read" in unusable_files()[folder / "mine.py"]


def test_dataclasses_and_other_encodings_work(folder):
    text = "from __future__ import annotations\nfrom dataclasses import dataclass\n\n"
    text += "@dataclass\nclass Part:\n    x: int = 1\n"
    (folder / "mine.py").write_bytes(
        b"\xef\xbb\xbf" + (text + GOOD.replace("A test.", "Ärger.")).encode()
    )
    assert find_strategy("mine").blurb == "Ärger."
