"""Tables of the review database, as the steps from one version of the file to the next.

A released step never changes. Columns: `run` is a run's name, `sample` an image's id, `at` a time
in UTC, `data` the key of a data folder in the store, `samples` a sorted JSON list of ids.
"""

MIGRATIONS = (
    (
        "CREATE TABLE revision (number INTEGER NOT NULL)",
        "INSERT INTO revision VALUES (0)",
        # every decision and note, never changed or deleted
        """CREATE TABLE change (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        run TEXT NOT NULL,
        cycle INTEGER NOT NULL,
        sample TEXT NOT NULL,
        what TEXT NOT NULL CHECK (what IN ('decision', 'note')),
        value TEXT NOT NULL,
        who TEXT NOT NULL,
        at TEXT NOT NULL)""",
        "CREATE INDEX change_of ON change (run, cycle, sample, what)",
        # image sets
        """CREATE TABLE chosen (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        data TEXT NOT NULL,
        name TEXT NOT NULL,
        size INTEGER NOT NULL,
        samples TEXT NOT NULL,
        who TEXT NOT NULL,
        at TEXT NOT NULL,
        origin TEXT NOT NULL)""",
        "CREATE INDEX chosen_of ON chosen (data)",
        # history of image sets: saved, renamed, deleted
        """CREATE TABLE chosen_change (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL,
        what TEXT NOT NULL,
        value TEXT NOT NULL,
        who TEXT NOT NULL,
        at TEXT NOT NULL)""",
    ),
)
