"""The pool and the validation images of a folder: by lists, by sub-folders, or drawn by hash."""

import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath

from mtal.datasets.dataset import DataError
from mtal.datasets.folder.description import Description, RandomSplit
from mtal.datasets.readers.file_lists import abbreviate, check_inside, read_ids


def split_ids(
    root: Path, description: Description, keys: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...], list[str]]:
    """The ids of the pool, those of validation, and warnings.

    keys: id -> path in the image folder without ending. Some ids of a list may have no image.
    DataError that names the key of the description.
    """
    splits = description.splits
    warnings: list[str] = []
    if isinstance(splits.validation, RandomSplit):
        validation = draw_validation(keys, splits.validation)
    else:
        validation = _named_ids(root, "validation", splits.validation, description, keys, warnings)
    if splits.pool is not None:
        pool = _named_ids(root, "pool", splits.pool, description, keys, warnings)
    else:
        pool = tuple(sorted(set(keys) - set(validation)))
    if not pool:
        raise DataError(
            f"splits.pool: validation takes all {len(validation)} images; leave some for the pool"
        )
    both = sorted(set(pool) & set(validation))
    if both:
        verb = "is" if len(both) == 1 else "are"
        raise DataError(
            f"splits: {abbreviate(both)} {verb} in pool and in validation; an image that is "
            f"measured on must not be learnt from"
        )
    unused = sorted(set(keys) - set(pool) - set(validation))
    if unused:
        warnings.append(
            f"splits: not used, since they are in neither split ({len(unused)}): "
            f"{abbreviate(unused)}"
        )
    return pool, validation, warnings


def draw_validation(ids: Collection[str], split: RandomSplit) -> tuple[str, ...]:
    """The ids whose hash falls below the share, sorted; at least one and not all.

    Whether an image is drawn depends on its own id only. DataError for fewer than two ids.
    """
    if len(ids) < 2:
        images = "is 1 image" if ids else "are no images"
        raise DataError(f"splits.validation: there {images}; it takes 2 to draw some of them")
    position = {name: _hash_position(name, split.seed) for name in ids}
    order = sorted(ids, key=position.__getitem__)
    number = sum(value < split.percent / 100 for value in position.values())
    return tuple(sorted(order[: min(max(number, 1), len(order) - 1)]))


def _hash_position(name: str, seed: int) -> float:
    """A number in [0, 1) that depends on the id and the seed only."""
    digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64


def _named_ids(
    root: Path,
    key: str,
    text: str,
    description: Description,
    keys: Mapping[str, str],
    warnings: list[str],
) -> tuple[str, ...]:
    """The ids of a list or of a sub-folder.

    root: the resolved data folder.
    key: "pool" or "validation".
    text: the value of that key.
    description: of the folder.
    keys: id -> path in the image folder without ending.
    warnings: new ones are appended.
    """
    path = root / text
    check_inside(path, root)
    if path.is_dir():
        return _folder_ids(key, text, description.images, keys)
    if not path.is_file():
        raise DataError(
            f"splits.{key}: there is no {path}; name a list of ids, one per line, or a sub-folder "
            f"of the images"
        )
    try:
        ids = read_ids(path)
    except DataError as error:
        raise DataError(f"splits.{key}: {error}") from None
    missing = [repr(name) for name in ids if name not in keys]
    if len(missing) == len(ids):
        example = abbreviate([repr(name) for name in sorted(keys)[:1]])
        raise DataError(
            f"splits.{key}: none of the {len(ids)} ids in {text} has an image in "
            f"{description.images}, such as {abbreviate(missing)}. An id is the image's path in "
            f"that folder without ending, with __ for /, such as {example}"
        )
    if missing:
        warnings.append(
            f"splits.{key}: ids of {text} without an image in {description.images} "
            f"({len(missing)}): {abbreviate(missing)}"
        )
    return ids


def _folder_ids(key: str, text: str, images: str, keys: Mapping[str, str]) -> tuple[str, ...]:
    """The ids of the images in a sub-folder of the image folder."""
    if images != "." and not PurePosixPath(text).is_relative_to(images):
        raise DataError(
            f"splits.{key}: {text} does not lie in {images}, the folder of images; write "
            f"{images}/{text} if it does"
        )
    inside = PurePosixPath(text).relative_to(images).as_posix()
    start = "" if inside == "." else f"{inside}/"
    ids = tuple(sorted(name for name, path in keys.items() if path.startswith(start)))
    if not ids:
        raise DataError(f"splits.{key}: there are no images in {text}")
    return ids
