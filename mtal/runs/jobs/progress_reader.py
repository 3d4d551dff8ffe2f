"""Reads the progress reports of jobs, each only once.

Every call reads what was appended to the file since the call before. What was read is shared by
the command line and all sessions of the dashboard; it takes some 40 kB per job, for the last JOBS
that were asked for.
"""

import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from mtal.runs.jobs.progress import ProgressState, Report, parse
from mtal.runs.jobs.start_log import start_times
from mtal.runs.paths import JobPaths

JOBS = 512
BLOCK = 1 << 16  # bytes parsed at once: few enough rows not to wake the garbage collector


def read_progress(job: JobPaths) -> ProgressState:
    """Read what a job has reported so far. Returns a copy that later reports do not change."""
    return _reader(job.progress).read(max(start_times(job), default=0.0))


class ReportFile:
    """A growing file of reports, each given only once. Not for several threads at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.rewind()

    def rewind(self) -> None:
        """Give all reports again the next time."""
        self._inode, self._offset, self._last_line = 0, 0, b""

    def read_new(self, add: Callable[[Report], None], forget: Callable[[], None]) -> None:
        """Give the new reports.

        add: takes a report. forget: called first if the file is not the one that was read before,
        or is gone, so that all reports so far count no more.
        """
        try:
            with self._path.open("rb") as file:
                self._read_new(file, add, forget)
        except FileNotFoundError:
            self.rewind()
            forget()

    def _read_new(
        self, file: BinaryIO, add: Callable[[Report], None], forget: Callable[[], None]
    ) -> None:
        if not self._is_same_file(file):
            self.rewind()
            forget()
            self._inode = os.fstat(file.fileno()).st_ino
        file.seek(self._offset)
        rest = b""  # a line that is being written is read again once it is complete
        while block := rest + file.read(BLOCK):
            *lines, rest = block.split(b"\n")
            if not lines:
                break
            self._offset += len(block) - len(rest)
            self._last_line = lines[-1] + b"\n"
            for report in parse([line.decode(errors="replace") for line in lines]):
                add(report)

    def _is_same_file(self, file: BinaryIO) -> bool:
        """Whether the file only grew: the line that was read last is still at its offset."""
        file.seek(self._offset - len(self._last_line))
        same_inode = os.fstat(file.fileno()).st_ino == self._inode
        return same_inode and file.read(len(self._last_line)) == self._last_line


class ProgressReader:
    """Reads the summary of one growing file of reports. Several threads may use it at once."""

    def __init__(self, path: Path) -> None:
        self._file, self._lock = ReportFile(path), Lock()
        self._state = ProgressState(0.0)

    def read(self, since: float) -> ProgressState:
        """Read the new reports and return a copy of the state; since: as in `ProgressState`."""
        with self._lock:
            if since != self._state.since:
                self._restart(since)
            self._file.read_new(self._add, self._forget)
            return self._state.copy()

    def _add(self, report: Report) -> None:
        self._state.add(report)

    def _forget(self) -> None:
        self._state = ProgressState(self._state.since)

    def _restart(self, since: float) -> None:
        """Go on after a new start, or read everything again if reports of it were already read."""
        if since > self._state.latest:
            self._state = self._state.restarted(since)
        else:
            self._file.rewind()
            self._state = ProgressState(since)


_reader = lru_cache(maxsize=JOBS)(ProgressReader)
