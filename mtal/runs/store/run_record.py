"""RunRecord: the settings, the facts and the complete cycles of a run folder."""

from functools import cached_property, lru_cache
from itertools import count
from pathlib import Path
from typing import Any

from mtal.config import Config, load_config
from mtal.runs.files import file_version, numbers_in, read_cached
from mtal.runs.paths import CyclePaths, RunPaths, StorePaths
from mtal.runs.store.run_facts import RunFacts, TaskFacts, read_facts


class RunRecord:
    """What everything else about a run builds on; see `mtal.runs.store.run.Run`."""

    def __init__(self, folder: Path) -> None:
        self.paths = RunPaths(folder)
        self.store = StorePaths(folder.parent)
        self.name = folder.name

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name})"

    @cached_property
    def config(self) -> Config:
        """The settings, one object for all readers. ConfigError if the file is damaged."""
        try:
            return _config(self.paths.config, *file_version(self.paths.config))
        except OSError:
            return load_config(self.paths.config)  # its ConfigError says what is wrong

    @property
    def facts(self) -> RunFacts:
        """What the worker found when it loaded the data; empty facts until then."""
        return read_facts(self.paths.facts)

    @property
    def tasks(self) -> tuple[TaskFacts, ...]:
        """The tasks in the order of the config; empty until the worker has loaded the data."""
        return self.facts.tasks

    def cycles_done(self) -> int:
        """Count the complete cycles."""
        complete = numbers_in(self.paths.cycles)  # one listing: pages ask for many runs, and often
        return next(number for number in count() if number not in complete)

    def cycle(self, number: int) -> CyclePaths:
        """The files of a complete cycle. KeyError if it is not complete."""
        # cycles are completed in order, so the folder of this one is all there is to ask for
        if number < 0 or not self.paths.cycle(number).folder.is_dir():
            raise KeyError(f"{self.name} has no complete cycle {number}")
        return self.paths.cycle(number)

    def fits(self, number: int) -> dict[str, dict[str, Any]]:
        """How well the signals of a cycle were fitted: signal -> facts; {} where nothing was."""
        return read_cached(self.cycle(number).fits) or {}

    def fingerprint(self, number: int) -> str | None:
        """Fingerprint of the data that a cycle used; None until the worker has loaded the data."""
        facts = self.facts
        later = [change.before for change in facts.data_changes if change.cycle > number]
        return later[0] if later else facts.fingerprint


@lru_cache(maxsize=1024)  # written once, and a page reads the settings of all runs many times
def _config(path: Path, *version: int) -> Config:
    return load_config(path)
