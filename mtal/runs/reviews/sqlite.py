"""SQLite files that several processes write: opened, migrated and closed per `with` block.

With a write-ahead log, so that readers and a writer do not wait for each other. Like the locks of
runs it needs a local disk, not NFS. Errors of SQLite and the disk become ConfigErrors that say
what to do.
"""

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from mtal.config import ConfigError

PATIENCE_S = 10.0  # waiting for other writers; a write takes milliseconds


@contextmanager
def reading(path: Path, migrations: Sequence[Sequence[str]]) -> Iterator[sqlite3.Connection | None]:
    """Open a file for reading; None if it does not exist yet. ConfigError.

    All statements of the block see the same state.
    """
    with _explained(path):
        if not path.exists():
            yield None
            return
        with closing(_open(path, migrations, create=False)) as database:
            database.execute("BEGIN")
            yield database


@contextmanager
def writing(path: Path, migrations: Sequence[Sequence[str]]) -> Iterator[sqlite3.Connection]:
    """Open a file for writing, and create it if it does not exist. ConfigError.

    The block is one transaction: if it fails, nothing is stored. Nobody else writes meanwhile.
    """
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(_open(path, migrations, create=True)) as database:
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")  # after an error, closing rolls back


def _open(path: Path, migrations: Sequence[Sequence[str]], create: bool) -> sqlite3.Connection:
    """Connect in the newest schema. ConfigError if a newer version of mtal wrote the file."""
    read_only = path.exists() and not all(os.access(part, os.W_OK) for part in (path, path.parent))
    address = f"{path.absolute().as_uri()}?{_mode(path, read_only, create)}"
    database = sqlite3.connect(address, uri=True, timeout=PATIENCE_S, isolation_level=None)
    try:
        if not read_only:
            _use_write_ahead_log(database)
        _migrate(database, path, migrations)
    except BaseException:
        database.close()
        raise
    return database


def _mode(path: Path, read_only: bool, create: bool) -> str:
    """The option of SQLite's address that opens a file so."""
    if not read_only:
        return "mode=rwc" if create else "mode=rw"
    log = path.with_name(f"{path.name}-wal")  # holds what is not in the file itself yet
    # without a log there is none to read, and none can be created beside a read-only file
    return "mode=ro" if log.exists() else "immutable=1"


def _use_write_ahead_log(database: sqlite3.Connection) -> None:
    """Switch a file to a write-ahead log, which it keeps.

    Waits here, because SQLite does not wait while others create the file or switch it too.
    """
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
    """Bring a file to the newest version, which it keeps as `user_version`.

    migrations: the statements from version 0 to 1, from 1 to 2 and so on.
    """
    if _version(database) == len(migrations):
        return
    database.execute("BEGIN IMMEDIATE")
    version = _version(database)  # another process may have migrated it meanwhile
    if version > len(migrations):
        raise ConfigError(
            f"{path} was written by a newer version of mtal (schema {version}, this one knows "
            f"{len(migrations)}): update mtal, or choose another store"
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
    """Turn errors of SQLite and the disk into ConfigErrors that say what to do."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", None)
        if name is None or isinstance(error, sqlite3.IntegrityError):
            raise  # a fault of the program
        raise ConfigError(f"{path}: {error}. {_advice(name, path)}") from error
    except OSError as error:
        raise ConfigError(
            f"cannot write in {path.parent}: {error.strerror or error}. Nothing was changed. "
            f"Make room there, or choose another store"
        ) from error


def _advice(name: str, path: Path) -> str:
    """What a user can do about an error. name: SQLite's name of it."""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return (
            "Somebody else has been writing to it for a while, and nothing was changed. Try again"
        )
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return "The disk may be full. Nothing was changed: make room and try again"
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return (
            f"Nothing was changed. Allow writing to this file and in {path.parent}, or choose "
            f"another store"
        )
    return (
        "The file is damaged. Put a copy of it back, or move it and its companions (-wal, -shm) "
        "aside to begin anew without decisions, notes and sets; the runs do not need it"
    )
