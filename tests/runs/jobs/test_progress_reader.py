"""Reports read as they come: every read gives what all lines read at once would give."""

import json
import tempfile
import threading
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as some

from mtal.runs.jobs.progress import KEPT, append, parse, progress
from mtal.runs.jobs.progress_reader import ProgressReader, read_progress
from mtal.runs.jobs.start_log import log_start, start_times
from mtal.runs.paths import RunPaths
from tests.runs.slow_progress import slow_progress, slow_unit_times

PLAN = [{"load": 4, "train": 300, "evaluate": 6}, {"load": 4, "train": 300, "evaluate": 6}]
EARLIER_TIMES = {"evaluate": [0.5, 0.25, 2.0], "train": [3.0]}
JUNK = ["", "[]", "7", '{"t": 1}', "not json", '{"t": 17{"t": 18}']
steps = some.tuples(
    # seconds since the report before; clocks are set back now and then
    some.sampled_from([0.0, 0.125, 1.0, 7.5, -3.0]),
    some.integers(0, 1),
    some.sampled_from(["load", "train", "evaluate", "pick"]),
    some.integers(0, 6),
    some.sampled_from([None, {}, {"depth": 1.5}, {"depth": 0.25, "semseg": 2.0}]),
)


def rows_of(drawn):
    now, rows = 1000.0, []
    for pause, cycle, stage, done, loss in drawn:
        now += pause
        row = {"t": now, "cycle": cycle, "stage": stage, "done": done, "total": 6}
        rows.append(row if loss is None else row | {"loss": loss})
    return rows


def as_text(rows, junk=()):
    lines = [json.dumps(row) + "\n" for row in rows]
    for number, text in junk:
        lines.insert(number, text + "\n")
    return "".join(lines)


@given(
    some.lists(steps, max_size=40),
    some.lists(some.tuples(some.integers(0, 40), some.sampled_from(JUNK)), max_size=3),
    some.lists(some.integers(0, 4000), max_size=8),
    some.lists(some.sampled_from([0.0, 1000.0, 1003.5, 1010.0, 1e4]), max_size=9),
)
def test_in_pieces_it_is_what_it_is_at_once(drawn, junk, cuts, sinces):
    """Any pieces, cut lines among them, and a new start before any read."""
    content = as_text(rows_of(drawn), junk).encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "lines")
        reader = ProgressReader(path)
        ends = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
        for look, (start, end) in enumerate(pairwise(ends)):
            with path.open("ab") as file:
                file.write(content[start:end])
            since = sinces[look] if look < len(sinces) else 0.0
            so_far = parse(content[:end].decode().split("\n")[:-1])
            state = reader.read(since)
            assert progress(state, PLAN, lambda: EARLIER_TIMES) == slow_progress(
                so_far, PLAN, EARLIER_TIMES, since
            )
            assert progress(state, []) == slow_progress(so_far, [], {}, since)
            assert {stage: list(times) for stage, times in state.times.items()} == slow_unit_times(
                so_far
            )
            assert state.picked == {
                row["cycle"]: row["t"] for row in so_far if row["stage"] == "pick"
            }


def many(count):
    return [
        {
            "t": 1000 + number * (1 + number % 3),
            "cycle": 0,
            "stage": "train",
            "done": number,
            "total": count,
            "loss": {"depth": 1.0 / (1 + number)},
        }
        for number in range(count)
    ]


def test_the_state_stays_small_and_gives_the_same(tmp_path):
    path = tmp_path / "lines"
    path.write_text(as_text(many(3000)))
    state = ProgressReader(path).read(0.0)
    assert [len(times) for times in state.times.values()] == [KEPT]
    assert progress(state, PLAN, lambda: EARLIER_TIMES) == slow_progress(
        many(3000), PLAN, EARLIER_TIMES, 0.0
    )


def test_only_what_was_appended_is_read(tmp_path, monkeypatch):
    path, read = tmp_path / "lines", []
    path.write_text(as_text(many(50)))
    reader = ProgressReader(path)
    reader.read(0.0)
    monkeypatch.setattr(
        "mtal.runs.jobs.progress_reader.parse", lambda lines: read.extend(lines) or []
    )
    reader.read(0.0)
    assert read == []
    append(path, 0, "train", 51, 60)
    reader.read(0.0)
    assert len(read) == 1


def test_blocks_make_no_difference(tmp_path, monkeypatch):
    path = tmp_path / "lines"
    path.write_text(as_text(many(300)) + '{"t": 12')
    whole = ProgressReader(path).read(0.0)
    monkeypatch.setattr("mtal.runs.jobs.progress_reader.BLOCK", 200)
    assert ProgressReader(path).read(0.0) == whole


def test_a_new_start_needs_no_second_reading(tmp_path, monkeypatch):
    path = tmp_path / "lines"
    path.write_text(as_text(many(50)))
    reader = ProgressReader(path)
    timed = reader.read(0.0).times
    monkeypatch.setattr("mtal.runs.jobs.progress_reader.parse", lambda lines: 1 / 0)
    state = reader.read(1e6)
    assert (state.first, state.last, state.loss, state.times) == (None, None, {}, timed)


def test_a_file_that_was_cut_or_replaced_is_read_anew(tmp_path):
    path = tmp_path / "lines"
    reader = ProgressReader(path)
    assert reader.read(0.0).last is None  # there is none yet
    path.write_text(as_text(many(9)))
    assert reader.read(0.0).last["done"] == 8
    path.write_text(as_text(many(3)))
    assert reader.read(0.0).last["done"] == 2
    other = [row | {"cycle": 1} for row in many(20)]
    path.write_text(as_text(other))  # longer than what was read, in the same file
    state = reader.read(0.0)
    assert (state.first, state.last) == (other[0], other[-1])
    path.unlink()
    assert reader.read(0.0).first is None
    path.write_text(as_text(many(2)))
    assert reader.read(0.0).last["done"] == 1


def test_a_state_does_not_change_when_more_is_read(tmp_path):
    path = tmp_path / "lines"
    path.write_text(as_text(many(30)[:3]))
    reader = ProgressReader(path)
    before = reader.read(0.0)
    kept = progress(before, PLAN, lambda: EARLIER_TIMES)
    with path.open("a") as file:
        file.write(as_text(many(30)[3:]))
    assert reader.read(0.0).last["done"] == 29
    assert progress(before, PLAN, lambda: EARLIER_TIMES) == kept


def test_several_sessions_read_every_line_once(tmp_path):
    path = tmp_path / "lines"
    reader, states = ProgressReader(path), []

    def look():
        for _ in range(100):
            states.append(reader.read(0.0))

    path.touch()
    sessions = [threading.Thread(target=look) for _ in range(4)]
    for session in sessions:
        session.start()
    for row in many(300):
        with path.open("a") as file:
            file.write(json.dumps(row) + "\n")
    for session in sessions:
        session.join()
    assert progress(reader.read(0.0), PLAN, lambda: EARLIER_TIMES) == slow_progress(
        many(300), PLAN, EARLIER_TIMES, 0.0
    )
    assert all(
        state.last is None or len(state.times.get("train", ())) == min(KEPT, state.last["done"])
        for state in states
    )


def test_the_last_start_is_told_from_those_before(tmp_path):
    job = RunPaths(tmp_path)
    append(job.progress, 0, "train", 1, 9)
    assert read_progress(job).last["done"] == 1
    log_start(job)
    assert (read_progress(job).since, read_progress(job).last) == (start_times(job)[0], None)
