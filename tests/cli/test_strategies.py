"""`strategies`: built-in ones, the user's own, and the check of a file."""

import json
import re
import subprocess
import sys

import pytest

from mtal.cli.options import checked
from mtal.config import ConfigError, compose
from tests.cli.conftest import ROOT

OWN = """
from dataclasses import replace
from mtal.acquisition.uniform import RANDOM

STRATEGY = replace(RANDOM, name="mine", title="Mine")
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder with one own strategy."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "mine.py").write_text(OWN)
    monkeypatch.setenv("MTAL_STRATEGIES", str(folder))
    return folder


def test_strategies_lists_all_and_warns_of_files_that_cannot_be_used(mtal, own):
    (own / "wrong.py").write_text("1 / 0")
    text, code = mtal("strategies")
    assert code == 0
    names = [row.split()[0] for row in text.splitlines()]
    assert names[:3] == ["strategy", "random", "core-set"]
    assert names[-2:] == ["mine", str(own / "wrong.py,")]
    assert "ZeroDivisionError" in text
    assert re.search(r"equal-ss +EquAL-SS +equivariance, semseg +Images", text)


def test_strategies_as_json(mtal, own):
    strategies = {row["name"]: row for row in json.loads(mtal("strategies", "--json")[0])}
    assert list(strategies["ours"]) == [
        "name",
        "title",
        "blurb",
        "formula",
        "source",
        "choices",
        "needs",
        "tasks",
        "uses",
        "file",
    ]
    assert strategies["ours"]["file"] is None
    assert "committee" in strategies["ours"]["uses"]
    assert strategies["mine"]["file"] == str(own / "mine.py")


def test_strategies_check_prints_every_rule(mtal, own):
    from mtal.acquisition.contract import RULES

    text, code = mtal("strategies", "--check", own / "mine.py")
    assert text.splitlines() == [f"ok      {rule}" for rule in RULES]
    assert code == 0
    (own / "mine.py").write_text(OWN.replace('title="Mine"', 'needs=("x",)'))
    text, code = mtal("strategies", "--check", own / "mine.py")
    problem = "needs signals ('x',), which do not exist; there are committee"
    assert f"broken  needs only what exists: {problem}" in text
    assert "ok      says what it is" in text
    assert code == 1
    text, code = mtal("strategies", "--check", own / "gone.py")
    assert (text, code) == (
        f"Error: {own / 'gone.py'} cannot be read: No such file or directory\n",
        2,
    )


def test_strategies_load_no_torch(own):
    code = (
        "import sys; sys.argv = ['mtal', 'strategies']\n"
        "from mtal.cli.app import main\n"
        "try: main()\nfinally: print('torch' in sys.modules)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "mine" in printed
    assert printed.endswith("False\n")


def test_an_own_strategy_can_be_launched_by_name(own):
    config = compose(sets=("dataset=drawn", "data=24+8", "strategy=mine"))
    assert checked(config) is config
    (own / "mine.py").write_text(OWN.replace('title="Mine"', 'formula=""'))
    with pytest.raises(ConfigError, match="breaks the rule “says what it is”"):
        checked(config)
