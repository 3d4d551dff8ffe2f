"""Start runs from a page. Starting the same settings twice makes no second run."""

from collections.abc import Sequence

from mtal.config import Config
from mtal.runs.jobs import launch
from mtal.runs.store.run import Run
from mtal.ui import catalog, loaders


def start_runs(configs: Sequence[Config]) -> list[tuple[Run, str]]:
    """Create and start runs; a run and a message about it for each config."""
    store = loaders.store()
    return [
        (Run(store.run(config.name).folder), launch.launch_run(config, store)) for config in configs
    ]


def available_data() -> list[str]:
    """Titles of the data sets that can be used without naming a folder."""
    return [
        source.title
        for name, source in catalog.datasets().items()
        if source.locate(Config(dataset=name))
    ]
