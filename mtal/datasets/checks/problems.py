"""What can be wrong with an image or a label: kinds, what a run does about them, and what to do.

Kinds are for reading and sorting. What a run does depends only on whether the image or the label
cannot be read. This module imports no torch, so that pages can import it.
"""

LEFT_OUT, IGNORED, NOTE = "left out", "label ignored", "note"
SEVERITIES = {
    LEFT_OUT: "the image takes no part in a run",
    IGNORED: "the image counts as not labelled for this task",
    NOTE: "worth a look; a run goes on with it",
}
FILES = {  # what a reader refused -> what to do
    "missing": "Put the file there, or take the id out of the list.",
    "empty file": "The file has no bytes: copy it again.",
    "truncated": "The end of the file is missing: copy or save it again.",
    "unreadable": (
        "The file is damaged or of another kind than its name says: save it again in the right "
        "format."
    ),
    "wrong size": "Save the label at the size of its image.",
    "out of range": (
        "Values are beyond what the task allows: look at the number of classes, and at the value "
        "of ignored pixels."
    ),
    "wrong unit": (
        "Depth is expected in metres: divide millimetres by 1000, or give `scale: 0.001` in "
        "tasks.yaml."
    ),
    "odd values": "Save the label again in the form that the folder's layout asks for.",
}
NOTES = {  # what the check suspects -> what to do
    "blank image": (
        "All pixels have nearly the same colour: look whether it is the right photograph."
    ),
    "duplicate": (
        "The same pixels twice: labelling both would cost twice. Take one id out of the list."
    ),
    "same name": "Two pictures share an id, one in each split: give one of them another name.",
    "one value": "Every valid pixel has the same value: look whether the label was ever drawn.",
    "nearly empty": (
        "Less than one pixel in a hundred counts: look whether the label is the right one."
    ),
    "other unit": (
        "Typical values are 20 times those of the other labels, or a twentieth: look at the unit."
    ),
    "turned away": (
        "Most normals point away from the camera, but visible surfaces have z below 0. Change the "
        "sign."
    ),
    "mostly yes": (
        "Most pixels say yes where other labels say no: look whether the two are swapped."
    ),
    "copied label": (
        "Two different images have the same label, pixel by pixel: look which one it belongs to."
    ),
}
WAYS_OUT = FILES | NOTES


def severity(kind: str, source: str) -> str:
    """What a run does about a problem. `source`: "image" or the name of a task."""
    if kind in NOTES:
        return NOTE
    return LEFT_OUT if source == "image" else IGNORED
