"""Decisions, notes and sets: what was said last counts, all that was ever said is kept, and nothing is lost."""

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
from mtal.runs.reviews.review_database import People
from mtal.runs.reviews.schema import MIGRATIONS

SPAWN = multiprocessing.get_context("spawn")
NOBODY = 65534  # a user who owns nothing


@pytest.fixture
def desk(empty_store):
    return People(empty_store)


def said(desk, run="r", cycle=0):
    return {
        row.sample: (row.decision, row.note, row.who)
        for row in desk.decisions(run, cycle).itertuples()
    }


class TestDecisionsAndNotes:
    def test_where_nobody_said_anything_there_is_nothing_not_even_a_file(self, desk):
        assert desk.decisions("r", 0).empty
        assert list(desk.decisions("r", 0).columns) == list(review_database.DECISION_COLUMNS)
        assert desk.history("r", 0, "a").empty
        assert desk.sets("d").empty
        assert desk.revision() == 0
        assert not desk.path.exists()

    def test_the_latest_counts_and_every_word_is_kept(self, desk):
        desk.decide("r", 0, ["a", "b"], "rejected", "ann")
        desk.note("r", 0, "a", " blurred ", "bo")
        desk.decide("r", 0, ["a"], "accepted", "cy")
        assert said(desk) == {"a": ("accepted", "blurred", "cy"), "b": ("rejected", "", "ann")}
        history = desk.history("r", 0, "a")
        assert history[["what", "value", "who"]].to_numpy().tolist() == [
            ["decision", "rejected", "ann"],
            ["note", "blurred", "bo"],
            ["decision", "accepted", "cy"],
        ]
        assert history["when"].str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ").all()

    def test_what_is_taken_back_is_gone_but_not_forgotten(self, desk):
        desk.decide("r", 0, ["a"], "rejected", "ann")
        desk.note("r", 0, "a", "blurred", "ann")
        desk.decide("r", 0, ["a"], "", "bo")
        assert said(desk) == {"a": ("", "blurred", "ann")}
        desk.note("r", 0, "a", "", "bo")
        assert said(desk) == {}
        assert len(desk.history("r", 0, "a")) == 4

    def test_runs_cycles_and_images_are_kept_apart(self, desk):
        desk.decide("r", 0, ["a"], "rejected", "ann")
        desk.decide("r", 1, ["a"], "accepted", "ann")
        desk.decide("q", 0, ["b"], "accepted", "ann")
        assert (said(desk, "r", 0), said(desk, "r", 1), said(desk, "q", 0)) == (
            {"a": ("rejected", "", "ann")},
            {"a": ("accepted", "", "ann")},
            {"b": ("accepted", "", "ann")},
        )

    def test_rows_are_in_the_order_of_ids_whatever_came_first(self, desk):
        desk.decide("r", 0, ["c", "a", "b"], "accepted", "ann")
        assert desk.decisions("r", 0)["sample"].tolist() == ["a", "b", "c"]

    def test_saying_it_again_is_no_news_unless_somebody_else_says_it(self, desk):
        desk.decide("r", 0, ["a"], "accepted", "ann")
        before = desk.revision()
        desk.decide("r", 0, ["a", "a"], "accepted", "ann")
        desk.decide("r", 0, ["b"], "", "ann")
        desk.decide("r", 0, [], "accepted", "ann")
        assert desk.revision() == before
        desk.decide("r", 0, ["a"], "accepted", "bo")
        assert desk.revision() > before
        assert said(desk) == {"a": ("accepted", "", "bo")}

    @pytest.mark.parametrize(
        "text", ["'; DROP TABLE change; --", "two\nlines", "ünï 猫", "<script>"]
    )
    def test_any_text_comes_back_as_it_was(self, desk, text):
        desk.note("r", 0, text, text, "ann")
        assert said(desk) == {text: ("", text, "ann")}

    def test_what_makes_no_sense_is_refused_and_changes_nothing(self, desk):
        desk.decide("r", 0, ["a"], "accepted", "ann")
        before = desk.revision()
        with pytest.raises(ValueError, match="maybe"):
            desk.decide("r", 0, ["a"], "maybe", "ann")
        with pytest.raises(ConfigError, match="who you are"):
            desk.decide("r", 0, ["a"], "rejected", "  ")
        with pytest.raises(ConfigError, match="100 characters"):
            desk.decide("r", 0, ["a"], "rejected", "x" * 101)
        with pytest.raises(ConfigError, match="shorten"):
            desk.note("r", 0, "a", "x" * 10_001, "ann")
        assert (desk.revision(), said(desk)) == (before, {"a": ("accepted", "", "ann")})

    def test_a_change_of_many_images_is_all_or_nothing(self, desk):
        desk.decide("r", 0, ["a"], "accepted", "ann")
        before = desk.revision()
        with pytest.raises(sqlite3.Error):
            desk.decide("r", 0, ["b", "c", object()], "rejected", "ann")
        assert (desk.revision(), set(said(desk))) == (before, {"a"})


