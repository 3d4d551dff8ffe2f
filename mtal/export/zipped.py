"""Zip archives that depend on their content only: sorted names, one fixed time, stored."""

import io
import zipfile
from collections.abc import Mapping

FIXED_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """Write path -> content as a zip.

    Nothing is compressed, since compressors differ from machine to machine and tables are small.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, FIXED_TIME)
            entry.create_system = 3  # Unix, wherever it is written
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()
