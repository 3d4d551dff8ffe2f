"""All runs of a store."""

from collections.abc import Iterable
from pathlib import Path

from mtal.config import Config, ConfigError
from mtal.runs.jobs.device import device_key
from mtal.runs.jobs.progress_reader import heard
from mtal.runs.paths import StorePaths
from mtal.runs.store.run import Run

SAME_SPEED = (
    "dataset",
    "tasks",
    "size",
    "network",
    "backbone",
    "channels",
    "pair_channels",
    "batch",
    "precision",
    "threads",
)


def all_runs(store: StorePaths) -> list[Run]:
    """Every readable run, the newest first. Folders that are no runs, or whose config is damaged, are left out."""
    return sorted(
        (run for run in _folders(store) if _readable(run)), key=lambda run: (-run.created, run.name)
    )


def damaged(store: StorePaths) -> list[Path]:
    """Run folders whose config cannot be read, to be shown rather than hidden."""
    return [run.paths.folder for run in _folders(store) if not _readable(run)]


def speed(config: Config) -> tuple[str, ...]:
    """Equal for runs that do the same work per step on the same kind of device, so that one's times tell the other's."""
    return device_key(config).partition(":")[0], *(
        repr(getattr(config, name)) for name in SAME_SPEED
    )


def same_speed(one: Config, other: Config) -> bool:
    """Whether two runs do the same work per step on the same kind of device."""
    return speed(one) == speed(other)


def times_at(wanted: tuple[str, ...], runs: Iterable[Run]) -> dict[str, list[float]]:
    """Stage -> seconds per unit, of all runs of that speed; the last 50 of each."""
    found: dict[str, list[float]] = {}
    for run in runs:
        if speed(run.config) == wanted:
            for stage, times in heard(run.paths).times.items():
                found.setdefault(stage, []).extend(list(times)[-50:])
    return found


def known_times(config: Config, runs: Iterable[Run]) -> dict[str, list[float]]:
    """The same from other runs whose steps should take as long as those of this config."""
    return times_at(speed(config), (run for run in runs if run.name != config.name))


def find_run(store: StorePaths, name: str) -> Run:
    """A run by name; ConfigError names the ones that there are."""
    try:
        run = Run(store.run(name).folder)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    if not run.paths.config.exists():
        names = ", ".join(run.name for run in all_runs(store)) or "none yet"
        raise ConfigError(f"no run called {name!r} in {store.folder}; there are: {names}")
    return run


def _folders(store: StorePaths) -> list[Run]:
    return [Run(paths.folder) for paths in store.runs() if paths.config.exists()]


def _readable(run: Run) -> bool:
    try:
        return bool(run.config)
    except ConfigError:
        return False
