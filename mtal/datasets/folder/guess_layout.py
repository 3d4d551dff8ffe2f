"""Where in an undescribed folder images and labels seem to lie, by the names of folders and files."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mtal.datasets.dataset import DataError
from mtal.datasets.folder.description import IMAGES
from mtal.datasets.folder.file_tree import Tree, list_tree
from mtal.datasets.readers.file_lists import is_plain

LABELS = (".png", ".npy")
PHOTOGRAPHS = tuple(
    ending for ending in IMAGES if ending not in LABELS
)  # endings that no label has
IMAGE_WORDS = {
    "images",
    "image",
    "img",
    "imgs",
    "rgb",
    "photos",
    "photo",
    "pictures",
    "jpegimages",
    "leftimg",
    "color",
    "colour",
}
# What a folder's name may hold for each task; the first task that fits. Words of VAGUE leave it to the contents.
WORDS = {
    "depth": {"depth", "depths", "depthmaps"},
    "normals": {"normal", "normals"},
    "edge": {"edge", "edges", "boundary", "boundaries", "contours"},
    "saliency": {"saliency", "sal", "salient"},
    "human_parts": {"parts", "part", "humanparts"},
    "semseg": {
        "semseg",
        "segmentation",
        "segmentations",
        "semantic",
        "semantics",
        "seg",
        "segmentationclass",
        "gtfine",
    },
}
VAGUE = {"labels", "label", "masks", "mask", "annotations", "annotation", "gt", "targets"}
DISPARITY = {"disparity", "disparities", "disp"}
POOL, VALIDATION = (
    ("pool", "train", "training"),
    ("validation", "val", "valid", "dev", "test", "testing"),
)
GOOD_ENDS, BAD_ENDS = (
    ("trainids", "labelids", "label", "seg", "mask"),
    ("color", "colour", "instance", "vis", "overlay"),
)


@dataclass(frozen=True)
class Place:
    """A folder of labels, whose files are called as the images, without `image_suffix` and with `suffix`."""

    folder: str
    paths: tuple[Path, ...]  # those that belong to an image
    image_suffix: str
    suffix: str


def sub_folders(root: Path) -> tuple[str, ...]:
    """Names of the folders in a folder, without links, hidden ones and such as a description cannot name."""
    try:
        return tuple(
            sorted(
                path.name
                for path in root.iterdir()
                if path.is_dir() and not path.is_symlink() and is_plain(path.name)
            )
        )
    except OSError as error:
        raise DataError(f"{root} cannot be listed: {error.strerror}") from None


def words_of(name: str) -> set[str]:
    """The words of a name in lower case, and all of them as one."""
    whole = re.sub(r"[^a-z]+", " ", name.lower()).split()
    return {*whole, "".join(whole)}


def task_of(name: str) -> str:
    """The task that a folder is named after, "vague" for labels of some kind, "" for anything else."""
    words = words_of(name)
    return next(
        (task for task, known in WORDS.items() if words & known),
        "vague" if words & (VAGUE | DISPARITY) else "",
    )


def find_images(root: Path, children: tuple[str, ...]) -> Tree:
    """The folder that is called like images, else sub-folders of splits, else sub-folders that hold only photographs, else what
    holds most photographs."""
    splits = [name for name in children if name.lower() in POOL + VALIDATION]
    named = [name for name in children if words_of(name) & IMAGE_WORDS and not task_of(name)]
    others = [name for name in children if name not in splits and (task_of(name) or name in named)]
    trees = [list_tree(root, name, IMAGES) for name in named]
    trees += [
        list_tree(root, ".", IMAGES, not_in=[name for name in children if name not in splits])
    ]
    trees += [_of_scenes(root)] if not any(tree.files for tree in trees) else []
    trees += sorted(
        (list_tree(root, name, IMAGES) for name in children if name not in [*splits, *others]),
        key=lambda tree: -sum(not path.lower().endswith(".png") for path in tree.files.values()),
    )
    found = next((tree for tree in trees if tree.files), None)
    if found is None:
        held = ", ".join(children) or "no folders"
        raise DataError(
            f"{root} holds no images ({', '.join(IMAGES)}) that could be told from labels; it holds {held}. Put them "
            f"into a folder called images"
        )
    inner = (
        {key.split("/")[1] for key in found.files if key.count("/") > 1}
        if found.folder == root
        else set()
    )
    if any(words_of(name) & IMAGE_WORDS for name in inner):
        raise DataError(
            f"{root} holds images in folders like {splits[0]}/images; images and labels must be on top, such as "
            f"images/{splits[0]} and labels/{splits[0]}. Move them"
        )
    return found


def _of_scenes(root: Path) -> Tree:
    """All images, where every picture or array lies in one of several sub-folders of which none is called like labels."""
    pictures = list_tree(root, ".", (*IMAGES, ".npy"))
    scenes = {path.split("/")[0] for path in pictures.files.values()}
    plain = all(path.lower().endswith(PHOTOGRAPHS) for path in pictures.files.values())
    alone = len(scenes) > 1 and plain and not any(task_of(name) for name in scenes)
    return pictures if alone else Tree(root, "", {}, ())


def find_labels(root: Path, images: Tree, children: tuple[str, ...]) -> list[Place]:
    """Folders whose files belong to images, named ones first."""
    candidates = []
    for name in children:
        if root / name == images.folder or (
            images.folder == root and name.lower() in POOL + VALIDATION
        ):
            continue
        inner = [
            f"{name}/{sub}" for sub in sub_folders(root / name) if task_of(sub) not in ("", "vague")
        ]
        candidates += inner or [name]
    candidates.sort(key=lambda name: (task_of(name.split("/")[-1]) in ("", "vague"), name))
    return [place for name in candidates if (place := _matched(root, name, images)) is not None]


def _matched(root: Path, name: str, images: Tree) -> Place | None:
    """How the names of labels go with those of images; None if they do not."""
    labels = list_tree(root, name, LABELS)
    for image_suffix in dict.fromkeys(("", _shared_end(images.files))):
        bases = {key.removesuffix(image_suffix) for key in images.files}
        found: dict[str, list[str]] = {}
        for key, path in labels.files.items():
            ends = ["", *(key[cut.start() :] for cut in re.finditer(r"[_-](?=[^/]*$)", key))]
            end = next((end for end in ends if key.removesuffix(end) in bases), None)
            if end is not None:
                found.setdefault(end, []).append(path)
        if found:
            most = max(map(len, found.values()))
            best = min((end for end in found if 2 * len(found[end]) >= most), key=_preference)
            return Place(
                name, tuple(labels.folder / path for path in found[best]), image_suffix, best
            )
    return None


def _shared_end(keys: Iterable[str]) -> str:
    """What all names end in, from a _ or - on; such as _leftImg8bit."""
    turned = [key[::-1] for key in keys]
    low, high = min(turned), max(turned)  # what the first and the last share, all share
    count = next(
        (index for index, (one, other) in enumerate(zip(low, high, strict=False)) if one != other),
        0,
    )
    cut = re.search(r"[_-][^/]*$", low[:count][::-1])
    return cut[0] if cut else ""


def _preference(end: str) -> tuple[bool, int, int]:
    low = end.lower()
    return (
        any(word in low for word in BAD_ENDS),
        next((place for place, word in enumerate(GOOD_ENDS) if word in low), len(GOOD_ENDS)),
        len(end),
    )
