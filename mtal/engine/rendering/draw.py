"""Pictures of what the network and its committee predict for a pool image, and the values behind.

Drawn in the tasks' own colours; pages show files. Images go through the network one at a time: a
batch rounds otherwise, and what is drawn on request must be, byte for byte, what the cycle itself
would have drawn.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from mtal.config import Config
from mtal.datasets.dataset import Gated, Split
from mtal.datasets.normalise import to_input
from mtal.datasets.oracle import OracleSplit, TolerantSplit
from mtal.datasets.resized import Resized, resize_label
from mtal.models.pairwise_distillation import PairBlocks
from mtal.models.prediction import Prediction, TwoStageNetwork
from mtal.runs.paths import SamplePaths
from mtal.runs.store.packed_maps import pack_map
from mtal.signals.committee import members
from mtal.tasks.palette import cividis
from mtal.tasks.resize import enlarge
from mtal.tasks.task import Task
from mtal.training.device import Device

SCALE_PERCENTILE = 99  # top of a colour scale
GAP, OWN_GAP = "gap", "gapself"  # file names of a disagreement: on the common scale, on its own
THREADS = ThreadPoolExecutor(cpu_count())  # PNGs are written side by side


@dataclass(frozen=True)
class GroundTruth:
    """Labels to show beside predictions: only a simulation has them, and only after its pick."""

    labels: Resized  # of `TolerantSplit`
    split: Split  # says which labels exist
    shown: np.ndarray  # (N, T) bool: labels that may be shown if they exist


@dataclass(frozen=True)
class RenderContext:
    """What it takes to draw an image of a cycle."""

    network: TwoStageNetwork
    blocks: PairBlocks | None  # None: disagreement was not measured
    pool: Resized  # images only
    truth: GroundTruth | None
    tasks: Sequence[Task]
    config: Config
    device: Device


@dataclass(frozen=True)
class Drawing:
    """One image, before its disagreements are coloured: their scale is known after all images.

    Names of pictures and maps as in `Run.picture` and `Run.maps`.
    """

    pictures: dict[str, np.ndarray]  # (H, W, 3) uint8
    maps: dict[str, np.ndarray]  # disagreements (h, w) float16

    @property
    def disagreements(self) -> dict[tuple[str, str], np.ndarray]:
        """(task, partner) -> (h, w) float16 in the unit of the task's distance."""
        disagreements = {}
        for name, values in self.maps.items():
            task, kind, *partner = name.split(".", 2)
            if kind == GAP:
                disagreements[task, partner[0]] = values
        return disagreements


@torch.inference_mode()
def draw(context: RenderContext, image: int) -> Drawing:
    """Draw a pool image, given by position."""
    pixels = context.pool.images([image])
    with context.device.autocast():
        prediction = context.network(to_input(pixels, context.device.torch_device))
        committee = members(context.blocks, prediction, context.config) if context.blocks else {}
    drawing = Drawing({"image": pixels[0].permute(1, 2, 0).numpy()}, {})
    for task in context.tasks:
        outputs = committee.get(task.name, {})
        refined = {partner: output.float() for partner, output in outputs.items()}
        _add_predictions(drawing, task, prediction, refined, context.pool.size)
        _add_truth(drawing, context, image, task)
        distance = task.distance(context.config.class_distance)
        initial = prediction.initial[0][task.name].float()
        for partner, output in refined.items():
            disagreement = distance.pixels(initial, output)[0].half().cpu().numpy()
            drawing.maps[f"{task.name}.{GAP}.{partner}"] = disagreement
    return drawing


def _add_predictions(
    drawing: Drawing,
    task: Task,
    prediction: Prediction,
    refined: Mapping[str, Tensor],
    size: tuple[int, int],
) -> None:
    """Add initial, refined and final prediction of a task.

    refined: partner -> output. Pictures are enlarged to `size`, maps stay at the head's own size.
    """
    outputs = {"initial": prediction.initial[0][task.name].float()}
    outputs |= {f"from.{partner}": output for partner, output in refined.items()}
    outputs["final"] = prediction.final[task.name].float()
    for stage, output in outputs.items():
        picture = task.decode(enlarge(output, size))[0].cpu().numpy()
        drawing.pictures[f"{task.name}.{stage}"] = task.colour(picture)
        drawing.maps[f"{task.name}.{stage}"] = task.decode(output)[0].cpu().numpy()


