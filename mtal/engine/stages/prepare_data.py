"""The images and labels that a run takes of a data set; broken images are left out by name."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from mtal.datasets.dataset import DataError, Dataset, Split, Subset, label_mask
from mtal.datasets.parallel import Report
from mtal.datasets.readers.file_lists import abbreviate
from mtal.engine.rendering.thumbnails import write_thumbnails
from mtal.locations import COMMAND
from mtal.runs.paths import DataPaths
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import DataChange, LeftOut, RunFacts

MOST_BROKEN = 0.5  # of a split; more is a wrong folder rather than a few bad files


@dataclass(frozen=True)
class PreparedData:
    """What a run takes of a data set."""

    dataset: Dataset  # without what is left out
    available: np.ndarray  # (N, T) bool, the pool's labels that exist by now
    start: np.ndarray | None  # (N, T) bool, that the run began with; None: it begins now
    left_out: list[LeftOut]
    without_labels: int  # pool images that are no part of a simulation


def prepare_data(run: Run, dataset: Dataset, report: Report) -> PreparedData:
    """Leave out what cannot be used; a run that has begun keeps its images and its start.

    DataError if images of such a run are gone, or if there is nothing to simulate with.
    """
    config, before = run.config, run.facts
    paths = run.store.data(config.dataset, dataset.folder)
    dataset, left_out = drop_unreadable(dataset, paths, report)
    start, without_labels = None, 0
    if before.written and (run.cycles_done() or before.start_stays):
        dataset = restore_images(dataset, before)
        left_out, without_labels = list(before.left_out), before.without_labels
        start = run.start_labels() if before.start else None  # not noted by early versions
    elif not config.by_people:
        dataset, without_labels = drop_unlabelled(dataset)
    available = label_mask(dataset.pool, dataset.tasks)
    return PreparedData(dataset, available, start, left_out, without_labels)


def drop_unreadable(
    dataset: Dataset, paths: DataPaths, report: Report
) -> tuple[Dataset, list[LeftOut]]:
    """Leave out the images that cannot be read, and list them; thumbnails are made on the way.

    DataError if most images of a split are broken.
    """
    splits, rows = dict[str, Split](), list[LeftOut]()
    for name, split in (("pool", dataset.pool), ("validation", dataset.validation)):
        broken = write_thumbnails(split, paths, name, report)
        if len(broken) > MOST_BROKEN * len(split.ids):
            raise DataError(
                f"{len(broken)} of {len(split.ids)} {name} images in {dataset.folder} cannot be "
                f"read: {abbreviate(list(broken.values()))}. Is it the right folder?"
            )
        rows += [
            LeftOut(split=name, id=split.ids[index], what="image", problem=broken[index])
            for index in sorted(broken)
        ]
        splits[name] = without_images(split, broken)
    return dataset.with_splits(splits["pool"], splits["validation"]), rows


def without_images(split: Split, images: Collection[int]) -> Split:
    """A split without some images, given by position; the split itself if there are none."""
    if not images:
        return split
    return Subset(split, tuple(index for index in range(len(split.ids)) if index not in images))


def drop_unlabelled(dataset: Dataset) -> tuple[Dataset, int]:
    """Leave out the pool images without any label, and count them.

    Nobody can be asked in a simulation, so such images are no part of it. DataError if no image
    has a label.
    """
    labelled = label_mask(dataset.pool, dataset.tasks).any(axis=1)
    if not labelled.any():
        names = ", ".join(task.name for task in dataset.tasks)
        raise DataError(
            f"no pool image in {dataset.folder} has a label of {names}, so there is nothing to "
            f"simulate: let people label, with start=coverage labelling=people, or label some "
            f"images and set start=labelled"
        )
    unlabelled = set(np.flatnonzero(~labelled).tolist())
    pool = without_images(dataset.pool, unlabelled)
    return dataset.with_splits(pool, dataset.validation), len(unlabelled)


def restore_images(dataset: Dataset, facts: RunFacts) -> Dataset:
    """Take the images that a run began with, in their order, since picks are positions in it.

    Images that were repaired or added since are left out. DataError if one of its images is gone.
    """
    pool = _images_with_ids(dataset.pool, facts.pool, "pool", dataset.folder)
    validation = _images_with_ids(
        dataset.validation, facts.validation, "validation", dataset.folder
    )
    return dataset.with_splits(pool, validation)


def _images_with_ids(split: Split, ids: Collection[str], name: str, folder: str) -> Subset:
    positions = {image_id: index for index, image_id in enumerate(split.ids)}
    if gone := [image_id for image_id in ids if image_id not in positions]:
        raise DataError(
            f"{folder} holds other {name} images than when this run began: {abbreviate(gone)} "
            f"cannot be found or read any more. Put the files back, or start a new run"
        )
    return Subset(split, tuple(positions[image_id] for image_id in ids))


def data_changes(run: Run, facts: RunFacts, accept: bool) -> tuple[DataChange, ...]:
    """List the changes of the data over a run: those noted before, and one since.

    facts: as found now. DataError if the data changed without consent. Where people label what a
    run picks, new labels of pool images are what everybody waits for and need no consent.
    """
    before, done = run.facts, run.cycles_done()
    if before.fingerprint is None or before.fingerprint == facts.fingerprint:
        return before.data_changes
    expected = run.config.by_people and before.fingerprint_of_images == facts.fingerprint_of_images
    if done and not accept and not expected:
        raise DataError(
            f"the data in {facts.data_folder} changed since this run began (fingerprint "
            f"{before.fingerprint}, now {facts.fingerprint}): the images have their names, but a "
            f"file has another size or time. Put the files back, or go on with the changed data: "
            f"`{COMMAND} resume {run.name} --accept-data`"
        )
    change = DataChange(cycle=done, before=before.fingerprint, after=facts.fingerprint or "")
    return (*before.data_changes, change)
