"""Split lists as loaders of NYUD_MT read them: `gt_sets/<name>.txt`, one id per line, no extension, newline at the end.

Such a loader asserts that every label file of every id exists. So where labels are partial, use the list of one task,
`<name>.<task>.txt`; the lists without a task hold images whose labels are complete.
"""

import numpy as np

from mtal.export.exporter import ExportError
from mtal.export.record import batch_images, batch_of
from mtal.export.zipped import zip_bytes
from mtal.runs.store.run import Run

FOLDER = "gt_sets"


def split_lists(run: Run, cycle: int) -> dict[str, list[str]]:
    """List name -> ids, for the state after the cycle's batch is labelled.

    `batch`: what is to be labelled after people decided, in pick order, then what came for rejected images (with a task: its
    label is requested). `labelled`: every label is there (with a task: that one). `remaining`: the rest of the pool, in which at
    least one label (that one) is missing. Pool order but for the batch.
    """
    pairs = batch_of(run, cycle).pairs
    labelled = run.labelled(cycle, run.start())
    labelled[tuple(pairs.T)] = True
    columns = {"": labelled.all(axis=1)} | {
        f".{task.name}": labelled[:, column] for column, task in enumerate(run.tasks)
    }
    lists = {"batch": _ids(run, np.array(batch_images(pairs)))}
    lists |= {
        f"batch.{task.name}": _ids(run, pairs[pairs[:, 1] == column, 0])
        for column, task in enumerate(run.tasks)
    }
    for suffix, there in columns.items():
        lists[f"labelled{suffix}"] = _ids(run, np.flatnonzero(there))
        lists[f"remaining{suffix}"] = _ids(run, np.flatnonzero(~there))
    return lists


def split_files(run: Run, cycle: int) -> dict[str, bytes]:
    """Path -> content, ready to be unpacked over a data set's folder. Names say the cycle, so that nothing is overwritten."""
    return {
        f"{FOLDER}/{run.name}-c{cycle:03d}-{name}.txt": "".join(
            f"{line}\n" for line in ids
        ).encode()
        for name, ids in split_lists(run, cycle).items()
    }


def write_splits(run: Run, cycle: int) -> bytes:
    """A zip of all lists of a cycle."""
    return zip_bytes(split_files(run, cycle))


def _ids(run: Run, images: np.ndarray) -> list[str]:
    names = run.facts.pool
    return on_lines([names[image] for image in images.tolist()])


def on_lines(ids: list[str]) -> list[str]:
    """The same names; ExportError if one is not fit for a list with a name per line."""
    if broken := next((name for name in ids if name.splitlines() != [name]), None):
        raise ExportError(f"the image name {broken!r} does not fit on one line of a split list")
    return ids
