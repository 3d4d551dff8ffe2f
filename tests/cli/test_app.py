"""The command line as a whole: errors of people and of the program."""

import re
import sys

import pytest

from mtal.cli import app
from mtal.config import ConfigError


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "--set", "epoch=3"], "did you mean 'epochs'"),
        (["launch", "--preset", "big"], "no preset called 'big'"),
        (["launch", "--config", "nothing.yaml"], "no config file"),
        (["launch", "--strategies", "ours,best"], "no strategy called 'best'"),
        (["launch", "--set", "dataset=../x"], "no data set called"),
        (["launch", "--set", "network=resnet"], "no network called"),
        (["launch", "--seeds", "one"], "seed"),
        (["stop", "nothing"], "no run called 'nothing'"),
        (["resume"], "name one run to resume"),
        (["resume", "x", "--all"], "name one run to resume"),
        (["resume", "--all", "--accept-data"], "one run at a time"),
        (["export", "nothing", "--cycle", "0", "--out", "x"], "no run called"),
        (["quality", "nothing"], "no run called"),
        (["check", "--set", "data=/no/such/folder"], "/no/such/folder"),
        (
            ["check", "--set", "data=/no/such/folder"],
            "or take the bundled rooms: --set dataset=rooms",
        ),
        (["demo", "--nyud", "/no/such/folder"], "no folder at"),
    ],
)
def test_a_wrong_word_is_one_line_and_exit_code_2(mtal, store, words, message):
    text, code = mtal(*words)
    assert code == 2
    assert re.match(r"Error: ", text)
    assert text.count("\n") == 1
    assert message in text
    assert store.runs() == []  # nothing is half started


def test_a_bug_keeps_its_traceback(mtal, monkeypatch):
    def broken(*_):
        raise ValueError("a bug")

    monkeypatch.setattr("mtal.cli.status.all_runs", broken)
    monkeypatch.setattr(sys, "argv", ["mtal", "status"])
    with pytest.raises(ValueError, match="a bug"):
        app.main()
    assert not issubclass(ValueError, ConfigError)
