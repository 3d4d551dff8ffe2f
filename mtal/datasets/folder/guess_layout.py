"""Where images and labels seem to be in a folder without tasks.yaml, judged by names."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mtal.datasets.dataset import DataError
from mtal.datasets.folder.description import IMAGES
from mtal.datasets.folder.file_tree import FileTree, list_tree
from mtal.datasets.readers.file_lists import is_safe_name

LABELS = (".png", ".npy")
PHOTOGRAPHS = tuple(ending for ending in IMAGES if ending not in LABELS)  # no label has these
IMAGE_WORDS = {
    *("images", "image", "img", "imgs", "rgb", "photos", "photo", "pictures"),
    *("jpegimages", "leftimg", "color", "colour"),
}
# Words in the name of a label folder, by task; the first task that fits is taken.
TASK_WORDS = {
    "depth": {"depth", "depths", "depthmaps"},
    "normals": {"normal", "normals"},
    "edge": {"edge", "edges", "boundary", "boundaries", "contours"},
    "saliency": {"saliency", "sal", "salient"},
    "human_parts": {"parts", "part", "humanparts"},
    "semseg": {
        *("semseg", "segmentation", "segmentations", "semantic", "semantics", "seg"),
        *("segmentationclass", "gtfine"),
    },
}
VAGUE_WORDS = {"labels", "label", "masks", "mask", "annotations", "annotation", "gt", "targets"}
DISPARITY_WORDS = {"disparity", "disparities", "disp"}
POOL = ("pool", "train", "training")
VALIDATION = ("validation", "val", "valid", "dev", "test", "testing")
GOOD_SUFFIXES = ("trainids", "labelids", "label", "seg", "mask")  # of label files, best first
BAD_SUFFIXES = ("color", "colour", "instance", "vis", "overlay")


@dataclass(frozen=True)
class LabelFolder:
    """A folder of labels, named as the images without `image_suffix` and with `suffix`."""

    folder: str
    paths: tuple[Path, ...]  # those that belong to an image
    image_suffix: str
    suffix: str


def sub_folders(root: Path) -> tuple[str, ...]:
    """Sorted names of the folders in a folder, without links and names that tasks.yaml cannot hold.

    DataError if the folder cannot be listed.
    """
    try:
        folders = [path for path in root.iterdir() if path.is_dir() and not path.is_symlink()]
    except OSError as error:
        raise DataError(f"{root} cannot be listed: {error.strerror}") from None
    return tuple(sorted(path.name for path in folders if is_safe_name(path.name)))


def words_of(name: str) -> set[str]:
    """The words of a name in lower case, and all of them joined."""
    words = re.sub(r"[^a-z]+", " ", name.lower()).split()
    return {*words, "".join(words)}


def task_named(name: str) -> str:
    """The task that a folder is named after; "" if it is named after none."""
    words = words_of(name)
    return next((task for task, hints in TASK_WORDS.items() if words & hints), "")


def _may_hold_labels(name: str) -> bool:
    return bool(task_named(name) or words_of(name) & (VAGUE_WORDS | DISPARITY_WORDS))


def _is_split(name: str) -> bool:
    return name.lower() in POOL + VALIDATION


def _is_image_folder(name: str) -> bool:
    return bool(words_of(name) & IMAGE_WORDS) and not _may_hold_labels(name)


def find_image_folder(root: Path, children: Sequence[str]) -> FileTree:
    """The images of a folder: what the first of IMAGE_HEURISTICS finds.

    root: the resolved folder; children: its sub-folders. DataError if there are no images, or if
    images and labels lie below each split.
    """
    candidates = (tree for heuristic in IMAGE_HEURISTICS for tree in heuristic(root, children))
    images = next((tree for tree in candidates if tree.files), None)
    if images is None:
        content = ", ".join(children) or "no folders"
        raise DataError(
            f"{root} holds no images ({', '.join(IMAGES)}) that could be told from labels; it "
            f"holds {content}. Put them into a folder called images"
        )
    if images.folder == root:
        _refuse_images_below_splits(root, images)
    return images


def _folders_named_images(root: Path, children: Sequence[str]) -> Iterator[FileTree]:
    """Folders with a name such as images or rgb."""
    for name in children:
        if _is_image_folder(name):
            yield list_tree(root, name, IMAGES)


def _root_and_splits(root: Path, children: Sequence[str]) -> Iterator[FileTree]:
    """The folder itself, with sub-folders such as train and val."""
    others = [name for name in children if not _is_split(name)]
    yield list_tree(root, ".", IMAGES, not_in=others)


def _scenes(root: Path, children: Sequence[str]) -> Iterator[FileTree]:
    """The folder itself, if its several sub-folders hold photographs only, and no labels."""
    pictures = list_tree(root, ".", (*IMAGES, ".npy"))
    scenes = {path.split("/")[0] for path in pictures.files.values()}
    photographs = all(path.lower().endswith(PHOTOGRAPHS) for path in pictures.files.values())
    if len(scenes) > 1 and photographs and not any(map(_may_hold_labels, scenes)):
        yield pictures


def _most_photographs(root: Path, children: Sequence[str]) -> Iterator[FileTree]:
    """Folders with any other name, those with most photographs first."""
    trees = [
        list_tree(root, name, IMAGES)
        for name in children
        if not (_is_split(name) or _may_hold_labels(name) or _is_image_folder(name))
    ]
    yield from sorted(trees, key=_count_photographs, reverse=True)


def _count_photographs(tree: FileTree) -> int:
    return sum(not path.lower().endswith(".png") for path in tree.files.values())


# Each gives folders that may hold the images, the likeliest first.
IMAGE_HEURISTICS: tuple[Callable[[Path, Sequence[str]], Iterator[FileTree]], ...] = (
    _folders_named_images,
    _root_and_splits,
    _scenes,
    _most_photographs,
)


def _refuse_images_below_splits(root: Path, images: FileTree) -> None:
    """DataError for paths such as train/images/a, beside which labels may lie."""
    for key in images.files:
        folders = key.split("/")[:-1]
        if len(folders) > 1 and words_of(folders[1]) & IMAGE_WORDS:
            split = folders[0]
            raise DataError(
                f"{root} holds images in folders like {split}/images; images and labels must be on "
                f"top, such as images/{split} and labels/{split}. Move them"
            )


def find_label_folders(root: Path, images: FileTree, children: Sequence[str]) -> list[LabelFolder]:
    """Folders whose files belong to images, those named after a task first.

    DataError if a folder cannot be listed, and for links that lead out of `root`.
    """
    names = []
    for name in children:
        holds_images = root / name == images.folder or (images.folder == root and _is_split(name))
        if not holds_images:
            inner = [sub for sub in sub_folders(root / name) if task_named(sub)]
            names += [f"{name}/{sub}" for sub in inner] or [name]
    names.sort(key=lambda name: (not task_named(name.split("/")[-1]), name))
    matches = [_match_labels(root, name, images) for name in names]
    return [match for match in matches if match is not None]


def _match_labels(root: Path, name: str, images: FileTree) -> LabelFolder | None:
    """How the names of labels go with those of images; None if they do not."""
    labels = list_tree(root, name, LABELS)
    for image_suffix in dict.fromkeys(("", _shared_suffix(images.files))):
        image_keys = {key.removesuffix(image_suffix) for key in images.files}
        paths = _paths_by_suffix(labels, image_keys)
        if paths:
            most = max(map(len, paths.values()))
            frequent = [suffix for suffix in paths if 2 * len(paths[suffix]) >= most]
            best = min(frequent, key=_preference)
            files = tuple(labels.folder / path for path in paths[best])
            return LabelFolder(name, files, image_suffix, best)
    return None


def _paths_by_suffix(labels: FileTree, image_keys: set[str]) -> dict[str, list[str]]:
    """Label suffix -> the label files that have an image once it is taken away."""
    paths: dict[str, list[str]] = {}
    for key, path in labels.files.items():
        ends = ["", *(key[cut.start() :] for cut in re.finditer(r"[_-](?=[^/]*$)", key))]
        suffix = next((end for end in ends if key.removesuffix(end) in image_keys), None)
        if suffix is not None:
            paths.setdefault(suffix, []).append(path)
    return paths


def _shared_suffix(keys: Iterable[str]) -> str:
    """What all names end in, from a _ or - on, such as _leftImg8bit."""
    reversed_keys = [key[::-1] for key in keys]
    low, high = min(reversed_keys), max(reversed_keys)  # what these two share, all share
    differences = [index for index, (a, b) in enumerate(zip(low, high, strict=False)) if a != b]
    if not differences:  # a single name, or a name that all others end in
        return ""
    cut = re.search(r"[_-][^/]*$", low[: differences[0]][::-1])
    return cut[0] if cut else ""


def _preference(suffix: str) -> tuple[bool, int, int]:
    """The sort key of label suffixes: no overlays and the like, then a telling word, then short."""
    text = suffix.lower()
    ranks = [rank for rank, word in enumerate(GOOD_SUFFIXES) if word in text]
    bad = any(word in text for word in BAD_SUFFIXES)
    return bad, min(ranks, default=len(GOOD_SUFFIXES)), len(suffix)
