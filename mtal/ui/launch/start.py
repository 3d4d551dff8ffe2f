"""Starting runs from a page: safe to press twice, and it says what became of each."""

from collections.abc import Sequence

from mtal.acquisition.registry import STRATEGIES
from mtal.config import PRESETS, Config, make_config
from mtal.runs.jobs import launch
from mtal.runs.store.run import Run
from mtal.ui import catalog, loaders


def begin(configs: Sequence[Config]) -> list[tuple[Run, str]]:
    """Create and start every run; (run, what became of it)."""
    return [
        (Run(loaders.store().run(config.name).folder), launch.launch_run(config, loaders.store()))
        for config in configs
    ]


def demo() -> list[Config]:
    """The first contact: Random and our method on images that come with the program."""
    return [
        make_config(PRESETS["demo"][1] | {"strategy": strategy}) for strategy in ("random", "ours")
    ]


def demo_text() -> str:
    """What the demo will run."""
    configs = demo()
    strategies = " and ".join(STRATEGIES[config.strategy].title for config in configs)
    return (
        f"{strategies}, small and quick, on {catalog.title(configs[0].dataset)}. It shows the program: so few steps and one "
        "seed say nothing about which method is better."
    )


def data_found() -> list[str]:
    """Titles of the data sets that can be used without saying where they lie."""
    return [
        source.title
        for name, source in catalog.datasets().items()
        if source.locate(Config(dataset=name))
    ]
