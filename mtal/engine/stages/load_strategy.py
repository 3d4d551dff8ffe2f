"""The strategy of a run. A user's file is kept with the run, which goes on with that text only."""

from mtal.acquisition.strategy import Strategy
from mtal.acquisition.user_strategies import (
    UserStrategyFile,
    find_strategy,
    user_strategies_folder,
    user_strategy_file,
)
from mtal.config import ConfigError
from mtal.runs.files import atomic_write
from mtal.runs.store.index import all_runs
from mtal.runs.store.run import Run


def load_strategy(run: Run) -> tuple[Strategy, dict[str, str]]:
    """Load the strategy of a run, and the fields of RunFacts about its file, {} if built in.

    ConfigError if it is unknown, breaks the contract, or is not what the run began with.
    """
    name, kept = run.config.strategy, run.paths.strategy
    file = user_strategy_file(name)
    if kept.exists() and run.cycles_done():
        _check_unchanged(run, file)
    if file is None:
        return find_strategy(name), {}
    _check_same_group(run, file)
    strategy = file.strategy()
    with atomic_write(kept, "wb") as copy:
        copy.write(file.source)
    return strategy, {"strategy_file": str(file.path), "strategy_sha256": file.sha256}


def _check_unchanged(run: Run, file: UserStrategyFile | None) -> None:
    """ConfigError if the file is not the one that the run keeps, or is gone."""
    kept = run.paths.strategy
    if file is not None and file.source == kept.read_bytes():
        return
    path = file.path if file else user_strategies_folder() / f"{run.config.strategy}.py"
    change = "changed" if file else "taken away"
    raise ConfigError(
        f"strategy: {path} is not what this run began with: it was {change} since. To go on with "
        f"this run, put {kept} back there; to try the new one, save it under another name and "
        f"start a run with that"
    )


def _check_same_group(run: Run, file: UserStrategyFile) -> None:
    """ConfigError if a run of another seed began with another text.

    Runs of one group count as one method.
    """
    for other in all_runs(run.store):
        kept = other.paths.strategy
        if other.name == run.name or other.config.group != run.config.group or not kept.exists():
            continue
        if kept.read_bytes() != file.source:
            raise ConfigError(
                f"strategy: {file.path} was changed since {other.name} began with the same "
                f"settings, so both would count as one method. Save the new one under another "
                f"name, or put {kept} back"
            )
