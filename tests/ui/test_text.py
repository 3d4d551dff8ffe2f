"""Texts for people: time left, foreign text in Markdown, sizes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtal.runs.jobs.progress import Progress
from mtal.ui.text import code, megabytes, plain, time_left


def test_an_unknown_time_left_is_said_and_not_guessed():
    def at(eta_s, *missing):
        return Progress(0, "train", 1, 2, 0.0, 0.0, 0.0, eta_s, missing, {})

    assert time_left(at(None)) == "no estimate yet"
    assert time_left(at(None, "train")) == "no estimate yet"
    assert time_left(at(None, "train", "score")) == "time left known once 1 more stage has run"
    assert time_left(at(None, "pick", "score")) == "time left known once 2 more stages have run"
    assert time_left(at((60, 60)), now=0.0).startswith("1 min left")
    assert time_left(at((60, 180)), now=0.0).startswith("1 min to 3 min left, done around")


@given(st.text(max_size=40))
def test_plain_text_unescaped_is_the_text_on_one_line(text):
    assert re.sub(r"\\(\W|_)", r"\1", plain(text)) == " ".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "*x*",
        "a_b_c",
        "[a](http://b)",
        "<b>x",
        ":red[x]",
        ":material/home:",
        "# x",
        "- x",
        "1. x",
        "$x$",
        "`x`",
    ],
)
def test_plain_text_hides_no_markdown_sign(text):
    escaped = plain(text)
    assert not re.search(r"(?<!\\)[*_\[\]<>#$`]", escaped)
    assert not re.match(r"[-+]|\d+[.)]", escaped)
    assert not re.search(r"(?<!\\):[a-z]", escaped)


def test_plain_text_leaves_sentences_readable():
    assert plain("Picked 4th: rank 4 of 27 (0.5).") == "Picked 4th: rank 4 of 27 (0.5)."


def test_code_holds_back_ticks():
    assert code("a`b") == "`` a`b ``"
    assert code("a") == "`a`"


def test_sizes():
    assert [megabytes(999), megabytes(3.1e9)] == ["999 B", "3.1 GB"]
