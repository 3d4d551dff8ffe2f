"""What a job has reported, read once: every look reads only what was appended to its file since the look before.

The command line and all sessions of the dashboard share what was read. It is no table that could be cached by the number of
complete cycles, as the pages' are (`mtal.ui.loaders`), but a place in a growing file, and of a constant size: some 40 kB a job,
for the JOBS that were looked at last.
"""

import os
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from mtal.runs.jobs.progress import ProgressState, parse
from mtal.runs.jobs.start_log import starts
from mtal.runs.paths import JobPaths

JOBS = 512
BLOCK = 1 << 16  # bytes parsed at once: rows so few that the garbage collector sleeps


def heard(job: JobPaths) -> ProgressState:
    """What a job has reported so far, its last start apart from those before. The caller's own."""
    return _listener(job.progress).heard(max(starts(job), default=0.0))


class Listener:
    """Reads one growing file of reports. Several threads may ask at once."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, Lock()
        self._begin(0.0)

    def heard(self, since: float) -> ProgressState:
        """What the file says by now; `since` as in `ProgressState`."""
        with self._lock:
            if since != self._heard.since:
                self._restart(since)
            try:
                with self._path.open("rb") as file:
                    self._read(file)
            except FileNotFoundError:
                self._begin(since)
            return self._heard.copy()

    def _begin(self, since: float) -> None:
        self._heard, self._file, self._place, self._end = ProgressState(since), 0, 0, b""

    def _restart(self, since: float) -> None:
        """Nothing of the new start was read as yet, or else all is read again."""
        if since > self._heard.latest:
            self._heard = self._heard.restarted(since)
        else:
            self._begin(since)

    def _read(self, file: BinaryIO) -> None:
        if not self._goes_on(file):
            self._begin(self._heard.since)
            self._file = os.fstat(file.fileno()).st_ino
        file.seek(self._place)
        rest = b""  # a line that is being written is read again when it is whole
        while block := rest + file.read(BLOCK):
            *lines, rest = block.split(b"\n")
            if not lines:
                break
            self._place, self._end = self._place + len(block) - len(rest), lines[-1] + b"\n"
            for row in parse([line.decode(errors="replace") for line in lines]):
                self._heard.add(row)

    def _goes_on(self, file: BinaryIO) -> bool:
        """Whether it is the file that was read, only longer: the line that was read last still stands where it stood."""
        file.seek(self._place - len(self._end))
        return (
            os.fstat(file.fileno()).st_ino == self._file and file.read(len(self._end)) == self._end
        )


_listener = lru_cache(maxsize=JOBS)(Listener)
