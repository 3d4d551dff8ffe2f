"""The errors of readers -> kinds of problems."""

from pathlib import Path

from mtal.datasets.dataset import DataError


def error_kind(error: Exception, path: Path | None) -> str:
    """The key of FILES (problems.py) that fits an error. `path`: the file that was read, if any."""
    cause: BaseException = error
    if isinstance(error, DataError):
        if error.__context__ is None:
            return _refused_label_kind(str(error).lower())
        cause = error.__context__  # raised by the decoder
    if isinstance(cause, FileNotFoundError):
        return "missing"
    if path is not None and path.exists() and path.stat().st_size == 0:
        return "empty file"
    text = str(cause).lower()
    cut = any(phrase in text for phrase in ("truncat", "mmap length", "data stream"))
    return "truncated" if cut or isinstance(cause, EOFError) else "unreadable"


def _refused_label_kind(message: str) -> str:
    """The kind of a label that was decoded and then refused, by the message in lower case."""
    if "is missing" in message:
        return "missing"
    if "its image is" in message or "image has" in message:
        return "wrong size"
    if "metres are expected" in message:
        return "wrong unit"
    if "out of range" in message or " occurs (" in message:
        return "out of range"
    return "odd values"
