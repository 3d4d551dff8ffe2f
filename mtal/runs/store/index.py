"""All runs of a store."""

from collections.abc import Iterable

from mtal.config import Config, ConfigError
from mtal.runs.jobs.device import device_key
from mtal.runs.jobs.progress_reader import read_progress
from mtal.runs.paths import StorePaths
from mtal.runs.store.run import Run

SAME_SPEED = (
    "dataset",
    "tasks",
    "size",
    "network",
    "backbone",
    "backbone_frozen",
    "channels",
    "pair_channels",
    "batch",
    "precision",
    "threads",
)
TIMES_PER_RUN = 50  # unit times per stage, the last ones


def all_runs(store: StorePaths) -> list[Run]:
    """List the readable runs, the newest first.

    Folders that are no runs are left out, those that are deleted meanwhile, and damaged ones: see
    `damaged_runs`.
    """
    readable = [run for run in _folders(store) if _readable(run) and run.paths.config.exists()]
    return sorted(readable, key=lambda run: (-run.created, run.name))


def damaged_runs(store: StorePaths) -> dict[str, str]:
    """List the runs that cannot be read: name -> which file, why, and what to do."""
    damages = {run.name: run.damage for run in sorted(_folders(store), key=lambda run: run.name)}
    return {name: damage for name, damage in damages.items() if damage}


def speed_key(config: Config) -> tuple[str, ...]:
    """Return what decides the time of a step: kind of device and settings.

    Runs with equal keys do the same work per step, so the times of one tell those of another.
    """
    device = device_key(config).partition(":")[0]
    return device, *(repr(getattr(config, name)) for name in SAME_SPEED)


def same_speed(config: Config, other: Config) -> bool:
    """Whether two runs do the same work per step on the same kind of device."""
    return speed_key(config) == speed_key(other)


def unit_times(key: tuple[str, ...], runs: Iterable[Run]) -> dict[str, list[float]]:
    """Collect the seconds per unit of each stage from the runs with a `speed_key`.

    Returns stage -> the last TIMES_PER_RUN times of each run. Runs of the example do not count:
    they were timed on another machine.
    """
    times: dict[str, list[float]] = {}
    for run in runs:
        if speed_key(run.config) == key and not run.is_example:
            for stage, of_run in read_progress(run.paths).times.items():
                times.setdefault(stage, []).extend(list(of_run)[-TIMES_PER_RUN:])
    return times


def times_of_similar_runs(config: Config, runs: Iterable[Run]) -> dict[str, list[float]]:
    """Collect `unit_times` from the other runs whose steps take as long as those of a config."""
    return unit_times(speed_key(config), (run for run in runs if run.name != config.name))


def find_run(store: StorePaths, name: str) -> Run:
    """Find a run by name. ConfigError lists the runs of the store if there is none."""
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
    return not run.damage