class TestRevision:
    def test_it_grows_with_every_change(self, desk):
        seen = [desk.revision()]
        for change in (
            lambda: desk.decide("r", 0, ["a"], "accepted", "ann"),
            lambda: desk.note("r", 0, "a", "x", "ann"),
            lambda: desk.save_set("d", ["a"], "ann"),
            lambda: desk.rename_set(SET_A, "few", "ann"),
            lambda: desk.delete_set(SET_A, "ann"),
        ):
            change()
            seen.append(desk.revision())
        assert all(later > earlier for earlier, later in pairwise(seen))

    def test_a_file_made_anew_shows_no_number_that_was_there_before(self, desk):
        for word in ("accepted", "rejected", "accepted"):
            desk.decide("r", 0, ["a"], word, "ann")
        before = desk.revision()
        for file in desk.path.parent.glob(f"{desk.path.name}*"):
            file.unlink()
        desk.decide("r", 0, ["a"], "rejected", "ann")
        assert desk.revision() > before


SET_A = "be12faa66a50"


class TestSets:
    def test_the_same_images_of_the_same_data_make_one_set(self, desk):
        one = desk.save_set("d", ["b", "a", "b"], "ann", origin="map of r, cycle 2")
        assert desk.save_set("d", ["a", "b"], "bo") == one
        assert desk.save_set("e", ["a", "b"], "bo") != one
        assert desk.save_set("d", ["ab"], "bo") != one
        assert len(one) == 12
        assert int(one, 16) >= 0
        assert desk.samples_of(one, "d") == ["a", "b"]
        row = desk.sets("d").set_index("id").loc[one]
        assert row[["name", "size", "who", "origin"]].tolist() == [
            "",
            2,
            "ann",
            "map of r, cycle 2",
        ]

    def test_the_id_depends_on_nothing_but_data_and_images(self, desk):
        assert desk.save_set("d", ["a"], "ann", "name", "origin") == SET_A

    def test_the_newest_is_first_and_data_are_kept_apart(self, desk):
        first, second = desk.save_set("d", ["a"], "ann"), desk.save_set("d", ["b"], "ann")
        desk.save_set("e", ["c"], "ann")
        desk.save_set("d", ["a"], "ann")
        assert desk.sets("d")["id"].tolist() == [second, first]
        with pytest.raises(KeyError):
            desk.samples_of(first, "e")

    def test_a_name_can_be_given_and_changed_and_it_is_known_by_whom(self, desk):
        one = desk.save_set("d", ["a"], "ann")
        desk.save_set("d", ["a"], "bo", "dark rooms")
        desk.save_set("d", ["a"], "cy", "other")  # it has a name; a new one is for `rename_set`
        desk.rename_set(one, "  very\n dark ", "cy")
        assert desk.sets("d")["name"].tolist() == ["very dark"]
        assert desk.set_history(one)[["what", "value", "who"]].to_numpy().tolist() == [
            ["saved", "", "ann"],
            ["renamed", "dark rooms", "bo"],
            ["renamed", "very dark", "cy"],
        ]

    def test_a_deleted_set_is_gone_and_can_be_saved_again(self, desk):
        one = desk.save_set("d", ["a"], "ann", "dark")
        desk.delete_set(one, "bo")
        assert desk.sets("d").empty
        for use in (
            lambda: desk.samples_of(one, "d"),
            lambda: desk.rename_set(one, "x", "ann"),
            lambda: desk.delete_set(one, "ann"),
        ):
            with pytest.raises(KeyError, match=one):
                use()
        assert desk.save_set("d", ["a"], "cy") == one
        assert desk.set_history(one)["what"].tolist() == ["saved", "deleted", "saved"]

    def test_no_images_and_no_name_are_refused(self, desk):
        with pytest.raises(ConfigError, match="at least one"):
            desk.save_set("d", [], "ann")
        one = desk.save_set("d", ["a"], "ann", "  ")
        with pytest.raises(ConfigError, match="needs a name"):
            desk.rename_set(one, " ", "ann")
        assert desk.sets("d")["name"].tolist() == [""]

    def test_a_hundred_thousand_images_come_back(self, desk):
        names = [f"{number:06d}" for number in range(100_000)]
        assert desk.samples_of(desk.save_set("d", names, "ann"), "d") == names


