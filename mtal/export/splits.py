"""Split lists as loaders of NYUD_MT read them.

`gt_sets/<name>.txt` holds one id per line, without extension, and a newline at the end. Such a
loader asserts that every label file of every id exists. So where labels are partial, use the list
of one task, `<name>.<task>.txt`; the lists without a task hold images whose labels are complete.
"""

import numpy as np

from mtal.export.exporter import ExportError
from mtal.export.record import batch_images, batch_of
from mtal.export.zipped import zip_bytes
from mtal.runs.store.run import Run

FOLDER = "gt_sets"


def split_lists(run: Run, cycle: int) -> dict[str, list[str]]:
    """List the ids of each split once the cycle's batch is labelled: name -> ids.

    batch: to be labelled after people decided, in pick order, then what replaced rejected images
    (of a task: those whose label is requested). labelled: images with every label (of a task: with
    that one). remaining: the rest of the pool. All but the batch are in the order of the pool.

    ExportError if the cycle picked nothing, or for an id of several lines.
    """
    pairs = batch_of(run, cycle).pairs
    labelled = run.labelled(cycle, run.start_labels())
    labelled[tuple(pairs.T)] = True
    columns = {"": labelled.all(axis=1)} | {
        f".{task.name}": labelled[:, column] for column, task in enumerate(run.tasks)
    }
    lists = {"batch": _ids(run, np.array(batch_images(pairs)))}
    lists |= {
        f"batch.{task.name}": _ids(run, pairs[pairs[:, 1] == column, 0])
        for column, task in enumerate(run.tasks)
    }
    for suffix, complete in columns.items():
        lists[f"labelled{suffix}"] = _ids(run, np.flatnonzero(complete))
        lists[f"remaining{suffix}"] = _ids(run, np.flatnonzero(~complete))
    return lists


def split_files(run: Run, cycle: int) -> dict[str, bytes]:
    """Write the lists as files to be unpacked over a data set's folder: path -> content.

    Names hold the cycle, so that nothing is overwritten. ExportError as of `split_lists`.
    """
    start = f"{FOLDER}/{run.name}-c{cycle:03d}"
    return {
        f"{start}-{name}.txt": "".join(f"{line}\n" for line in ids).encode()
        for name, ids in split_lists(run, cycle).items()
    }


def write_splits(run: Run, cycle: int) -> bytes:
    """Write a zip of all lists of a cycle; ExportError as of `split_lists`."""
    return zip_bytes(split_files(run, cycle))


def _ids(run: Run, images: np.ndarray) -> list[str]:
    names = run.facts.pool
    return on_lines([names[image] for image in images.tolist()])


def on_lines(ids: list[str]) -> list[str]:
    """Return the ids; ExportError if one of them does not fit on a line."""
    for name in ids:
        if name.splitlines() != [name]:
            raise ExportError(f"the image name {name!r} does not fit on one line of a split list")
    return ids
