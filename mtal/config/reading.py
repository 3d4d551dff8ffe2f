"""Configs from files, the command line, forms and run folders, also those of earlier versions."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mtal.config.lookup import ConfigError, did_you_mean, find
from mtal.config.presets import PRESETS
from mtal.config.settings import Config
from mtal.config.yaml_text import YamlError, parse_value, parse_yaml, shortened
from mtal.locations import COMMAND

# Settings of earlier versions that never changed a result, so that old run folders can be read. A
# setting that changes results is never removed, so that old runs can go on.
RETIRED = frozenset({"workers"})

# What settings that did not exist yet meant, by the text of a stored config.
EARLIER: dict[str, Any] = {
    "pair_blocks": "decode",
    "pair_steps": 0,
    "pair_held_out": 0,
    "loss_module_optimiser": "joint",
}

ADVICE = {  # setting -> what it should be, where pydantic's text does not help
    "size": "height x width, such as 120x160",
    "device": "auto, cpu, or cuda:0",
}


def make_config(values: Mapping[str, Any]) -> Config:
    """Build a config from settings by name. ConfigError names each setting that is wrong."""
    for name in values:
        if name not in Config.model_fields:
            raise ConfigError(
                f"no setting called {name!r}{did_you_mean(name, Config.model_fields)}; "
                f"`{COMMAND} settings` lists them"
            )
    try:
        return Config(**values)
    except ValidationError as error:
        messages = dict.fromkeys(_message(details) for details in error.errors())
        raise ConfigError("; ".join(messages)) from None


def read_settings(path: Path) -> dict[str, Any]:
    """Read the settings of a JSON or YAML file. ConfigError if it holds none."""
    try:
        text = path.read_text(encoding="utf-8")
        values = _parse_json(text) if path.suffix == ".json" else parse_yaml(text)
    except FileNotFoundError:
        raise ConfigError(f"no config file at {path}") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    except (YamlError, json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path} is neither JSON nor YAML as it is read here: {error}") from None
    if not isinstance(values, dict):
        raise ConfigError(f"{path} must hold `setting: value` lines, not a {type(values).__name__}")
    return {str(name): value for name, value in values.items()}


def _parse_json(text: str) -> Any:
    """Parse JSON whose keys stand once in each object. YamlError or JSONDecodeError."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        values = dict(pairs)
        if len(values) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise YamlError(f"{shortened(twice)} is there twice")
        return values

    return json.loads(text, object_pairs_hook=once)


def compose(
    preset: str | None = None, file: Path | None = None, sets: Iterable[str] = ()
) -> Config:
    """Build a config from a preset, a file and `setting=value` texts; the later ones win.

    ConfigError names what is wrong.
    """
    values: dict[str, Any] = {}
    if preset:
        values |= find(PRESETS, preset, "preset")[1]
    if file is not None:
        values |= read_settings(file)
    for text in sets:
        name, equals, value = text.partition("=")
        if not equals:
            raise ConfigError(f"--set {text}: write it as setting=value")
        try:
            values[name.strip()] = parse_value(value)
        except YamlError as error:
            raise ConfigError(f"--set {shortened(text)}: {error}") from None
    return make_config(values)


def load_config(path: Path) -> Config:
    """Read the config of a run folder, also of an earlier version. ConfigError if it is broken."""
    return stored_config(read_settings(path))


def stored_config(values: Mapping[str, Any]) -> Config:
    """Build a config from all stored settings, also of an earlier version."""
    kept = {name: value for name, value in values.items() if name not in RETIRED}
    if "pair_blocks" not in kept and kept.get("sample_weights") == "auto":
        kept["sample_weights"] = "scores" if kept.get("strategy") == "ours" else "off"
    return make_config(EARLIER | kept)


def _message(details: Any) -> str:
    """`setting: what is wrong (got value)`, of one of pydantic's errors."""
    message = details["msg"].removeprefix("Value error, ")
    if not details["loc"]:  # ours: it names the setting
        return str(message)
    name = details["loc"][0]
    if name == "tasks" and (details["type"] == "too_short" or details["input"] is None):
        return "tasks: choose at least one task"
    if name in ADVICE:
        return f"{name}: {ADVICE[name]}"
    path = ".".join(str(part) for part in details["loc"])
    return f"{path}: {message} (got {shortened(repr(details['input']))})"
