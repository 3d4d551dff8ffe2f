"""The images of the start set: a named set that the start consists of, or must include."""

import numpy as np

from mtal.config import SHARES_OF_POOL, ConfigError
from mtal.datasets.dataset import Dataset
from mtal.datasets.readers.file_lists import abbreviate
from mtal.runs.experiments.budget import images_labelled
from mtal.runs.reviews.review_database import ReviewDatabase
from mtal.runs.store.run import Run


def images_of_start_set(run: Run, dataset: Dataset) -> np.ndarray:
    """Find the images of the setting `start_set` in the pool: (N,) bool, none without one.

    ConfigError if there is no such set, an image is not in the pool, or the start has no room.
    """
    config, ids = run.config, dataset.pool.ids
    held = np.zeros(len(ids), dtype=bool)
    if not config.start_set:
        return held
    samples = _samples(run, dataset.folder)
    position = {image: index for index, image in enumerate(ids)}
    if missing := [image for image in samples if image not in position]:
        needs = "" if config.by_people else ", or have no label, which a simulation needs"
        raise ConfigError(
            f"start_set: {len(missing)} of {len(samples)} images of {config.start_set!r} are not "
            f"in the pool of {dataset.folder}, cannot be read{needs}: {abbreviate(missing)}"
        )
    held[[position[image] for image in samples]] = True
    room = images_labelled(config, len(ids), 0)
    if config.start in SHARES_OF_POOL and len(samples) > room:
        raise ConfigError(
            f"start_set: {config.start_set!r} has {len(samples)} images, more than the {room} of a "
            f"start of {config.start_percent:g} %; raise start_percent, or start from the set "
            f"alone: start=set"
        )
    return held


def _samples(run: Run, folder: str) -> list[str]:
    """List the ids of the set's images. ConfigError unless exactly one set has that id or name."""
    asked, data = run.config.start_set, run.store.data(run.config.dataset, folder).folder.name
    reviews = ReviewDatabase(run.store)
    sets = reviews.sets(data)
    matching = sets.loc[(sets["id"] == asked) | (sets["name"] == asked), "id"].tolist()
    if len(matching) == 1:
        return reviews.samples_of(matching[0], data)
    if matching:
        raise ConfigError(
            f"start_set: {len(matching)} sets are called {asked!r}; give the id of one of them: "
            f"{', '.join(matching)}"
        )
    listed = [f"{row['name'] or row['id']} ({row['size']})" for row in sets.to_dict("records")]
    saved = f"there are: {abbreviate(listed)}" if listed else "there are none yet"
    raise ConfigError(f"start_set: there is no set {asked!r} of the images in {folder}; {saved}")
