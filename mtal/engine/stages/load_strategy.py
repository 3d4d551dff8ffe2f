"""The strategy of a run. One from a file of one's own is kept with the run, which goes on with that text only."""

from mtal.acquisition.strategy import Strategy
from mtal.acquisition.user_strategies import (
    find_strategy,
    user_strategies_folder,
    user_strategy_file,
)
from mtal.config import ConfigError
from mtal.runs.files import whole_file
from mtal.runs.store.index import all_runs
from mtal.runs.store.run import Run


def chosen_strategy(run: Run) -> tuple[Strategy, dict[str, str]]:
    """The strategy, its contract tried, and what the facts say of its file: nothing if it is built in."""
    name, kept = run.config.strategy, run.paths.strategy
    own = user_strategy_file(name)
    if kept.exists() and run.cycles_done():
        place = own.path if own else user_strategies_folder() / f"{name}.py"
        if own is None or own.source != kept.read_bytes():
            raise ConfigError(
                f"strategy: {place} is not what this run began with: it was "
                f"{'changed' if own else 'taken away'} since. To go on with this run, put {kept} back there; to "
                f"try the new one, save it under another name and start a run with that"
            )
    if own is None:
        return find_strategy(name), {}
    for other in all_runs(run.store):
        if (
            other.config.group == run.config.group
            and other.name != run.name
            and other.paths.strategy.exists()
            and other.paths.strategy.read_bytes() != own.source
        ):
            raise ConfigError(
                f"strategy: {own.path} was changed since {other.name} began with the same settings, so both would "
                f"count as one method. Save the new one under another name, or put {other.paths.strategy} back"
            )
    strategy = own.strategy()
    with whole_file(kept, "wb") as file:
        file.write(own.source)
    return strategy, {"strategy_file": str(own.path), "strategy_sha256": own.sha256}
