"""Start runs from a page. Starting the same settings twice makes no second run."""

from collections.abc import Sequence

from mtal.acquisition.registry import STRATEGIES
from mtal.config import PRESETS, Config, make_config
from mtal.runs.jobs import launch
from mtal.runs.store.run import Run
from mtal.ui import catalog, loaders


def start_runs(configs: Sequence[Config]) -> list[tuple[Run, str]]:
    """Create and start runs; a run and a message about it for each config."""
    store = loaders.store()
    return [
        (Run(store.run(config.name).folder), launch.launch_run(config, store)) for config in configs
    ]


def demo() -> list[Config]:
    """Settings of the demo: Random and our method on the bundled images."""
    settings = PRESETS["demo"][1]
    return [make_config(settings | {"strategy": strategy}) for strategy in ("random", "ours")]


def demo_text() -> str:
    """Say what the demo will run."""
    configs = demo()
    strategies = " and ".join(STRATEGIES[config.strategy].title for config in configs)
    return (
        f"{strategies}, small and quick, on {catalog.title(configs[0].dataset)}. It shows the "
        "program: so few steps and one seed say nothing about which method is better."
    )


def available_data() -> list[str]:
    """Titles of the data sets that can be used without naming a folder."""
    return [
        source.title
        for name, source in catalog.datasets().items()
        if source.locate(Config(dataset=name))
    ]
