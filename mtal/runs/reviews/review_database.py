"""ReviewDatabase: decisions about picked images, notes, and image sets. One SQLite file per store.

Every change is kept with its author and time, and the latest is in effect. A run that is deleted
and started again with the same settings has the same name, and so finds its decisions again.
"""

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha1
from typing import Any

import pandas as pd

from mtal.config import ConfigError
from mtal.runs.paths import StorePaths
from mtal.runs.reviews.schema import MIGRATIONS
from mtal.runs.reviews.sqlite import reading, writing

ACCEPTED, REJECTED, UNDECIDED = "accepted", "rejected", ""
DECISIONS = (ACCEPTED, REJECTED, UNDECIDED)
DECISION_COLUMNS = ("sample", "decision", "note", "who", "when")
HISTORY_COLUMNS = ("what", "value", "who", "when")
SET_COLUMNS = ("id", "name", "size", "who", "when", "origin")
LONGEST_NAME, LONGEST_NOTE = 100, 10_000  # characters


class ReviewDatabase:
    """Decisions, notes and image sets of one store; usable from any thread and process.

    Every method raises ConfigError if the file cannot be used.
    """

    def __init__(self, store: StorePaths) -> None:
        self.path = store.reviews

    def revision(self) -> int:
        """Return a number that grows with every change, as a key for caches; 0 before the first."""
        with reading(self.path, MIGRATIONS) as database:
            if database is None:
                return 0
            return int(database.execute("SELECT number FROM revision").fetchone()[0])

    # ---- decisions and notes -------------------------------------------------------------------

    def decide(self, run: str, cycle: int, samples: Sequence[str], decision: str, who: str) -> None:
        """Accept or reject images of a batch, or take decisions back.

        run: its name; samples: ids of the images, of which all are changed or, after an error,
        none; decision: one of DECISIONS, "" to take it back; who: the user. ValueError for
        another decision, ConfigError for an unfit user name.
        """
        if decision not in DECISIONS:
            raise ValueError(f"no decision {decision!r}; there are {DECISIONS}")
        self._add_events(run, cycle, samples, "decision", decision, who)

    def note(self, run: str, cycle: int, sample: str, text: str, who: str) -> None:
        """Write a note on an image of a batch, or remove it with "". ConfigError if too long."""
        if len(text) > LONGEST_NOTE:
            raise ConfigError(
                f"a note has {LONGEST_NOTE:,} characters at most, and this one has {len(text):,}: "
                f"shorten it"
            )
        self._add_events(run, cycle, [sample], "note", text.strip(), who)

    def decisions(self, run: str, cycle: int) -> pd.DataFrame:
        """A row per image with a decision or a note, sorted by id.

        Columns: sample, decision, note, who, when (both of the decision, or else of the note).
        """
        # notes first, so that a decision overwrites who and when
        events = sorted(self._latest(run, cycle), key=lambda event: event[1] == "decision")
        rows: dict[str, dict[str, str]] = {}
        for sample, what, value, who, at in events:
            if value:
                empty = dict.fromkeys(DECISION_COLUMNS, "") | {"sample": sample}
                rows.setdefault(sample, empty).update({what: value, "who": who, "when": at})
        return pd.DataFrame(
            [rows[sample] for sample in sorted(rows)], columns=list(DECISION_COLUMNS)
        )

    def history(self, run: str, cycle: int, sample: str) -> pd.DataFrame:
        """A row per decision and note on an image of a batch, in order.

        Columns: what ("decision" or "note"), value, who, when.
        """
        query = (
            "SELECT what, value, who, at FROM change WHERE run = ? AND cycle = ? AND sample = ? "
            "ORDER BY number"
        )
        return _table(self._rows(query, run, cycle, sample), HISTORY_COLUMNS)

    def log(self, run: str, cycle: int) -> pd.DataFrame:
        """A row per decision and note on a batch, in order.

        Columns: sample, what ("decision" or "note"), value, who, when.
        """
        query = (
            "SELECT sample, what, value, who, at FROM change WHERE run = ? AND cycle = ? "
            "ORDER BY number"
        )
        return _table(self._rows(query, run, cycle), ("sample", *HISTORY_COLUMNS))

    def _add_events(
        self, run: str, cycle: int, samples: Sequence[str], what: str, value: str, who: str
    ) -> None:
        """Store a decision or note for the images for which it is new.

        run, cycle: of the batch.
        samples: ids of images.
        what: "decision" or "note".
        value: its text, "" to take it back.
        who: the user's name; ConfigError if it is empty.
        """
        who = _name(who, "say who you are")
        with self._changing() as (database, now):
            events = [row for row in _latest(database, run, cycle) if row[1] == what]
            last = {sample: (text, author) for sample, _, text, author, _ in events}
            new = [
                sample
                for sample in dict.fromkeys(samples)
                if _is_news(last.get(sample, ("", "")), value, who)
            ]
            database.executemany(
                "INSERT INTO change (run, cycle, sample, what, value, who, at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(run, cycle, sample, what, value, who, now) for sample in new],
            )

    def _latest(self, run: str, cycle: int) -> list[Any]:
        with reading(self.path, MIGRATIONS) as database:
            return [] if database is None else _latest(database, run, cycle)

    # ---- image sets ----------------------------------------------------------------------------

    def save_set(
        self, data: str, samples: Sequence[str], who: str, name: str = "", origin: str = ""
    ) -> str:
        """Save images of a data folder as a set, and return the set's id.

        data: key of the folder in the store; samples: ids of the images; who: the user; name: ""
        for none; origin: where the images were chosen. The same images make the same set whoever
        saves them; a name is added to a set that has none. ConfigError without images, or for an
        unfit name.
        """
        ids, who, name = sorted(set(samples)), _name(who, "say who you are"), name.strip()
        if not ids:
            raise ConfigError("a set needs at least one image: choose some")
        set_id = sha1(json.dumps([data, *ids]).encode()).hexdigest()[:12]
        with self._changing() as (database, now):
            row = database.execute("SELECT name FROM chosen WHERE id = ?", (set_id,)).fetchone()
            if row is None:
                text = json.dumps(ids, ensure_ascii=False)
                database.execute(
                    "INSERT INTO chosen (id, data, name, size, samples, who, at, origin) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (set_id, data, _name(name) if name else "", len(ids), text, who, now, origin),
                )
                _add_set_event(database, set_id, "saved", name, who, now)
            elif name and not row[0]:
                _rename(database, set_id, name, who, now)
        return set_id

    def sets(self, data: str) -> pd.DataFrame:
        """A row per set of a data folder, the newest first.

        Columns: id, name ("" if it has none), size, who, when, origin.
        """
        query = (
            "SELECT id, name, size, who, at, origin FROM chosen WHERE data = ? ORDER BY number DESC"
        )
        return _table(self._rows(query, data), SET_COLUMNS).astype({"size": int})

    def samples_of(self, set_id: str, data: str) -> list[str]:
        """List the ids of a set's images, sorted. KeyError if the data folder has no such set."""
        rows = self._rows("SELECT samples FROM chosen WHERE id = ? AND data = ?", set_id, data)
        if not rows:
            raise KeyError(f"there is no set {set_id} of these data")
        return list(json.loads(rows[0][0]))

    def rename_set(self, set_id: str, name: str, who: str) -> None:
        """Rename a set. KeyError if there is no such set, ConfigError for an unfit name."""
        with self._changing() as (database, now):
            _set_name(database, set_id)
            _rename(database, set_id, name, _name(who, "say who you are"), now)

    def delete_set(self, set_id: str, who: str) -> None:
        """Delete a set but not its history; its images can be saved again.

        KeyError if there is no such set.
        """
        with self._changing() as (database, now):
            name = _set_name(database, set_id)
            database.execute("DELETE FROM chosen WHERE id = ?", (set_id,))
            _add_set_event(database, set_id, "deleted", name, _name(who, "say who you are"), now)

    def set_history(self, set_id: str) -> pd.DataFrame:
        """A row per change of a set, in order.

        Columns: what (saved, renamed, deleted), value (its name then), who, when.
        """
        query = "SELECT what, value, who, at FROM chosen_change WHERE id = ? ORDER BY number"
        return _table(self._rows(query, set_id), HISTORY_COLUMNS)

    # ---- the file ------------------------------------------------------------------------------

    def _rows(self, query: str, *values: Any) -> list[Any]:
        with reading(self.path, MIGRATIONS) as database:
            return [] if database is None else database.execute(query, values).fetchall()

    @contextmanager
    def _changing(self) -> Iterator[tuple[sqlite3.Connection, str]]:
        """Open a transaction; yields the connection and its time in UTC.

        If it changes something, the revision grows to the clock's milliseconds or beyond, so that
        a file that was restored or created anew never repeats a number that caches have seen.
        """
        with writing(self.path, MIGRATIONS) as database:
            before = database.total_changes
            yield database, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            if database.total_changes > before:
                database.execute(
                    "UPDATE revision SET number = MAX(number + 1, ?)",
                    (time.time_ns() // 1_000_000,),
                )


def _latest(database: sqlite3.Connection, run: str, cycle: int) -> list[Any]:
    """(sample, what, value, who, at) of the latest event of each image and kind."""
    # next to MAX, SQLite takes the other columns from the row that has the maximum
    rows = database.execute(
        "SELECT sample, what, value, who, at, MAX(number) FROM change WHERE run = ? AND cycle = ? "
        "GROUP BY sample, what",
        (run, cycle),
    )
    return [row[:5] for row in rows]


def _is_news(last: tuple[str, str], value: str, who: str) -> bool:
    """Whether to store an event: it changes the value, or the author of a value that is not empty.

    last: value and author of the last event; value, who: of the new one.
    """
    return last[0] != value or (bool(value) and last[1] != who)


def _rename(database: sqlite3.Connection, set_id: str, name: str, who: str, now: str) -> None:
    name = _name(name, "a set needs a name")
    database.execute("UPDATE chosen SET name = ? WHERE id = ?", (name, set_id))
    _add_set_event(database, set_id, "renamed", name, who, now)


def _add_set_event(
    database: sqlite3.Connection, set_id: str, what: str, value: str, who: str, now: str
) -> None:
    """Store what was done to a set.

    database: in a transaction; set_id: of the set; what: "renamed" and the like; value: the new
    value; who: the user; now: the time as text.
    """
    database.execute(
        "INSERT INTO chosen_change (id, what, value, who, at) VALUES (?, ?, ?, ?, ?)",
        (set_id, what, value, who, now),
    )


def _set_name(database: sqlite3.Connection, set_id: str) -> str:
    """The name of a set. KeyError if there is no such set."""
    row = database.execute("SELECT name FROM chosen WHERE id = ?", (set_id,)).fetchone()
    if row is None:
        raise KeyError(f"there is no set {set_id}: somebody may have deleted it")
    return str(row[0])


def _name(text: str, if_empty: str = "") -> str:
    """Put a name on one line. ConfigError if it is empty, with that message, or too long."""
    name = " ".join(text.split())
    if not name:
        raise ConfigError(if_empty)
    if len(name) > LONGEST_NAME:
        raise ConfigError(
            f"a name has {LONGEST_NAME} characters at most, and this one has {len(name)}: "
            f"shorten it"
        )
    return name


def _table(rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame([tuple(row) for row in rows], columns=list(columns))
