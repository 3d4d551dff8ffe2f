"""Files appear whole, and the end of a growing file is read without its unfinished line."""

import json
import os
import threading

import pytest

from mtal.runs import files
from mtal.runs.files import atomic_write, last_lines, read_json, write_json


def test_a_reader_sees_the_old_or_the_new_and_never_a_half(tmp_path):
    path, done, seen = tmp_path / "value.json", threading.Event(), []
    write_json(path, [0] * 5000)

    def read():
        while not done.is_set():
            seen.append(len(set(json.loads(path.read_text()))))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(100):
        write_json(path, [number] * 5000)
    done.set()
    reader.join()
    assert seen
    assert set(seen) == {1}


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path):
    path = tmp_path / "value.json"
    write_json(path, "old")

    def fail_half_way():
        with atomic_write(path) as file:
            file.write("new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert read_json(path) == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_two_threads_write_one_file_at_once(tmp_path):
    path = tmp_path / "value.json"
    together, problems = threading.Barrier(8), []

    def write(number):
        together.wait()
        try:
            for _ in range(20):
                write_json(path, [number] * 1000)
        except OSError as error:
            problems.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(set(read_json(path))) == 1


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {"loss": float("nan")}])
def test_json_has_no_nan(tmp_path, value):
    with pytest.raises(ValueError):
        write_json(tmp_path / "value.json", value)
    assert list(tmp_path.iterdir()) == []


def test_last_lines_leave_the_cut_line_out(tmp_path):
    path = tmp_path / "log"
    path.write_text("one\ntwo\nthr")
    assert last_lines(path) == ["one", "two"]
    assert last_lines(tmp_path / "nothing") == []


@pytest.mark.parametrize("size", range(1, 40, 3))
def test_last_lines_are_an_end_of_all_lines(tmp_path, size):
    path = tmp_path / "log"
    every = [f"line {number}" for number in range(20)]
    path.write_text("".join(f"{line}\n" for line in every))
    lines = last_lines(path, size)
    assert lines == every[len(every) - len(lines) :]
    assert sum(len(line) + 1 for line in lines) <= size


def test_bytes_that_are_no_text_are_shown_and_not_an_error(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"caf\xe9\n")
    assert last_lines(path) == ["caf\N{REPLACEMENT CHARACTER}"]


def test_a_shared_file_is_read_again_only_when_it_is_another_one(tmp_path, monkeypatch):
    path, read = tmp_path / "facts.json", []
    original = files.read_json
    monkeypatch.setattr(files, "read_json", lambda path: read.append(path) or original(path))
    assert files.read_cached(path) is None
    files.write_json(path, {"pool": [1]})
    assert files.read_cached(path) == {"pool": [1]}
    assert files.read_cached(path) is files.read_cached(path)
    assert len(read) == 1
    stat = path.stat()
    files.write_json(path, {"pool": [2]})  # as long, and written within the same tick of the clock
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert files.read_cached(path) == {"pool": [2]}
    path.unlink()
    assert files.read_cached(path) is None
