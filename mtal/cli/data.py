"""`check`: read every image and label of a data set once and say what is wrong."""

import json
import sys
from itertools import groupby
from typing import TYPE_CHECKING, Any

import typer

from mtal.analysis.numbers import count
from mtal.cli.options import AsJson, ConfigFile, Preset, Sets
from mtal.cli.text_table import table
from mtal.config import Config, ConfigError, compose, find

if TYPE_CHECKING:
    from mtal.datasets.checks.report import Report

SHOWN = 5  # names printed per kind of problem; --json has all


def check(
    preset: Preset = None, sets: Sets = None, config: ConfigFile = None, as_json: AsJson = False
) -> None:
    """Read every image and label once.

    Exit code 1 when a run would leave something out, or pool and validation share images.
    """
    chosen = compose(preset, config, sets or [])
    _write_missing(chosen)
    report = report_on(chosen)
    if as_json:
        typer.echo(json.dumps(report.to_json(), indent=1, allow_nan=False))
    else:
        typer.echo(readable(report))
    raise typer.Exit(int(report.harmful))


def report_on(config: Config) -> "Report":
    """Check the data that a config names, for the tasks that it names, else for all of the data.

    Raises ConfigError if the data set is unknown or cannot be read at all.
    """
    from mtal.datasets.checks.check import check as check_dataset
    from mtal.datasets.dataset import DataError
    from mtal.datasets.registry import DATASETS
    from mtal.datasets.sequences import find_sequences

    try:
        source = find(DATASETS, config.dataset, "data set")
        tasks = () if "tasks" in config.model_fields_set else source.tasks_in(config)
        dataset = source.load(config.model_copy(update={"tasks": tasks}) if tasks else config)
        return check_dataset(find_sequences(dataset, config), _show_progress)
    except DataError as error:
        raise ConfigError(str(error)) from None


def _write_missing(config: Config) -> None:
    """Write a first guess of the description that the data lack.

    It is announced on stderr, so that the report itself can be redirected.
    """
    from mtal.datasets.dataset import DataError
    from mtal.datasets.registry import DATASETS

    write = find(DATASETS, config.dataset, "data set").write_missing
    try:
        path = write(config) if write else None
    except DataError as error:
        raise ConfigError(str(error)) from None
    if path:
        typer.secho(
            f"There was no {path.name}, so a first guess was written to {path}. It is plain text "
            f"and says why it guesses what: read the reasons, name the classes, change what is "
            f"wrong, and check again.",
            fg=typer.colors.YELLOW,
            err=True,
        )


def readable(report: "Report") -> str:
    """Format the report for people.

    First what the data hold and how the labels look, then what is wrong, by kind, with the remedy.
    """
    parts = [
        f"{report.title}  {report.folder}".rstrip(),
        report.note,
        f"fingerprint {report.fingerprint}, read in {report.seconds:.1f} s",
    ]
    lines = [part for part in parts if part]
    lines += ["", table(_splits(report))]
    if report.labels:
        lines += ["", table(_labels(report))]
    warnings = [f"NOTE  {warning}" for warning in report.warnings]
    lines += ["", *_problems(report), *warnings, *_leaks(report), *_near_duplicates(report)]
    if not report.problems and not report.leaks:
        lines.append("Nothing is wrong.")
    return "\n".join(lines)


def _problems(report: "Report") -> list[str]:
    """Return a line per kind, task and severity, the worst first, and the first names under it."""
    from mtal.datasets.checks.problems import SEVERITIES, WAYS_OUT

    def group(row: dict[str, str]) -> tuple[int, str, str]:
        return list(SEVERITIES).index(row["severity"]), row["what"], row["kind"]

    lines = []
    for (_, subject, kind), group_rows in groupby(sorted(report.problems, key=group), group):
        rows = list(group_rows)
        severity = rows[0]["severity"].upper()
        lines.append(f"{severity}  {subject}: {kind}, {_times(len(rows))}. {WAYS_OUT[kind]}")
        lines += [
            f"    {row['split']} {row['id'] or '(the whole set)'}: {row['problem']}"
            for row in rows[:SHOWN]
        ]
        lines += _more(len(rows))
    if lines:
        used = {row["severity"] for row in report.problems}
        legend = [f"{name} = {about}" for name, about in SEVERITIES.items() if name in used]
        lines.append("  " + "; ".join(legend))
    return lines


def _leaks(report: "Report") -> list[str]:
    """Return lines about images of both splits, the first few by name."""
    if not report.leaks:
        return []
    lines = [
        f"LEAK  {_times(len(report.leaks))} in pool and validation: measurements would flatter. "
        f"Take one of each pair out."
    ]
    lines += [
        f"    pool {leak['pool']}, validation {leak['validation']}: {leak['how']}"
        for leak in report.leaks[:SHOWN]
    ]
    return lines + _more(len(report.leaks))


def _near_duplicates(report: "Report") -> list[str]:
    """Return a line about nearly equal images. Frames of a video look like that: no problem."""
    if not report.alike:
        return []
    images = sum(len(ids) for group in report.alike for ids in group.values())
    largest: dict[str, Any] = report.alike[0]
    names = [image for ids in largest.values() for image in ids]
    ellipsis = " ..." if len(names) > SHOWN else ""
    return [
        f"Nearly the same pictures: {count(images, 'image')} in "
        f"{count(len(report.alike), 'group')}; the largest has {len(names)}: "
        f"{', '.join(names[:SHOWN])}{ellipsis}"
    ]


def _more(number: int) -> list[str]:
    return [f"    and {number - SHOWN} more; --json lists them all"] if number > SHOWN else []


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"


def _splits(report: "Report") -> list[dict[str, str]]:
    return [
        {"split": name, "images": str(facts["images"]), "sizes": _sizes(facts["sizes"])}
        | {f"with {task}": str(labels) for task, labels in facts["coverage"].items()}
        for name, facts in report.splits.items()
    ]


def _sizes(sizes: dict[str, int]) -> str:
    """Return the most frequent size, and how many others there are."""
    first = next(iter(sizes), "none readable")
    return first if len(sizes) < 2 else f"{first} and {len(sizes) - 1} more"


def _labels(report: "Report") -> list[dict[str, str]]:
    """Return a row per task. A mean of class numbers means nothing, so classes have none."""
    rows = []
    for task, splits in report.labels.items():
        facts = splits["both"]
        row = {"labels": task, "valid pixels": f"{facts['valid_percent']:.1f} %"}
        for name in ("min", "max", "mean"):
            measured = facts[name] is not None and not facts["classes"]
            row[name] = f"{facts[name]:.4g}" if measured else ""
        rows.append(row)
    return rows


def _show_progress(done: int, total: int) -> None:
    """Show progress on a terminal only, and on stderr, so that the report can be redirected."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\rReading {done}/{total}" if done < total else "\r\x1b[2K")
        sys.stderr.flush()