def write_many(folder: str, word: str, start) -> None:
    """Fifty decisions and ten sets of one person, in a process of its own."""
    start.wait(60)
    desk = People(StorePaths(Path(folder)))
    for number in range(50):
        desk.decide(
            "r", 0, [f"{word}{number}", "common"], "rejected" if number % 2 else "accepted", word
        )
        if number % 5 == 0:
            desk.save_set("d", [f"{word}{number}"], word)


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
    desk = People(StorePaths(tmp_path / "new"))
    found = said(desk)
    assert {name: row[0] for name, row in found.items() if name != "common"} == {
        f"{word}{number}": "rejected" if number % 2 else "accepted"
        for word in words
        for number in range(50)
    }
    by_person = desk.history("r", 0, "common").groupby("who").size()
    assert by_person.to_dict() == dict.fromkeys(words, 50)
    assert len(desk.sets("d")) == 40


def decide_for_ever(folder: str) -> None:
    desk, number = People(StorePaths(Path(folder))), 0
    while True:
        desk.decide("r", 0, [f"{number}.{part}" for part in range(20)], "accepted", "ann")
        number += 1


def test_a_killed_writer_leaves_whole_changes_behind(tmp_path):
    desk = People(StorePaths(tmp_path))
    worker = SPAWN.Process(target=decide_for_ever, args=(str(tmp_path),))
    worker.start()
    while len(desk.decisions("r", 0)) < 100:
        assert worker.is_alive()
    os.kill(worker.pid, signal.SIGKILL)
    worker.join(60)
    found = desk.decisions("r", 0)
    assert len(found) >= 100
    assert found["sample"].str.split(".").str[0].value_counts().unique().tolist() == [20]
    desk.decide("r", 0, ["next"], "rejected", "bo")
    assert said(desk)["next"] == ("rejected", "", "bo")


def on_a_full_disk(folder: str, answers) -> None:
    """A file of this process may not grow beyond what is there: what the system says is what a full disk would make it say."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    desk = People(StorePaths(Path(folder)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (desk.path.stat().st_size, resource.RLIM_INFINITY))
    try:
        desk.note("r", 0, "a", "x" * 9_000, "ann")
        for number in range(100):
            desk.note("r", 0, f"more {number}", "x" * 9_000, "ann")
    except ConfigError as error:
        answers.put(str(error))
    else:
        answers.put("")


def as_nobody(folder: str, answers) -> None:
    """Read and write where only others may write."""
    if os.geteuid() == 0:
        os.setuid(NOBODY)
    desk = People(StorePaths(Path(folder)))
    answers.put(said(desk))
    try:
        desk.decide("r", 0, ["b"], "rejected", "ann")
    except ConfigError as error:
        answers.put(str(error))
    else:
        answers.put("")


def answered(target, folder, count):
    answers = SPAWN.Queue()
    worker = SPAWN.Process(target=target, args=(str(folder), answers))
    worker.start()
    found = [answers.get(timeout=120) for _ in range(count)]
    worker.join(60)
    return found


@pytest.fixture
def locked_folder():
    """A folder that nobody but its owner may write in, all the way from the root."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name, "store")
        folder.mkdir()
        People(StorePaths(folder)).decide("r", 0, ["a"], "rejected", "ann")
        Path(name).chmod(0o755)
        yield folder
        folder.chmod(0o755)


