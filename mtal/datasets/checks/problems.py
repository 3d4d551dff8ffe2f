"""What can be wrong with an image or a label: its kind, what a run does about it, and the way out.

Kinds are for reading and sorting; what a run does depends only on whether it is the image or a label that cannot be read.
"""

from pathlib import Path

from mtal.datasets.dataset import DataError

LEFT_OUT, IGNORED, NOTE = "left out", "label ignored", "note"
SEVERITIES = {
    LEFT_OUT: "the image takes no part in a run",
    IGNORED: "the image counts as not labelled for this task",
    NOTE: "worth a look; a run goes on with it",
}
FILES = {  # what the reader refused -> way out
    "missing": "Put the file there, or take the id out of the list.",
    "empty file": "The file has no bytes: copy it again.",
    "truncated": "The end of the file is missing: copy or save it again.",
    "unreadable": "The file is damaged or of another kind than its name says: save it again in the right format.",
    "wrong size": "Save the label at the size of its image.",
    "out of range": "Values are beyond what the task knows: look at the number of classes, and at what marks ignored pixels.",
    "wrong unit": "Depth is expected in metres: divide millimetres by 1000, or give `scale: 0.001` in tasks.yaml.",
    "odd values": "Save the label again in the form that the folder's layout asks for.",
}
NOTES = {  # what the check suspects -> way out
    "blank image": "All pixels have nearly the same colour: look whether the photograph is there.",
    "duplicate": "The same pixels twice: labelling both would pay twice. Take one id out of the list.",
    "same name": "Two pictures share an id, one in each split: give one of them another name.",
    "one value": "Every valid pixel has the same value: look whether the label was ever drawn.",
    "nearly empty": "Less than one pixel in a hundred counts: look whether the label is the right one.",
    "other unit": "Typical values are 20 times those of the other labels, or a twentieth: look at the unit.",
    "turned away": "Most normals point away from the camera; a surface that is seen has z below 0. Change the sign.",
    "mostly yes": "Most pixels say yes where other labels say no: look whether the two are swapped.",
    "copied label": "Two different images have the same label, pixel by pixel: look which one it belongs to.",
}
WAYS_OUT = FILES | NOTES


def severity(kind: str, what: str) -> str:
    """What a run does about a problem with `what`: "image" or the name of a task."""
    if kind in NOTES:
        return NOTE
    return LEFT_OUT if what == "image" else IGNORED


def kind_of(error: Exception, path: Path | None) -> str:
    """A kind out of FILES for what a reader said. `path`: the file that was read, if there is one."""
    cause = (
        error.__context__ if isinstance(error, DataError) else error
    )  # what the decoder raised, where it was that
    if isinstance(cause, FileNotFoundError):
        return "missing"
    if cause is not None:
        if path is not None and path.exists() and path.stat().st_size == 0:
            return "empty file"
        short = isinstance(cause, EOFError) or _says(cause, "truncat", "mmap length", "data stream")
        return "truncated" if short else "unreadable"
    if _says(error, "is missing"):
        return "missing"
    if _says(error, "its image is", "image has"):
        return "wrong size"
    if _says(error, "metres are expected"):
        return "wrong unit"
    return "out of range" if _says(error, "out of range", " occurs (") else "odd values"


def _says(error: BaseException, *phrases: str) -> bool:
    return any(phrase in str(error).lower() for phrase in phrases)
