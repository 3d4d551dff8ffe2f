"""What people make: decisions about picked images, notes, and named sets of images. One SQLite file per store.

Every change is kept with who and when; what counts is the latest. A run that is deleted and begun anew under the same
settings has the same name, and so finds its decisions again.
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


class People:
    """The decisions, notes and sets of one store. Safe to use from any thread and any number of processes."""

    def __init__(self, store: StorePaths) -> None:
        self.path = store.people

    def revision(self) -> int:
        """Grows with every change by anybody, so that what was read under one number can be kept; 0 before the first."""
        with reading(self.path, MIGRATIONS) as database:
            return (
                0
                if database is None
                else int(database.execute("SELECT number FROM revision").fetchone()[0])
            )

    # ---- decisions and notes --------------------------------------------------------------------------------------

    def decide(self, run: str, cycle: int, samples: Sequence[str], decision: str, who: str) -> None:
        """Accept or reject some images of a batch, or take a decision back with ""; all of them or, on an error, none."""
        if decision not in DECISIONS:
            raise ValueError(f"no decision {decision!r}; there are {DECISIONS}")
        self._note_down(run, cycle, samples, "decision", decision, who)

    def note(self, run: str, cycle: int, sample: str, text: str, who: str) -> None:
        """A comment on one image of a batch; "" removes it."""
        if len(text) > LONGEST_NOTE:
            raise ConfigError(
                f"a note has {LONGEST_NOTE:,} characters at most, and this one has {len(text):,}: shorten it"
            )
        self._note_down(run, cycle, [sample], "note", text.strip(), who)

    def decisions(self, run: str, cycle: int) -> pd.DataFrame:
        """A row per image with a decision or a note, by id. Columns: sample, decision, note, who, when (of the decision; of the
        note where there is none)."""
        found: dict[str, dict[str, str]] = {}
        for sample, what, value, who, at in sorted(
            self._latest(run, cycle), key=lambda row: row[1] == "decision"
        ):
            if value:  # notes come first, so that a decision has the last word
                row = found.setdefault(
                    sample, dict.fromkeys(DECISION_COLUMNS, "") | {"sample": sample}
                )
                row |= {what: value, "who": who, "when": at}
        return _table(
            [[found[sample][name] for name in DECISION_COLUMNS] for sample in sorted(found)],
            DECISION_COLUMNS,
        )

    def history(self, run: str, cycle: int, sample: str) -> pd.DataFrame:
        """All that was ever said of an image of a batch, in order. Columns: what ("decision" or "note"), value, who, when."""
        return _table(
            self._rows(
                "SELECT what, value, who, at FROM change WHERE run = ? AND cycle = ? AND sample = ? "
                "ORDER BY number",
                run,
                cycle,
                sample,
            ),
            HISTORY_COLUMNS,
        )

    def log(self, run: str, cycle: int) -> pd.DataFrame:
        """All that was ever said of a batch, in order. Columns: sample, what ("decision" or "note"), value, who, when."""
        return _table(
            self._rows(
                "SELECT sample, what, value, who, at FROM change WHERE run = ? AND cycle = ? ORDER BY number",
                run,
                cycle,
            ),
            ("sample", *HISTORY_COLUMNS),
        )

    def _note_down(
        self, run: str, cycle: int, samples: Sequence[str], what: str, value: str, who: str
    ) -> None:
        """Events for the images of which this was not said already."""
        who = _name(who, "say who you are")
        with self._changing() as (database, now):
            last = {
                sample: (text, by)
                for sample, kind, text, by, _ in _latest(database, run, cycle)
                if kind == what
            }
            new = [
                sample
                for sample in dict.fromkeys(samples)
                if _is_news(last.get(sample, ("", "")), value, who)
            ]
            database.executemany(
                "INSERT INTO change (run, cycle, sample, what, value, who, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(run, cycle, sample, what, value, who, now) for sample in new],
            )

    def _latest(self, run: str, cycle: int) -> list[Any]:
        with reading(self.path, MIGRATIONS) as database:
            return [] if database is None else _latest(database, run, cycle)

    # ---- sets -----------------------------------------------------------------------------------------------------

    def save_set(
        self, data: str, samples: Sequence[str], who: str, name: str = "", origin: str = ""
    ) -> str:
        """Keep some images of a data folder as a set, and get its id. The same images make the same set whoever saves them;
        a name is added to a set that has none. `data`: key of the folder in the store; `origin`: where they were chosen."""
        ids, who, name = sorted(set(samples)), _name(who, "say who you are"), name.strip()
        if not ids:
            raise ConfigError("a set needs at least one image: choose some")
        known = sha1(json.dumps([data, *ids]).encode()).hexdigest()[:12]
        with self._changing() as (database, now):
            there = database.execute("SELECT name FROM chosen WHERE id = ?", (known,)).fetchone()
            if there is None:
                text = json.dumps(ids, ensure_ascii=False)
                database.execute(
                    "INSERT INTO chosen (id, data, name, size, samples, who, at, origin) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (known, data, _name(name) if name else "", len(ids), text, who, now, origin),
                )
                _became(database, known, "saved", name, who, now)
            elif name and not there[0]:
                _rename(database, known, name, who, now)
        return known

    def sets(self, data: str) -> pd.DataFrame:
        """The sets of a data folder, the newest first. Columns: id, name ("" if it has none), size, who, when, origin."""
        return _table(
            self._rows(
                "SELECT id, name, size, who, at, origin FROM chosen WHERE data = ? ORDER BY number DESC",
                data,
            ),
            SET_COLUMNS,
        ).astype({"size": int})

    def samples_of(self, set_id: str, data: str) -> list[str]:
        """The ids of a set's images, sorted; KeyError if there is no such set of this data folder."""
        rows = self._rows("SELECT samples FROM chosen WHERE id = ? AND data = ?", set_id, data)
        if not rows:
            raise KeyError(f"there is no set {set_id} of these data")
        return list(json.loads(rows[0][0]))

    def rename_set(self, set_id: str, name: str, who: str) -> None:
        """Give a set another name; KeyError if there is no such set."""
        with self._changing() as (database, now):
            _must_be_there(database, set_id)
            _rename(database, set_id, name, _name(who, "say who you are"), now)

    def delete_set(self, set_id: str, who: str) -> None:
        """Forget a set, though not that it was there; its images can be saved again. KeyError if there is no such set."""
        with self._changing() as (database, now):
            name = _must_be_there(database, set_id)
            database.execute("DELETE FROM chosen WHERE id = ?", (set_id,))
            _became(database, set_id, "deleted", name, _name(who, "say who you are"), now)

    def set_history(self, set_id: str) -> pd.DataFrame:
        """What became of a set, in order. Columns: what (saved, renamed, deleted), value (its name then), who, when."""
        return _table(
            self._rows(
                "SELECT what, value, who, at FROM chosen_change WHERE id = ? ORDER BY number",
                set_id,
            ),
            HISTORY_COLUMNS,
        )

    # ---- the file -------------------------------------------------------------------------------------------------

    def _rows(self, query: str, *values: Any) -> list[Any]:
        with reading(self.path, MIGRATIONS) as database:
            return [] if database is None else database.execute(query, values).fetchall()

    @contextmanager
    def _changing(self) -> Iterator[tuple[sqlite3.Connection, str]]:
        """One transaction, and its time. If it changes something, the revision grows: beyond the clock, so that a file that was
        put back or made anew never shows a number under which other things were read."""
        with writing(self.path, MIGRATIONS) as database:
            before = database.total_changes
            yield database, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            if database.total_changes > before:
                database.execute(
                    "UPDATE revision SET number = MAX(number + 1, ?)",
                    (time.time_ns() // 1_000_000,),
                )


def _latest(database: sqlite3.Connection, run: str, cycle: int) -> list[Any]:
    """sample, what, value, who, at: of the latest event of each image and kind (SQLite takes the others of the row with MAX)."""
    rows = database.execute(
        "SELECT sample, what, value, who, at, MAX(number) FROM change WHERE run = ? AND cycle = ? "
        "GROUP BY sample, what",
        (run, cycle),
    )
    return [row[:5] for row in rows]


def _is_news(last: tuple[str, str], value: str, who: str) -> bool:
    """Another value; or the same by somebody else, unless both take back what nobody said."""
    return last[0] != value or (bool(value) and last[1] != who)


def _rename(database: sqlite3.Connection, set_id: str, name: str, who: str, now: str) -> None:
    name = _name(name, "a set needs a name")
    database.execute("UPDATE chosen SET name = ? WHERE id = ?", (name, set_id))
    _became(database, set_id, "renamed", name, who, now)


def _became(
    database: sqlite3.Connection, set_id: str, what: str, value: str, who: str, now: str
) -> None:
    database.execute(
        "INSERT INTO chosen_change (id, what, value, who, at) VALUES (?, ?, ?, ?, ?)",
        (set_id, what, value, who, now),
    )


def _must_be_there(database: sqlite3.Connection, set_id: str) -> str:
    """The name of a set."""
    row = database.execute("SELECT name FROM chosen WHERE id = ?", (set_id,)).fetchone()
    if row is None:
        raise KeyError(f"there is no set {set_id}: somebody may have deleted it")
    return str(row[0])


def _name(text: str, lacking: str = "") -> str:
    """On one line; ConfigError if it is empty or too long."""
    line = " ".join(text.split())
    if not line:
        raise ConfigError(lacking)
    if len(line) > LONGEST_NAME:
        raise ConfigError(
            f"a name has {LONGEST_NAME} characters at most, and this one has {len(line)}: shorten it"
        )
    return line


def _table(rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame([tuple(row) for row in rows], columns=list(columns))
