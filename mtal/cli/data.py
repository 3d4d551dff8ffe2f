"""`check`: read every image and label of a data set once and say what is wrong."""

import json
import sys
from itertools import groupby
from typing import TYPE_CHECKING, Any

import typer

from mtal.cli.options import AsJson, ConfigFile, Preset, Sets
from mtal.cli.status import table
from mtal.config import Config, ConfigError, compose, find

if TYPE_CHECKING:
    from mtal.datasets.checks.check import Report

SHOWN = 5  # names listed per kind of problem for people; --json has all


def check(
    preset: Preset = None, sets: Sets = None, config: ConfigFile = None, as_json: AsJson = False
) -> None:
    """Read every image and label once. Exit code 1 when a run would leave something out, or pool and validation share images."""
    chosen = compose(preset, config, sets or [])
    _write_missing(chosen)
    report = report_on(chosen)
    typer.echo(
        json.dumps(report.to_json(), indent=1, allow_nan=False) if as_json else readable(report)
    )
    raise typer.Exit(int(report.harmful))


def report_on(config: Config) -> "Report":
    """The check of the data that a config names, for all tasks that it has unless the config names some.

    ConfigError if there is nothing to check.
    """
    from mtal.datasets.checks.check import check as check_dataset
    from mtal.datasets.dataset import DataError
    from mtal.datasets.registry import DATASETS

    try:
        source = find(DATASETS, config.dataset, "data set")
        tasks = () if "tasks" in config.model_fields_set else source.tasks_in(config)
        return check_dataset(
            source.load(config.model_copy(update={"tasks": tasks}) if tasks else config),
            _show_progress,
        )
    except DataError as error:
        raise ConfigError(str(error)) from None


def _write_missing(config: Config) -> None:
    """Write a first guess of the description that the data lack, and say so, on stderr: the report itself can be redirected."""
    from mtal.datasets.dataset import DataError
    from mtal.datasets.registry import DATASETS

    write = find(DATASETS, config.dataset, "data set").write_missing
    try:
        written = write(config) if write else None
    except DataError as error:
        raise ConfigError(str(error)) from None
    if written:
        typer.secho(
            f"There was no {written.name}, so a first guess was written to {written}. It is plain text and says why it "
            f"guesses what: read the reasons, name the classes, change what is wrong, and check again.",
            fg=typer.colors.YELLOW,
            err=True,
        )


def readable(report: "Report") -> str:
    """The report for people: what there is, how the labels look, then what is wrong, by kind and with the way out."""
    parts = [
        f"{report.title}  {report.folder}".rstrip(),
        *([report.note] if report.note else []),
        f"fingerprint {report.fingerprint}, read in {report.seconds:.1f} s",
        "",
        table(_splits(report)),
    ]
    parts += ["", table(_labels(report))] if report.labels else []
    parts += [
        "",
        *_problems(report),
        *(f"NOTE  {warning}" for warning in report.warnings),
        *_leaks(report),
        *_alike(report),
    ]
    if not report.problems and not report.leaks:
        parts.append("Nothing is wrong.")
    return "\n".join(parts)


def _problems(report: "Report") -> list[str]:
    """A line per kind, task and severity, the worst first, with the first names under it."""
    from mtal.datasets.checks.problems import SEVERITIES, WAYS_OUT

    def group(row: dict[str, str]) -> tuple[int, str, str]:
        return list(SEVERITIES).index(row["severity"]), row["what"], row["kind"]

    lines = []
    for (_, what, kind), found in groupby(sorted(report.problems, key=group), group):
        rows = list(found)
        lines.append(
            f"{rows[0]['severity'].upper()}  {what}: {kind}, {_times(len(rows))}. {WAYS_OUT[kind]}"
        )
        lines += [
            f"    {row['split']} {row['id'] or '(the whole set)'}: {row['problem']}"
            for row in rows[:SHOWN]
        ]
        lines += _more(len(rows))
    if lines:
        used = {row["severity"] for row in report.problems}
        lines.append(
            "  "
            + "; ".join(f"{name} = {about}" for name, about in SEVERITIES.items() if name in used)
        )
    return lines


def _leaks(report: "Report") -> list[str]:
    """Pictures of both splits, the first few."""
    if not report.leaks:
        return []
    lines = [
        f"LEAK  {_times(len(report.leaks))} in pool and validation: measurements would flatter. Take one of each pair out."
    ]
    lines += [
        f"    pool {one['pool']}, validation {one['validation']}: {one['how']}"
        for one in report.leaks[:SHOWN]
    ]
    return lines + _more(len(report.leaks))


def _alike(report: "Report") -> list[str]:
    """Told, not blamed: neighbouring frames of a video look like this."""
    if not report.alike:
        return []
    images = sum(len(ids) for group in report.alike for ids in group.values())
    largest: dict[str, Any] = report.alike[0]
    names = [one for ids in largest.values() for one in ids]
    return [
        f"Nearly the same pictures: {images} images in {len(report.alike)} groups; the largest has {len(names)}: "
        + ", ".join(names[:SHOWN])
        + (" ..." if len(names) > SHOWN else "")
    ]


def _more(number: int) -> list[str]:
    return [f"    and {number - SHOWN} more; --json lists them all"] if number > SHOWN else []


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"


def _splits(report: "Report") -> list[dict[str, str]]:
    return [
        {"split": name, "images": str(facts["images"]), "sizes": _sizes(facts["sizes"])}
        | {f"with {task}": str(count) for task, count in facts["coverage"].items()}
        for name, facts in report.splits.items()
    ]


def _sizes(sizes: dict[str, int]) -> str:
    """The most frequent size, and how many others there are."""
    first = next(iter(sizes), "none readable")
    return first if len(sizes) < 2 else f"{first} and {len(sizes) - 1} more"


def _labels(report: "Report") -> list[dict[str, str]]:
    rows = []
    for task, splits in report.labels.items():
        facts = splits["both"]
        rows.append(
            {"labels": task, "valid pixels": f"{facts['valid_percent']:.1f} %"}
            | {
                name: "" if facts[name] is None or facts["classes"] else f"{facts[name]:.4g}"
                for name in ("min", "max", "mean")
            }
        )
    return rows  # a mean of class numbers would mean nothing


def _show_progress(done: int, total: int) -> None:
    """On a terminal only, and on stderr, so that the report itself can be redirected."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\rReading {done}/{total}" if done < total else "\r\x1b[2K")
        sys.stderr.flush()
