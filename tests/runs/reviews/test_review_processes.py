"""Several processes, kills, full disks and damaged files: no decision is lost."""

import multiprocessing
import os
import resource
import signal
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from mtal.config import ConfigError
from mtal.runs.paths import StorePaths
from mtal.runs.reviews import review_database, sqlite
from mtal.runs.reviews.review_database import ReviewDatabase
from mtal.runs.reviews.schema import MIGRATIONS
from tests.runs.reviews.reviewed import decided

SPAWN = multiprocessing.get_context("spawn")
NOBODY = 65534  # a user who owns nothing


def write_many(folder: str, word: str, start) -> None:
    """Fifty decisions and ten sets of one user, in a process of its own."""
    start.wait(60)
    database = ReviewDatabase(StorePaths(Path(folder)))
    for number in range(50):
        database.decide(
            "r", 0, [f"{word}{number}", "common"], "rejected" if number % 2 else "accepted", word
        )
        if number % 5 == 0:
            database.save_set("d", [f"{word}{number}"], word)


@pytest.mark.slow
def test_processes_that_write_at_once_lose_nothing(tmp_path):
    """They even make the file at once."""
    words, start = ("ann", "bo", "cy", "dee"), SPAWN.Barrier(4)
    workers = [
        SPAWN.Process(target=write_many, args=(str(tmp_path / "new"), word, start))
        for word in words
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0] * 4
    database = ReviewDatabase(StorePaths(tmp_path / "new"))
    rows = decided(database)
    assert {name: row[0] for name, row in rows.items() if name != "common"} == {
        f"{word}{number}": "rejected" if number % 2 else "accepted"
        for word in words
        for number in range(50)
    }
    by_person = database.history("r", 0, "common").groupby("who").size()
    assert by_person.to_dict() == dict.fromkeys(words, 50)
    assert len(database.sets("d")) == 40


def decide_for_ever(folder: str) -> None:
    database, number = ReviewDatabase(StorePaths(Path(folder))), 0
    while True:
        database.decide("r", 0, [f"{number}.{part}" for part in range(20)], "accepted", "ann")
        number += 1


@pytest.mark.slow
def test_a_killed_writer_leaves_whole_changes_behind(tmp_path):
    database = ReviewDatabase(StorePaths(tmp_path))
    worker = SPAWN.Process(target=decide_for_ever, args=(str(tmp_path),))
    worker.start()
    while len(database.decisions("r", 0)) < 100:
        assert worker.is_alive()
    os.kill(worker.pid, signal.SIGKILL)
    worker.join(60)
    table = database.decisions("r", 0)
    assert len(table) >= 100
    assert table["sample"].str.split(".").str[0].value_counts().unique().tolist() == [20]
    database.decide("r", 0, ["next"], "rejected", "bo")
    assert decided(database)["next"] == ("rejected", "", "bo")


def on_a_full_disk(folder: str, answers) -> None:
    """A file of this process may not grow, which gives the same error as a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    database = ReviewDatabase(StorePaths(Path(folder)))
    resource.setrlimit(
        resource.RLIMIT_FSIZE, (database.path.stat().st_size, resource.RLIM_INFINITY)
    )
    try:
        database.note("r", 0, "a", "x" * 9_000, "ann")
        for number in range(100):
            database.note("r", 0, f"more {number}", "x" * 9_000, "ann")
    except ConfigError as error:
        answers.put(str(error))
    else:
        answers.put("")


def as_nobody(folder: str, answers) -> None:
    """Read and write where only others may write."""
    if os.geteuid() == 0:
        os.setuid(NOBODY)
    database = ReviewDatabase(StorePaths(Path(folder)))
    answers.put(decided(database))
    try:
        database.decide("r", 0, ["b"], "rejected", "ann")
    except ConfigError as error:
        answers.put(str(error))
    else:
        answers.put("")


def answered(target, folder, count):
    answers = SPAWN.Queue()
    worker = SPAWN.Process(target=target, args=(str(folder), answers))
    worker.start()
    messages = [answers.get(timeout=120) for _ in range(count)]
    worker.join(60)
    return messages


@pytest.fixture
def locked_folder():
    """A folder that nobody but its owner may write in, all the way from the root."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name, "store")
        folder.mkdir()
        ReviewDatabase(StorePaths(folder)).decide("r", 0, ["a"], "rejected", "ann")
        Path(name).chmod(0o755)
        yield folder
        folder.chmod(0o755)


