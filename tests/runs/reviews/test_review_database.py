"""Decisions, notes and image sets: the latest is in effect, all are kept, nothing is lost."""

import multiprocessing
import os
import resource
import signal
import sqlite3
import tempfile
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from mtal.config import ConfigError
from mtal.runs.paths import StorePaths
from mtal.runs.reviews import review_database, sqlite
from mtal.runs.reviews.review_database import ReviewDatabase
from mtal.runs.reviews.schema import MIGRATIONS

SPAWN = multiprocessing.get_context("spawn")
NOBODY = 65534  # a user who owns nothing


@pytest.fixture
def database(empty_store):
    return ReviewDatabase(empty_store)


def decided(database, run="r", cycle=0):
    return {
        row.sample: (row.decision, row.note, row.who)
        for row in database.decisions(run, cycle).itertuples()
    }


class TestDecisionsAndNotes:
    def test_where_nobody_said_anything_there_is_nothing_not_even_a_file(self, database):
        assert database.decisions("r", 0).empty
        assert list(database.decisions("r", 0).columns) == list(review_database.DECISION_COLUMNS)
        assert database.history("r", 0, "a").empty
        assert database.sets("d").empty
        assert database.revision() == 0
        assert not database.path.exists()

    def test_the_latest_counts_and_every_word_is_kept(self, database):
        database.decide("r", 0, ["a", "b"], "rejected", "ann")
        database.note("r", 0, "a", " blurred ", "bo")
        database.decide("r", 0, ["a"], "accepted", "cy")
        assert decided(database) == {
            "a": ("accepted", "blurred", "cy"),
            "b": ("rejected", "", "ann"),
        }
        history = database.history("r", 0, "a")
        assert history[["what", "value", "who"]].to_numpy().tolist() == [
            ["decision", "rejected", "ann"],
            ["note", "blurred", "bo"],
            ["decision", "accepted", "cy"],
        ]
        assert history["when"].str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ").all()

    def test_what_is_taken_back_is_gone_but_not_forgotten(self, database):
        database.decide("r", 0, ["a"], "rejected", "ann")
        database.note("r", 0, "a", "blurred", "ann")
        database.decide("r", 0, ["a"], "", "bo")
        assert decided(database) == {"a": ("", "blurred", "ann")}
        database.note("r", 0, "a", "", "bo")
        assert decided(database) == {}
        assert len(database.history("r", 0, "a")) == 4

    def test_runs_cycles_and_images_are_kept_apart(self, database):
        database.decide("r", 0, ["a"], "rejected", "ann")
        database.decide("r", 1, ["a"], "accepted", "ann")
        database.decide("q", 0, ["b"], "accepted", "ann")
        assert (
            decided(database, "r", 0),
            decided(database, "r", 1),
            decided(database, "q", 0),
        ) == (
            {"a": ("rejected", "", "ann")},
            {"a": ("accepted", "", "ann")},
            {"b": ("accepted", "", "ann")},
        )

    def test_rows_are_in_the_order_of_ids_whatever_came_first(self, database):
        database.decide("r", 0, ["c", "a", "b"], "accepted", "ann")
        assert database.decisions("r", 0)["sample"].tolist() == ["a", "b", "c"]

    def test_saying_it_again_is_no_news_unless_somebody_else_says_it(self, database):
        database.decide("r", 0, ["a"], "accepted", "ann")
        before = database.revision()
        database.decide("r", 0, ["a", "a"], "accepted", "ann")
        database.decide("r", 0, ["b"], "", "ann")
        database.decide("r", 0, [], "accepted", "ann")
        assert database.revision() == before
        database.decide("r", 0, ["a"], "accepted", "bo")
        assert database.revision() > before
        assert decided(database) == {"a": ("accepted", "", "bo")}

    @pytest.mark.parametrize(
        "text", ["'; DROP TABLE change; --", "two\nlines", "ünï 猫", "<script>"]
    )
    def test_any_text_comes_back_as_it_was(self, database, text):
        database.note("r", 0, text, text, "ann")
        assert decided(database) == {text: ("", text, "ann")}

    def test_what_makes_no_sense_is_refused_and_changes_nothing(self, database):
        database.decide("r", 0, ["a"], "accepted", "ann")
        before = database.revision()
        with pytest.raises(ValueError, match="maybe"):
            database.decide("r", 0, ["a"], "maybe", "ann")
        with pytest.raises(ConfigError, match="who you are"):
            database.decide("r", 0, ["a"], "rejected", "  ")
        with pytest.raises(ConfigError, match="100 characters"):
            database.decide("r", 0, ["a"], "rejected", "x" * 101)
        with pytest.raises(ConfigError, match="shorten"):
            database.note("r", 0, "a", "x" * 10_001, "ann")
        assert (database.revision(), decided(database)) == (before, {"a": ("accepted", "", "ann")})

    def test_a_change_of_many_images_is_all_or_nothing(self, database):
        database.decide("r", 0, ["a"], "accepted", "ann")
        before = database.revision()
        with pytest.raises(sqlite3.Error):
            database.decide("r", 0, ["b", "c", object()], "rejected", "ann")
        assert (database.revision(), set(decided(database))) == (before, {"a"})


