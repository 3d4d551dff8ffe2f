"""What a run takes of a data set: broken images stay out, by name; which labels it may buy; what it begins with."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mtal.config import Config
from mtal.datasets.dataset import DataError, Dataset, Split, Subset, label_mask
from mtal.datasets.parallel import Report
from mtal.datasets.readers.file_lists import abbreviate
from mtal.engine.rendering.thumbnails import write_thumbs
from mtal.locations import COMMAND
from mtal.runs.experiments.budget import images_labelled
from mtal.runs.jobs.stop import FOR_LABELS, StopRequested
from mtal.runs.paths import DataPaths
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import DataChange, LeftOut, RunFacts
from mtal.seeds import START

MOST_BROKEN = 0.5  # of a split; more is a wrong folder rather than a few bad files


@dataclass(frozen=True)
class PreparedData:
    """What a run takes. N images in the pool, T tasks."""

    dataset: Dataset  # without what is left out
    there: np.ndarray  # (N, T) bool: labels that exist by now
    start: np.ndarray  # (N, T) bool: labelled before cycle 0
    left_out: list[LeftOut]
    without_labels: int  # pool images that are no part of a simulation


class LabelsAwaited(StopRequested):
    """The picked images have to be labelled before the run can go on; the message says which, and what to do then."""


def prepare_data(run: Run, dataset: Dataset, report: Report) -> PreparedData:
    """A run that has complete cycles takes what it took before. DataError if that is gone, or if there is nothing to learn."""
    config, before = run.config, run.facts if run.cycles_done() else None
    dataset, left_out = readable(dataset, run.store.data(config.dataset, dataset.folder), report)
    bare = 0
    if before:
        dataset, left_out, bare = (
            as_before(dataset, before),
            list(before.left_out),
            before.without_labels,
        )
    elif config.start == "random":
        dataset, bare = simulated(dataset)
    there = label_mask(dataset.pool, dataset.tasks)
    start = (
        first_images(config, there)
        if config.start == "random"
        else on_disk(there, run.start() if before else None, dataset)
    )
    must_be_learned(start, dataset)
    return PreparedData(dataset, there, start, left_out, bare)


def readable(dataset: Dataset, paths: DataPaths, report: Report) -> tuple[Dataset, list[LeftOut]]:
    """The data set without the images that cannot be read, and what was wrong with them. Makes the thumbnails on the way.

    DataError if a split has no usable image, or if most of it is broken.
    """
    splits, rows = dict[str, Split](), list[LeftOut]()
    for name, split in (("pool", dataset.pool), ("validation", dataset.validation)):
        broken = write_thumbs(split, paths, name, report)
        if len(broken) > MOST_BROKEN * len(split.ids):
            raise DataError(
                f"{len(broken)} of {len(split.ids)} {name} images in {dataset.folder} cannot be read: "
                f"{abbreviate(list(broken.values()))}. Is it the right folder?"
            )
        rows += [
            LeftOut(split=name, id=split.ids[index], what="image", problem=broken[index])
            for index in sorted(broken)
        ]
        splits[name] = without(split, broken)
    return dataset.with_splits(splits["pool"], splits["validation"]), rows


def without(split: Split, places: Mapping[int, object] | set[int]) -> Split:
    """The same split less some places; itself if there are none."""
    if not places:
        return split
    return Subset(split, tuple(index for index in range(len(split.ids)) if index not in places))


def simulated(dataset: Dataset) -> tuple[Dataset, int]:
    """The data set with a pool of images that have a label to buy, and how many others were left out. Nobody can be asked in
    a simulation, so an image without any label is no part of it."""
    bare = set(np.flatnonzero(~label_mask(dataset.pool, dataset.tasks).any(axis=1)).tolist())
    if len(bare) == len(dataset.pool.ids):
        raise DataError(
            f"no pool image in {dataset.folder} has a label of {', '.join(task.name for task in dataset.tasks)}, so "
            f"there is nothing to simulate: label some images and set start=labelled"
        )
    return dataset.with_splits(without(dataset.pool, bare), dataset.validation), len(bare)


def as_before(dataset: Dataset, facts: RunFacts) -> Dataset:
    """The data set with the very images that a run began with: its picks are places in that list, and its metrics are of those
    validation images. What was repaired or added since takes no part. DataError if one of them is gone."""
    kept = []
    splits = (
        ("pool", dataset.pool, facts.pool),
        ("validation", dataset.validation, facts.validation),
    )
    for name, split, ids in splits:
        places = {one: place for place, one in enumerate(split.ids)}
        if gone := [one for one in ids if one not in places]:
            raise DataError(
                f"{dataset.folder} holds other {name} images than when this run began: {abbreviate(gone)} cannot be found "
                f"or read any more. Put the files back, or start a new run"
            )
        kept.append(Subset(split, tuple(places[one] for one in ids)))
    return dataset.with_splits(*kept)


def first_images(config: Config, there: np.ndarray) -> np.ndarray:
    """(N, T) bool: the random start, the same for every strategy of one seed, so that curves start together. there: (N, T)."""
    labelled = np.zeros_like(there)
    chosen = np.random.default_rng([config.seed, START]).choice(
        len(there), images_labelled(config, len(there), 0), replace=False
    )
    labelled[chosen] = there[chosen]
    return labelled


def on_disk(there: np.ndarray, before: np.ndarray | None, dataset: Dataset) -> np.ndarray:
    """(N, T) bool: every label that is there is a start for going on. `before`: the start of the run if it began already,
    since labels that came later were bought by its picks. DataError if there is nothing to learn from or to choose."""
    start = there if before is None else before
    names = ", ".join(task.name for task in dataset.tasks)
    if not start.any(axis=0).all():
        counts = ", ".join(
            f"{task.name} {count}"
            for task, count in zip(dataset.tasks, start.sum(axis=0), strict=True)
        )
        raise DataError(
            f"start=labelled needs labels of every task ({names}) in {dataset.folder}, and one has none among "
            f"{len(start)} pool images (labels there: {counts}). Label some, or choose fewer tasks"
        )
    if start.all():
        raise DataError(
            f"every pool image in {dataset.folder} has its labels ({names}), so there is none to choose: add images, "
            f"or simulate with start=random"
        )
    return start


def await_labels(dataset: Dataset, labelled: np.ndarray, there: np.ndarray) -> None:
    """LabelsAwaited if picked labels are not there yet. labelled, there: (N, T) bool."""
    open_pairs = np.asarray(labelled & ~there)
    if not open_pairs.any():
        return
    ids = [dataset.pool.ids[index] for index in np.flatnonzero(open_pairs.any(axis=1))]
    index, column = np.argwhere(open_pairs)[0]
    task = dataset.tasks[column]
    place = dataset.pool.files(int(index), (task,)).get(task.name, dataset.folder)
    counts = ", ".join(
        f"{task.name} {count}"
        for task, count in zip(dataset.tasks, open_pairs.sum(axis=0), strict=True)
        if count
    )
    raise LabelsAwaited(
        f"it {FOR_LABELS} of {len(ids)} picked image{'s' * (len(ids) != 1)} ({counts} missing): {abbreviate(ids)}. "
        f"Put them where they belong, the first at {place}, and resume"
    )


def must_be_learned(labelled: np.ndarray, dataset: Dataset) -> None:
    """DataError for tasks without a usable label to learn from: what their heads say would be noise. labelled: (N, T) bool."""
    if missing := [
        task.name
        for task, there in zip(dataset.tasks, np.any(labelled, axis=0), strict=True)
        if not there
    ]:
        images = int(np.any(labelled, axis=1).sum())
        raise DataError(
            f"tasks: none of the {images} labelled images has a usable label of {', '.join(missing)}; raise "
            f"start_percent, add labels, or leave the task out"
        )


def must_be_measured(usable: np.ndarray, dataset: Dataset) -> None:
    """DataError for tasks without a usable validation label, whose metric could never be given. usable: (V, T) bool."""
    if missing := [
        task.name
        for task, there in zip(dataset.tasks, np.any(usable, axis=0), strict=True)
        if not there
    ]:
        raise DataError(
            f"tasks: no validation image in {dataset.folder} has a usable label of {', '.join(missing)}, so "
            f"{'it' if len(missing) == 1 else 'they'} cannot be measured; add labels, or leave the task out"
        )


def data_changes(run: Run, facts: RunFacts, accept: bool) -> tuple[DataChange, ...]:
    """List the changes of the data over a run: those noted before, and one since. facts: as found now.

    DataError if the data changed without consent. Where people label what a run picks, new labels
    of pool images are what everybody waits for and need none.
    """
    before, done = run.facts, run.cycles_done()
    if before.fingerprint in {None, facts.fingerprint}:
        return before.data_changes
    expected = (
        run.config.start == "labelled"
        and before.fingerprint_of_images == facts.fingerprint_of_images
    )
    if done and not accept and not expected:
        raise DataError(
            f"the data in {facts.data_folder} changed since this run began (fingerprint "
            f"{before.fingerprint}, now {facts.fingerprint}): the images have their names, but a "
            f"file has another size or time. Put the files back, or go on with the changed data: "
            f"`{COMMAND} resume {run.name} --accept-data`"
        )
    change = DataChange(cycle=done, before=before.fingerprint, after=facts.fingerprint)
    return (*before.data_changes, change)