class TestTrouble:
    def test_a_full_disk_is_said_and_loses_nothing(self, database):
        database.decide("r", 0, ["a"], "rejected", "ann")
        [message] = answered(on_a_full_disk, database.path.parent, 1)
        assert str(database.path) in message
        assert "make room" in message
        assert decided(database)["a"][0] == "rejected"
        database.decide("r", 0, ["b"], "rejected", "ann")
        assert decided(database)["b"] == ("rejected", "", "ann")

    def test_a_read_only_store_can_be_read_and_says_why_it_cannot_be_changed(self, locked_folder):
        locked_folder.chmod(0o555)
        StorePaths(locked_folder).reviews.chmod(0o444)
        decisions, message = answered(as_nobody, locked_folder, 2)
        assert decisions == {"a": ("rejected", "", "ann")}
        assert str(StorePaths(locked_folder).reviews) in message
        assert "Allow writing" in message

    def test_a_store_that_cannot_be_made_is_named(self, tmp_path):
        (tmp_path / "file").touch()
        database = ReviewDatabase(StorePaths(tmp_path / "file"))
        assert database.revision() == 0
        with pytest.raises(ConfigError, match=r"cannot write in .*file.*another store"):
            database.decide("r", 0, ["a"], "accepted", "ann")

    @pytest.mark.parametrize("damage", [b"no database at all", b"SQLite format 3\0" + b"x" * 5000])
    def test_a_damaged_file_is_named_and_left_alone(self, database, damage):
        database.path.write_bytes(damage)
        for use in (database.revision, lambda: database.decide("r", 0, ["a"], "accepted", "ann")):
            with pytest.raises(
                ConfigError, match=rf"{database.path.name}.*damaged.*copy of it back"
            ):
                use()
        assert database.path.read_bytes() == damage

    def test_a_page_torn_out_of_the_middle_is_damage_too(self, database):
        database.decide("r", 0, [f"{number:05d}" for number in range(5000)], "accepted", "ann")
        with closing(sqlite3.connect(database.path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        content = bytearray(database.path.read_bytes())
        content[8192:-4096] = os.urandom(len(content) - 8192 - 4096)
        database.path.write_bytes(content)
        with pytest.raises(ConfigError, match="damaged"):
            database.decisions("r", 0)

    def test_who_waits_too_long_for_another_writer_is_told(self, database, monkeypatch):
        monkeypatch.setattr(sqlite, "PATIENCE_S", 0.05)
        database.decide("r", 0, ["a"], "accepted", "ann")
        with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(
                ConfigError, match=r"people.sqlite.*somebody else|Somebody else.*Try again"
            ):
                database.decide("r", 0, ["a"], "rejected", "bo")
            assert decided(database) == {"a": ("accepted", "", "ann")}  # readers do not wait
        database.decide("r", 0, ["a"], "rejected", "bo")
        assert decided(database) == {"a": ("rejected", "", "bo")}

    def test_a_file_of_a_newer_version_is_not_touched(self, database):
        database.decide("r", 0, ["a"], "accepted", "ann")
        with closing(sqlite3.connect(database.path)) as connection:
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
        with pytest.raises(ConfigError, match="newer version"):
            database.decisions("r", 0)

    def test_an_older_file_is_brought_up_to_date_with_all_that_is_in_it(
        self, database, monkeypatch
    ):
        database.decide("r", 0, ["a"], "accepted", "ann")
        later = (*MIGRATIONS, ("ALTER TABLE change ADD COLUMN more TEXT NOT NULL DEFAULT 'x'",))
        monkeypatch.setattr(review_database, "MIGRATIONS", later)
        assert decided(database) == {"a": ("accepted", "", "ann")}
        with closing(sqlite3.connect(database.path)) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (len(later),)
            assert connection.execute("SELECT more FROM change").fetchall() == [("x",)]
