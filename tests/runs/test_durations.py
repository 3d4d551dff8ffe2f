"""Seconds as people say them."""

import pytest

from mtal.runs.durations import duration, span


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (89, "1 min"),
        (91, "2 min"),
        (3599, "1 h"),
        (3600, "1 h"),
        (3600 + 600, "1 h 10 min"),
        (5400, "1 h 30 min"),
        (7 * 3600, "7 h"),
        (86400 * 2, "2 d"),
        (86400 * 3 + 7200, "3 d 2 h"),
    ],
)
def test_duration(seconds, text):
    assert duration(seconds) == text


def test_a_span_says_what_reads_alike_once():
    assert span(60, 180) == "1 min to 3 min"
    assert span(60, 70) == "1 min"
