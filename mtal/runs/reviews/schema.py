"""The tables of what people make, as the steps from one version of the file to the next. A released step never changes."""

MIGRATIONS = (
    (
        "CREATE TABLE revision (number INTEGER NOT NULL)",
        "INSERT INTO revision VALUES (0)",
        """CREATE TABLE change (                                 -- every decision and note, never changed or deleted
        number INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, cycle INTEGER NOT NULL, sample TEXT NOT NULL,
        what TEXT NOT NULL CHECK (what IN ('decision', 'note')), value TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL)""",
        "CREATE INDEX change_of ON change (run, cycle, sample, what)",
        """CREATE TABLE chosen (                                 -- sets; samples is a JSON list of ids, sorted
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, data TEXT NOT NULL, name TEXT NOT NULL,
        size INTEGER NOT NULL, samples TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL, origin TEXT NOT NULL)""",
        "CREATE INDEX chosen_of ON chosen (data)",
        """CREATE TABLE chosen_change (                          -- what became of sets: saved, renamed, deleted
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, what TEXT NOT NULL, value TEXT NOT NULL,
        who TEXT NOT NULL, at TEXT NOT NULL)""",
    ),
)
