"""Manifest of a complete cycle: sizes and checksums of its files, so that damage shows.

Pictures of single images are not listed: they can be drawn again. Cycles of earlier versions have
no manifest, and nothing is said about them.
"""

from pathlib import Path

from mtal.runs.damage import DamagedFile, read_object, reading
from mtal.runs.files import sha256_of, write_json
from mtal.runs.paths import CyclePaths
from mtal.runs.store.run_record import RunRecord


def write_manifest(cycle: CyclePaths) -> None:
    """List the files of a cycle that is about to become complete."""
    files = sorted(path for path in cycle.folder.iterdir() if path.is_file())
    listed = {
        path.name: {"bytes": path.stat().st_size, "sha256": sha256_of(path)} for path in files
    }
    write_json(cycle.manifest, {"files": listed})


def listed_files(cycle: CyclePaths) -> dict[str, tuple[int, str]]:
    """Read the manifest: name -> bytes and checksum; {} without one. DamagedFile if it is none."""
    if not cycle.manifest.exists():
        return {}
    listed = read_object(cycle.manifest)
    with reading(cycle.manifest):
        return {
            str(name): (int(file["bytes"]), str(file["sha256"]))
            for name, file in listed["files"].items()
        }


def damages(run: RunRecord) -> list[DamagedFile]:
    """List the files of complete cycles that are not as they were when the cycle was completed."""
    listed: list[DamagedFile] = []
    for number in range(run.cycles_done()):
        try:
            listed += _damages_of(run.paths.cycle(number))
        except DamagedFile as error:  # the manifest itself
            listed.append(error)
    return listed


def _damages_of(cycle: CyclePaths) -> list[DamagedFile]:
    reasons = {
        cycle.folder / name: _reason(cycle.folder / name, *written)
        for name, written in listed_files(cycle).items()
    }
    return [DamagedFile(path, reason) for path, reason in reasons.items() if reason]


def _reason(path: Path, size: int, checksum: str) -> str:
    """What is wrong with a file; "" if it is as it was."""
    if not path.is_file():
        return "there is no such file"
    now = path.stat().st_size
    if now != size:
        return f"it had {size:,} bytes when the cycle was completed and has {now:,} now"
    return "" if sha256_of(path) == checksum else "its content is not what the cycle wrote"
