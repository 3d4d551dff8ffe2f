"""Writing the file that a command was asked for."""

from pathlib import Path

from mtal.config import ConfigError
from mtal.runs.files import atomic_write


def write_whole(path: Path, content: bytes) -> None:
    """Write all of the content or nothing. Raises ConfigError if the file cannot be written."""
    try:
        with atomic_write(path, "wb") as file:
            file.write(content)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from None