class TestTrouble:
    def test_a_full_disk_is_said_and_loses_nothing(self, desk):
        desk.decide("r", 0, ["a"], "rejected", "ann")
        [message] = answered(on_a_full_disk, desk.path.parent, 1)
        assert str(desk.path) in message
        assert "make room" in message
        assert said(desk)["a"][0] == "rejected"
        desk.decide("r", 0, ["b"], "rejected", "ann")
        assert said(desk)["b"] == ("rejected", "", "ann")

    def test_a_read_only_store_can_be_read_and_says_why_it_cannot_be_changed(self, locked_folder):
        locked_folder.chmod(0o555)
        StorePaths(locked_folder).people.chmod(0o444)
        found, message = answered(as_nobody, locked_folder, 2)
        assert found == {"a": ("rejected", "", "ann")}
        assert str(StorePaths(locked_folder).people) in message
        assert "Allow writing" in message

    def test_a_store_that_cannot_be_made_is_named(self, tmp_path):
        (tmp_path / "file").touch()
        desk = People(StorePaths(tmp_path / "file"))
        assert desk.revision() == 0
        with pytest.raises(ConfigError, match=r"cannot write in .*file.*another store"):
            desk.decide("r", 0, ["a"], "accepted", "ann")

    @pytest.mark.parametrize("damage", [b"no database at all", b"SQLite format 3\0" + b"x" * 5000])
    def test_a_damaged_file_is_named_and_left_alone(self, desk, damage):
        desk.path.write_bytes(damage)
        for use in (desk.revision, lambda: desk.decide("r", 0, ["a"], "accepted", "ann")):
            with pytest.raises(ConfigError, match=rf"{desk.path.name}.*damaged.*copy of it back"):
                use()
        assert desk.path.read_bytes() == damage

    def test_a_page_torn_out_of_the_middle_is_damage_too(self, desk):
        desk.decide("r", 0, [f"{number:05d}" for number in range(5000)], "accepted", "ann")
        with closing(sqlite3.connect(desk.path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        content = bytearray(desk.path.read_bytes())
        content[8192:-4096] = os.urandom(len(content) - 8192 - 4096)
        desk.path.write_bytes(content)
        with pytest.raises(ConfigError, match="damaged"):
            desk.decisions("r", 0)

    def test_who_waits_too_long_for_another_writer_is_told(self, desk, monkeypatch):
        monkeypatch.setattr(sqlite, "PATIENCE_S", 0.05)
        desk.decide("r", 0, ["a"], "accepted", "ann")
        with closing(sqlite3.connect(desk.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(
                ConfigError, match=r"people.sqlite.*somebody else|Somebody else.*Try again"
            ):
                desk.decide("r", 0, ["a"], "rejected", "bo")
            assert said(desk) == {"a": ("accepted", "", "ann")}  # readers do not wait
        desk.decide("r", 0, ["a"], "rejected", "bo")
        assert said(desk) == {"a": ("rejected", "", "bo")}

    def test_a_file_of_a_newer_version_is_not_touched(self, desk):
        desk.decide("r", 0, ["a"], "accepted", "ann")
        with closing(sqlite3.connect(desk.path)) as connection:
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
        with pytest.raises(ConfigError, match="newer version"):
            desk.decisions("r", 0)

    def test_an_older_file_is_brought_up_to_date_with_all_that_is_in_it(self, desk, monkeypatch):
        desk.decide("r", 0, ["a"], "accepted", "ann")
        later = (*MIGRATIONS, ("ALTER TABLE change ADD COLUMN more TEXT NOT NULL DEFAULT 'x'",))
        monkeypatch.setattr(review_database, "MIGRATIONS", later)
        assert said(desk) == {"a": ("accepted", "", "ann")}
        with closing(sqlite3.connect(desk.path)) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (len(later),)
            assert connection.execute("SELECT more FROM change").fetchall() == [("x",)]
