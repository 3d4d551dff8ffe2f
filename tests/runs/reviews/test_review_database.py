"""Decisions, notes and image sets: the latest is in effect, all are kept, nothing is lost."""

import sqlite3
from itertools import pairwise

import pytest

from mtal.config import ConfigError
from mtal.runs.reviews import review_database
from tests.runs.reviews.reviewed import decided


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
