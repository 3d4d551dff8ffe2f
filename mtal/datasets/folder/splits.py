"""Which images of a folder are the pool and which are for measuring: by lists, by sub-folders, or drawn."""

import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath

from mtal.datasets.dataset import DataError
from mtal.datasets.folder.description import Description, Draw
from mtal.datasets.readers.file_lists import read_ids, some, stay_inside


def divide(
    root: Path, description: Description, keys: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...], list[str]]:
    """Ids of the pool and of validation, and warnings. keys: id -> path in the images' folder without ending.

    An id of a list may have no image, as long as one of the list has. DataError that names the key of the description.
    """
    splits = description.splits
    warnings: list[str] = []
    if isinstance(splits.validation, Draw):
        validation = drawn(keys, splits.validation)
    else:
        validation = _named(root, "validation", splits.validation, description, keys, warnings)
    if splits.pool is not None:
        pool = _named(root, "pool", splits.pool, description, keys, warnings)
    else:
        pool = tuple(sorted(set(keys) - set(validation)))
    if not pool:
        raise DataError(
            f"splits.pool: validation takes all {len(validation)} images; leave some to choose from"
        )
    if both := sorted(set(pool) & set(validation)):
        raise DataError(
            f"splits: {some(both)} {'is' if len(both) == 1 else 'are'} in pool and in validation; an image that is "
            f"measured on must not be learnt from"
        )
    if unused := sorted(set(keys) - set(pool) - set(validation)):
        warnings.append(
            f"splits: {len(unused)} images are in neither split and not used: {some(unused)}"
        )
    return pool, validation, warnings


def drawn(ids: Collection[str], draw: Draw) -> tuple[str, ...]:
    """Those whose hash falls below the share, at least one and not all. Whether an image is drawn depends on its own id only."""
    if len(ids) < 2:
        raise DataError(
            f"splits.validation: there {'is 1 image' if ids else 'are no images'}; it takes 2 to draw some of them"
        )
    place = {
        one: int.from_bytes(hashlib.sha256(f"{draw.seed} {one}".encode()).digest()[:8]) / 2**64
        for one in ids
    }
    order = sorted(ids, key=place.__getitem__)
    count = sum(place[one] < draw.percent / 100 for one in ids)
    return tuple(sorted(order[: min(max(count, 1), len(order) - 1)]))


def _named(
    root: Path,
    key: str,
    text: str,
    description: Description,
    keys: Mapping[str, str],
    warnings: list[str],
) -> tuple[str, ...]:
    path = root / text
    stay_inside(path, root)
    if path.is_dir():
        return _of_folder(key, text, description.images, keys)
    if not path.is_file():
        raise DataError(
            f"splits.{key}: there is no {path}; name a list of ids, one per line, or a sub-folder of the images"
        )
    try:
        ids = read_ids(path)
    except DataError as error:
        raise DataError(f"splits.{key}: {error}") from None
    missing = [repr(one) for one in ids if one not in keys]
    if len(missing) == len(ids):
        raise DataError(
            f"splits.{key}: none of the {len(ids)} ids in {text} has an image in {description.images}, such as "
            f"{some(missing)}. An id is the image's path in that folder without ending, with __ for /, such as "
            f"{some([repr(one) for one in sorted(keys)][:1])}"
        )
    if missing:
        warnings.append(
            f"splits.{key}: {len(missing)} ids of {text} have no image in {description.images}: {some(missing)}"
        )
    return ids


def _of_folder(key: str, text: str, images: str, keys: Mapping[str, str]) -> tuple[str, ...]:
    if images != "." and not PurePosixPath(text).is_relative_to(images):
        raise DataError(
            f"splits.{key}: {text} does not lie in {images}, the folder of images; write {images}/{text} if it does"
        )
    inside = PurePosixPath(text).relative_to(images).as_posix()
    found = tuple(
        sorted(one for one, path in keys.items() if inside == "." or path.startswith(f"{inside}/"))
    )
    if not found:
        raise DataError(f"splits.{key}: there are no images in {text}")
    return found