def _add_truth(drawing: Drawing, context: RenderContext, image: int, task: Task) -> None:
    """Add the label where it may be shown, exists, and is not broken."""
    truth = context.truth
    if truth is None or not truth.shown[image, context.tasks.index(task)]:
        return
    if not truth.split.has_label(image, task):
        return
    target = truth.labels.targets([image], task)
    if not task.has_label(target)[0]:
        return
    label = np.moveaxis(target[0].numpy(), 0, -1)
    label = label[..., 0] if task.label_channels == 1 else label
    size = drawing.maps[f"{task.name}.initial"].shape[:2]
    drawing.pictures[f"{task.name}.truth"] = task.colour(label)
    drawing.maps[f"{task.name}.truth"] = resize_label(label, size)


def ground_truth(
    pool: Split, tasks: tuple[Task, ...], readable: np.ndarray, config: Config
) -> GroundTruth | None:
    """The labels to show beside predictions; None where people label.

    readable: (N, T) bool, after the pick. Without signal quality the gate stays shut for all other
    labels. Where people label, labels that nobody acquired do not exist.
    """
    if config.start != "random":
        return None
    if config.signal_quality:
        labels = Resized(OracleSplit(pool), config.size, 0)
        return GroundTruth(labels, pool, np.ones_like(readable))
    labels = Resized(TolerantSplit(Gated(pool, tasks, readable)), config.size, 0)
    return GroundTruth(labels, pool, readable)


def disagreement_pictures(
    disagreements: Mapping[tuple[str, str], np.ndarray],
    scales: Mapping[str, float],
    size: tuple[int, int],
) -> dict[str, np.ndarray]:
    """Colour disagreements twice: on the task's common scale, and on the image's own.

    disagreements: (task, partner) -> (h, w); scales: task -> top of its common scale.
    """
    pictures = {}
    for (task, partner), values in disagreements.items():
        pictures[f"{task}.{GAP}.{partner}"] = _heat_map(values, scales[task], size)
        pictures[f"{task}.{OWN_GAP}.{partner}"] = _heat_map(values, scale_top([values]), size)
    return pictures


def scale_top(maps: Sequence[np.ndarray]) -> float:
    """Top of a colour scale: the 99th percentile over all pixels, 1 if nothing differs anywhere."""
    if not maps:
        return 1.0
    values = np.concatenate([values.ravel() for values in maps]).astype(np.float32)
    top = float(np.percentile(values, SCALE_PERCENTILE))
    return top if top > 0 else 1.0


def _heat_map(values: np.ndarray, top: float, size: tuple[int, int]) -> np.ndarray:
    """(h, w) -> (H, W, 3) uint8; pixels stay blocks, since nothing finer was measured."""
    picture = cividis(np.clip(values.astype(np.float32) / top, 0, 1))
    return np.asarray(Image.fromarray(picture).resize((size[1], size[0]), Image.Resampling.NEAREST))


def save_pictures(
    samples: SamplePaths, image: int, pictures: Iterable[tuple[str, np.ndarray]]
) -> None:
    """Write the PNGs of an image, given as (name, pixels).

    All are written before the next image is drawn: little waits in memory, and a full disk is an
    error here.
    """
    samples.sample(image).mkdir(parents=True, exist_ok=True)
    list(THREADS.map(lambda picture: save_picture(samples, image, *picture), pictures))


def save_picture(samples: SamplePaths, image: int, name: str, pixels: np.ndarray) -> None:
    """Write one PNG; fast rather than as small as can be."""
    Image.fromarray(pixels).save(samples.picture(image, name), compress_level=3)


def save_maps(samples: SamplePaths, image: int, maps: Mapping[str, np.ndarray]) -> None:
    """Write the maps of an image, compressed, with one or two bytes per number."""
    np.savez_compressed(
        samples.maps(image),
        allow_pickle=False,
        **{name: pack_map(values) for name, values in maps.items()},
    )
