"""Progress lines of any content: what is no report is skipped."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtal.runs.jobs.progress import parse
from mtal.runs.jobs.progress_reader import read_progress
from mtal.runs.jobs.start_log import start_times
from mtal.runs.paths import JobPaths

GOOD = {"t": 1.5, "cycle": 0, "stage": "train", "done": 1, "total": 2}


@pytest.mark.parametrize(
    "change",
    [
        {"t": "soon"},
        {"t": float("nan")},
        {"t": 1e300},
        {"cycle": 1.5},
        {"cycle": -1},
        {"cycle": True},
        {"done": 3},
        {"done": None},
        {"total": 10**20},
        {"stage": 7},
        {"loss": 3},
        {"loss": {"depth": "low"}},
    ],
)
def test_a_report_of_wrong_kinds_is_none(change):
    lines = [json.dumps(GOOD), json.dumps(GOOD | change), json.dumps(GOOD)]
    assert parse(lines) == [GOOD, GOOD]


def test_a_stage_of_another_version_counts():
    assert len(parse([json.dumps(GOOD | {"stage": "polish"})])) == 1


@given(st.lists(st.binary(max_size=40) | st.just(json.dumps(GOOD).encode()), max_size=8))
def test_any_bytes_can_be_read(tmp_path_factory, lines):
    job = JobPaths(tmp_path_factory.mktemp("job"))
    job.progress.write_bytes(b"\n".join(lines) + b"\n")
    job.started.write_bytes(b"1.0\nsoon\nnan\n\xff\n")
    assert start_times(job) == [1.0]
    read_progress(job)
