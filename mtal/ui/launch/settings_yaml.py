"""A plan as YAML, and YAML as a plan."""

from collections.abc import Sequence
from typing import Any

from mtal.config import Config, ConfigError, YamlError, dump_yaml, parse_yaml
from mtal.locations import COMMAND
from mtal.runs.experiments.plan import Cell
from mtal.ui.launch.settings_form import REPEATED, fill


def to_yaml(cells: Sequence[Cell], name: str) -> str:
    """Write the settings that differ from the defaults, and the command that starts the plan.

    name: of the experiment.
    """
    strategies = ",".join(dict.fromkeys(cell.strategy for cell in cells))
    seeds = ",".join(dict.fromkeys(str(cell.seed) for cell in cells))
    varied, together = _varied(cells)
    verb = f"experiment new {name}" if len(cells) > 1 else "launch"
    options = ["--config plan.yaml", f"--strategies {strategies}", f"--seeds {seeds}"]
    if len(cells) > 1:
        options += [f"--vary {setting}={','.join(values)}" for setting, values in varied.items()]
        options += [f"--together {','.join(together)}"] if together else []
    settings = dump_yaml(_shared(cells[0].config))
    return f"# {COMMAND} {verb} {' '.join(options)}\n{settings}"


def from_yaml(text: str) -> None:
    """Fill the form from pasted settings. Raises ConfigError for settings that are wrong."""
    try:
        values = parse_yaml(text)
    except YamlError as error:
        raise ConfigError(f"these settings cannot be read: {error}") from None
    if not isinstance(values, dict):
        raise ConfigError("write `setting: value` lines")
    fill({str(name): value for name, value in values.items()})


def _varied(cells: Sequence[Cell]) -> tuple[dict[str, list[str]], list[str]]:
    """Read the variants' labels: setting -> its values, and the settings that vary together."""
    varied: dict[str, dict[str, None]] = {}
    together: dict[str, None] = {}
    for label in dict.fromkeys(cell.variant for cell in cells if cell.variant):
        parts = [part.partition("=") for part in label.split(", ")]
        for setting, _, value in parts:
            varied.setdefault(setting, {})[value] = None
        if len(parts) > 1:
            together |= dict.fromkeys(setting for setting, _, _ in parts)
    return {setting: list(values) for setting, values in varied.items()}, list(together)


def _shared(config: Config) -> dict[str, Any]:
    return config.changed(REPEATED) or {"dataset": config.dataset}
