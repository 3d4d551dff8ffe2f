"""What an archive is, where it comes from, and the checksum of every other file in it."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from mtal.export.zipped import zip_bytes
from mtal.runs.store.run import Run

MANIFEST = "MANIFEST.json"
LICENCE_NOTE = (
    "Names and numbers only. Images and labels are not included and stay under the licence of "
    "their data set."
)


def manifest(
    run: Run, about: Mapping[str, Any], fingerprint: str | None, files: Mapping[str, bytes]
) -> dict[str, Any]:
    """Describe the files of an archive and where they come from.

    about: what of the run is in the archive.
    fingerprint: of the data that the run saw.
    files: path -> content.
    """
    facts = run.facts
    return {
        **about,
        "run": run.name,
        "licence_note": LICENCE_NOTE,
        "data": {
            "title": facts.dataset_title,
            "note": facts.dataset_note,
            "fingerprint": fingerprint,
        },
        "config": run.config.model_dump(mode="json"),
        "versions": facts.versions,
        "files": {
            name: {"sha256": sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in sorted(files.items())
        },
    }


def packed(
    run: Run, about: Mapping[str, Any], fingerprint: str | None, files: Mapping[str, bytes]
) -> bytes:
    """Write a zip of the files and their manifest; arguments as of `manifest`."""
    text = json.dumps(
        manifest(run, about, fingerprint, files), indent=1, sort_keys=True, ensure_ascii=False
    )
    return zip_bytes({**files, MANIFEST: f"{text}\n".encode()})
