"""`check`: read every image and label of a data set once and say what is wrong."""
import json
import sys
from typing import TYPE_CHECKING

import typer

from mtal.cli.listing import table
from mtal.cli.options import AsJson, ConfigFile, Preset, Sets
from mtal.config import Config, ConfigError, compose, find

if TYPE_CHECKING:
    from mtal.datasets.check import Report

SHOWN = 20                                                  # problems listed for people; --json has all


def check(preset: Preset = None, sets: Sets = None, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Read every image and label once. Exit code 1 when something is wrong with them."""
    _write_missing(compose(preset, config, sets or []))
    report = report_on(compose(preset, config, sets or []))
    typer.echo(json.dumps(report.to_json(), indent=1, allow_nan=False) if as_json else readable(report))
    raise typer.Exit(int(bool(report.problems or report.leaks)))


def report_on(config: Config) -> "Report":
    """The check of the data that a config names, for all tasks that it has unless the config names some.

    ConfigError if there is nothing to check.
    """
    from mtal.datasets import DATASETS
    from mtal.datasets.check import check as check_dataset
    from mtal.datasets.dataset import DataError

    try:
        source = find(DATASETS, config.dataset, "data set")
        tasks = () if "tasks" in config.model_fields_set else source.tasks_in(config)
        return check_dataset(source.load(config.model_copy(update={"tasks": tasks}) if tasks else config), _show_progress)
    except DataError as error:
        raise ConfigError(str(error)) from None


def _write_missing(config: Config) -> None:
    """Write a first guess of the description that the data lack, and say so, on stderr: the report itself can be redirected."""
    from mtal.datasets import DATASETS
    from mtal.datasets.dataset import DataError

    try:
        written = find(DATASETS, config.dataset, "data set").write_missing(config)
    except DataError as error:
        raise ConfigError(str(error)) from None
    if written:
        typer.secho(f"There was no {written.name}, so a first guess was written to {written}. It is plain text and says why it "
                    f"guesses what: read the reasons, name the classes, change what is wrong, and check again.",
                    fg=typer.colors.YELLOW, err=True)


def readable(report: "Report") -> str:
    """The report for people: what there is, how the labels look, then what is wrong."""
    parts = [f"{report.title}  {report.folder}".rstrip(), *([report.note] if report.note else []), "", table(_splits(report))]
    parts += ["", table(_labels(report))] if report.labels else []
    wrong = len(report.problems) + len(report.leaks)
    parts += ["", f"{wrong} problem{'s' * (wrong != 1)}" if wrong else "Nothing is wrong."]
    parts += [f"  {one['split']} {one['id']}, {one['what']}: {one['problem']}" for one in report.problems[:SHOWN]]
    parts += [f"  pool {one['pool']} is validation {one['validation']} too: {one['how']}" for one in report.leaks[:SHOWN]]
    if max(len(report.problems), len(report.leaks)) > SHOWN:
        parts.append("  and more; --json lists them all")
    return "\n".join(parts)


def _splits(report: "Report") -> list[dict[str, str]]:
    return [{"split": name, "images": str(facts["images"]), "sizes": _sizes(facts["sizes"])}
            | {f"with {task}": str(count) for task, count in facts["coverage"].items()} for name, facts in report.splits.items()]


def _sizes(sizes: dict[str, int]) -> str:
    """The most frequent size, and how many others there are."""
    first = next(iter(sizes), "none readable")
    return first if len(sizes) < 2 else f"{first} and {len(sizes) - 1} more"


def _labels(report: "Report") -> list[dict[str, str]]:
    return [{"labels": task, "valid pixels": f"{facts['valid_percent']:.1f} %",
             **{name: "" if facts[name] is None or facts["classes"] else f"{facts[name]:.4g}" for name in ("min", "max", "mean")}}
            for task, facts in report.labels.items()]       # a mean of class numbers would mean nothing


def _show_progress(done: int, total: int) -> None:
    """On a terminal only, and on stderr, so that the report itself can be redirected."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\rReading {done}/{total}" if done < total else "\r\x1b[2K")
        sys.stderr.flush()