class TestRevision:
    def test_it_grows_with_every_change(self, database):
        seen = [database.revision()]
        for change in (
            lambda: database.decide("r", 0, ["a"], "accepted", "ann"),
            lambda: database.note("r", 0, "a", "x", "ann"),
            lambda: database.save_set("d", ["a"], "ann"),
            lambda: database.rename_set(SET_A, "few", "ann"),
            lambda: database.delete_set(SET_A, "ann"),
        ):
            change()
            seen.append(database.revision())
        assert all(later > earlier for earlier, later in pairwise(seen))

    def test_a_file_made_anew_shows_no_number_that_was_there_before(self, database):
        for word in ("accepted", "rejected", "accepted"):
            database.decide("r", 0, ["a"], word, "ann")
        before = database.revision()
        for file in database.path.parent.glob(f"{database.path.name}*"):
            file.unlink()
        database.decide("r", 0, ["a"], "rejected", "ann")
        assert database.revision() > before


SET_A = "be12faa66a50"


class TestSets:
    def test_the_same_images_of_the_same_data_make_one_set(self, database):
        set_id = database.save_set("d", ["b", "a", "b"], "ann", origin="map of r, cycle 2")
        assert database.save_set("d", ["a", "b"], "bo") == set_id
        assert database.save_set("e", ["a", "b"], "bo") != set_id
        assert database.save_set("d", ["ab"], "bo") != set_id
        assert len(set_id) == 12
        assert int(set_id, 16) >= 0
        assert database.samples_of(set_id, "d") == ["a", "b"]
        row = database.sets("d").set_index("id").loc[set_id]
        assert row[["name", "size", "who", "origin"]].tolist() == [
            "",
            2,
            "ann",
            "map of r, cycle 2",
        ]

    def test_the_id_depends_on_nothing_but_data_and_images(self, database):
        assert database.save_set("d", ["a"], "ann", "name", "origin") == SET_A

    def test_the_newest_is_first_and_data_are_kept_apart(self, database):
        first, second = database.save_set("d", ["a"], "ann"), database.save_set("d", ["b"], "ann")
        database.save_set("e", ["c"], "ann")
        database.save_set("d", ["a"], "ann")
        assert database.sets("d")["id"].tolist() == [second, first]
        with pytest.raises(KeyError):
            database.samples_of(first, "e")

    def test_a_name_can_be_given_and_changed_and_it_is_known_by_whom(self, database):
        set_id = database.save_set("d", ["a"], "ann")
        database.save_set("d", ["a"], "bo", "dark rooms")
        database.save_set("d", ["a"], "cy", "other")  # it has a name; a new one is for `rename_set`
        database.rename_set(set_id, "  very\n dark ", "cy")
        assert database.sets("d")["name"].tolist() == ["very dark"]
        assert database.set_history(set_id)[["what", "value", "who"]].to_numpy().tolist() == [
            ["saved", "", "ann"],
            ["renamed", "dark rooms", "bo"],
            ["renamed", "very dark", "cy"],
        ]

    def test_a_deleted_set_is_gone_and_can_be_saved_again(self, database):
        set_id = database.save_set("d", ["a"], "ann", "dark")
        database.delete_set(set_id, "bo")
        assert database.sets("d").empty
        for use in (
            lambda: database.samples_of(set_id, "d"),
            lambda: database.rename_set(set_id, "x", "ann"),
            lambda: database.delete_set(set_id, "ann"),
        ):
            with pytest.raises(KeyError, match=set_id):
                use()
        assert database.save_set("d", ["a"], "cy") == set_id
        assert database.set_history(set_id)["what"].tolist() == ["saved", "deleted", "saved"]

    def test_no_images_and_no_name_are_refused(self, database):
        with pytest.raises(ConfigError, match="at least one"):
            database.save_set("d", [], "ann")
        set_id = database.save_set("d", ["a"], "ann", "  ")
        with pytest.raises(ConfigError, match="needs a name"):
            database.rename_set(set_id, " ", "ann")
        assert database.sets("d")["name"].tolist() == [""]

    def test_a_hundred_thousand_images_come_back(self, database):
        names = [f"{number:06d}" for number in range(100_000)]
        assert database.samples_of(database.save_set("d", names, "ann"), "d") == names


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
