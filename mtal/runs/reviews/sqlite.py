"""An SQLite file that several processes write at once: opened for one piece of work, brought up to date, its errors explained.

Write-ahead log, so that readers and a writer do not wait for each other; like the locks of runs it needs a local disk, not NFS.
A connection lives as long as one `with` block, so nothing has to be kept, shared between threads or closed later.
"""

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from mtal.config import ConfigError

PATIENCE_S = 10.0  # for others who are writing; a write takes milliseconds


@contextmanager
def reading(path: Path, migrations: Sequence[Sequence[str]]) -> Iterator[sqlite3.Connection | None]:
    """A connection whose statements all see the same state; None if there is no file yet."""
    with _explained(path):
        if not path.exists():
            yield None
            return
        with closing(_open(path, migrations, make=False)) as database:
            database.execute("BEGIN")
            yield database


@contextmanager
def writing(path: Path, migrations: Sequence[Sequence[str]]) -> Iterator[sqlite3.Connection]:
    """One transaction: all of the block is stored, or nothing if it fails. Nobody else writes meanwhile. Makes the file."""
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(_open(path, migrations, make=True)) as database:
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")  # else closing rolls back


def _open(path: Path, migrations: Sequence[Sequence[str]], make: bool) -> sqlite3.Connection:
    """A connection in the newest schema; ConfigError if the file was written by a newer version of the program."""
    frozen = path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
    way = "mode=ro" if frozen else "mode=rwc" if make else "mode=rw"
    if frozen and not _log(path).exists():
        way = "immutable=1"  # a write-ahead log cannot be made beside it, nor is it needed
    database = sqlite3.connect(
        f"{path.absolute().as_uri()}?{way}", uri=True, timeout=PATIENCE_S, isolation_level=None
    )
    try:
        if not frozen:
            _log_ahead(database)
        _migrate(database, path, migrations)
    except BaseException:
        database.close()
        raise
    return database


def _log(path: Path) -> Path:
    """Where SQLite keeps what is not in the file itself yet."""
    return path.with_name(f"{path.name}-wal")


def _log_ahead(database: sqlite3.Connection) -> None:
    """The file remembers it. SQLite does not wait by itself while others make the file or do the same."""
    give_up = time.monotonic() + PATIENCE_S
    while True:
        try:
            database.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > give_up:
                raise
            time.sleep(0.01)


def _migrate(database: sqlite3.Connection, path: Path, migrations: Sequence[Sequence[str]]) -> None:
    """`migrations`: the statements that lead from version 0 to 1, from 1 to 2 and so on. `user_version` says what is done."""
    if _version(database) == len(migrations):
        return
    database.execute("BEGIN IMMEDIATE")
    version = _version(database)  # another process may have done it meanwhile
    if version > len(migrations):
        raise ConfigError(
            f"{path} was written by a newer version of mtal (schema {version}, this one knows {len(migrations)}): "
            f"update mtal, or choose another store"
        )
    for number, statements in enumerate(migrations[version:], start=version + 1):
        for statement in statements:
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {number}")
    database.execute("COMMIT")


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """What SQLite or the disk says, as a person can use it."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", None)
        if name is None or isinstance(error, sqlite3.IntegrityError):
            raise  # a mistake of ours
        raise ConfigError(f"{path}: {error}. {_way_out(name, path)}") from error
    except OSError as error:
        raise ConfigError(
            f"cannot write in {path.parent}: {error.strerror or error}. Nothing was changed. Make room there, or "
            f"choose another store"
        ) from error


def _way_out(name: str, path: Path) -> str:
    """`name`: SQLite's word for what happened."""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return (
            "Somebody else has been writing to it for a while, and nothing was changed. Try again"
        )
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return "The disk may be full. Nothing was changed: make room and try again"
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return f"Nothing was changed. Allow writing to this file and in {path.parent}, or choose another store"
    return (
        "The file is damaged. Put a copy of it back, or move it and its companions (-wal, -shm) aside to begin anew without "
        "decisions, notes and sets; the runs do not need it"
    )
