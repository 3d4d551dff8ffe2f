"""Pictures of what the network and its committee say about one pool image, and the values behind them.

Drawn in the tasks' own colours; pages show files. Images go through the network one at a time: a batch rounds otherwise, and what
somebody asks for later must be, byte for byte, what the cycle itself would have drawn.
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
from mtal.runs.store.samples import packed
from mtal.signals.committee import members
from mtal.tasks.palette import cividis
from mtal.tasks.resize import enlarge
from mtal.tasks.task import Task
from mtal.training.device import Device

TOP = 99  # percentile that is the top of a colour scale
GAP, OWN_GAP = "gap", "gapself"  # a disagreement, up to the common top or up to the image's own
THREADS = ThreadPoolExecutor(cpu_count())  # PNGs are written side by side


@dataclass(frozen=True)
class Truth:
    """Labels to be shown beside predictions: only a simulation has them, and only once it has picked."""

    labels: Resized  # of `TolerantSplit`
    split: Split  # says which there are
    shown: np.ndarray  # (N, T) bool: which may be shown, if they are there


@dataclass(frozen=True)
class RenderContext:
    """All that it takes to draw an image."""

    network: TwoStageNetwork
    blocks: PairBlocks | None  # None: nobody measured disagreement
    pool: Resized  # images only
    truth: Truth | None
    tasks: Sequence[Task]
    config: Config
    device: Device


@dataclass(frozen=True)
class Drawn:
    """One image, before its disagreements are coloured: their common scale comes last. Names as in `Run.picture`."""

    pictures: dict[str, np.ndarray]  # (H, W, 3) uint8
    maps: dict[str, np.ndarray]  # as in `Run.maps`; disagreements (h, w) float16

    @property
    def gaps(self) -> dict[tuple[str, str], np.ndarray]:
        """(task, partner) -> (h, w) float16 in the task's unit."""
        parts = {tuple(name.split(".", 2)): gap for name, gap in self.maps.items()}
        return {
            (task, partner): gap
            for (task, what, *rest), gap in parts.items()
            if what == GAP
            for partner in rest
        }


@torch.inference_mode()
def draw(easel: RenderContext, image: int) -> Drawn:
    """Pictures and maps of a pool image."""
    pixels = easel.pool.images([image])
    with easel.device.autocast():
        prediction = easel.network(to_input(pixels, easel.device.torch_device))
        committee = members(easel.blocks, prediction, easel.config) if easel.blocks else {}
    drawn = Drawn({"image": pixels[0].permute(1, 2, 0).numpy()}, {})
    for task in easel.tasks:
        refined = {
            partner: output.float() for partner, output in committee.get(task.name, {}).items()
        }
        _add_predictions(drawn, task, prediction, refined, easel.pool.size)
        _add_truth(drawn, easel, image, task)
        distance, initial = (
            task.distance(easel.config.class_distance),
            prediction.initial[0][task.name].float(),
        )
        drawn.maps.update(
            {
                f"{task.name}.{GAP}.{partner}": distance.pixels(initial, output)[0]
                .half()
                .cpu()
                .numpy()
                for partner, output in refined.items()
            }
        )
    return drawn


def _add_predictions(
    drawn: Drawn,
    task: Task,
    prediction: Prediction,
    refined: Mapping[str, Tensor],
    size: tuple[int, int],
) -> None:
    """Initial, refined by each partner, final: enlarged to the image as pictures, at the head's own size as maps."""
    outputs = {
        "initial": prediction.initial[0][task.name].float(),
        **{f"from.{name}": out for name, out in refined.items()},
        "final": prediction.final[task.name].float(),
    }
    for what, output in outputs.items():
        drawn.pictures[f"{task.name}.{what}"] = task.colour(
            task.decode(enlarge(output, size))[0].cpu().numpy()
        )
        drawn.maps[f"{task.name}.{what}"] = task.decode(output)[0].cpu().numpy()


def _add_truth(drawn: Drawn, easel: RenderContext, image: int, task: Task) -> None:
    """The label, where it may be shown, exists, and is not broken."""
    truth = easel.truth
    if (
        truth is None
        or not truth.shown[image, easel.tasks.index(task)]
        or not truth.split.has_label(image, task)
    ):
        return
    target = truth.labels.targets([image], task)
    if task.has_label(target)[0]:
        label = np.moveaxis(target[0].numpy(), 0, -1)
        label = label[..., 0] if task.label_channels == 1 else label
        drawn.pictures[f"{task.name}.truth"] = task.colour(label)
        drawn.maps[f"{task.name}.truth"] = resize_label(
            label, drawn.maps[f"{task.name}.initial"].shape[:2]
        )


def truth_of(
    pool: Split, tasks: tuple[Task, ...], bought: np.ndarray, config: Config
) -> Truth | None:
    """None where people label: there an unbought label is not there, and nobody may look for it.

    bought (N, T) bool: once the cycle has picked. Without signal quality the gate stays shut for all other labels.
    """
    if config.start != "random":
        return None
    if config.signal_quality:
        return Truth(Resized(OracleSplit(pool), config.size, 0), pool, np.ones_like(bought))
    return Truth(Resized(TolerantSplit(Gated(pool, tasks, bought)), config.size, 0), pool, bought)


def gap_pictures(
    gaps: Mapping[tuple[str, str], np.ndarray], scales: Mapping[str, float], size: tuple[int, int]
) -> dict[str, np.ndarray]:
    """Disagreements in colour, twice: up to the task's common top, and up to the image's own."""
    pictures = {}
    for (task, partner), gap in gaps.items():
        pictures[f"{task}.{GAP}.{partner}"] = _heat(gap, scales[task], size)
        pictures[f"{task}.{OWN_GAP}.{partner}"] = _heat(gap, top_of([gap]), size)
    return pictures


def top_of(gaps: Sequence[np.ndarray]) -> float:
    """Top of a colour scale: the 99th percentile, 1 if nothing differs anywhere."""
    top = (
        float(np.percentile(np.concatenate([gap.ravel() for gap in gaps]).astype(np.float32), TOP))
        if gaps
        else 0.0
    )
    return top if top > 0 else 1.0


def _heat(gap: np.ndarray, top: float, size: tuple[int, int]) -> np.ndarray:
    """(h, w) -> (H, W, 3) uint8; pixels stay blocks, since nothing finer was measured."""
    picture = cividis(np.clip(gap.astype(np.float32) / top, 0, 1))
    return np.asarray(Image.fromarray(picture).resize((size[1], size[0]), Image.Resampling.NEAREST))


def save_pictures(
    samples: SamplePaths, image: int, pictures: Iterable[tuple[str, np.ndarray]]
) -> None:
    """All of them, before the next image: what waits in memory stays small, and a full disk is an error here."""
    samples.sample(image).mkdir(parents=True, exist_ok=True)
    list(THREADS.map(lambda picture: save_picture(samples, image, *picture), pictures))


def save_picture(samples: SamplePaths, image: int, name: str, pixels: np.ndarray) -> None:
    """One PNG; quickly rather than as small as can be."""
    Image.fromarray(pixels).save(samples.picture(image, name), compress_level=3)


def save_maps(samples: SamplePaths, image: int, maps: Mapping[str, np.ndarray]) -> None:
    """In one or two bytes per number, compressed."""
    np.savez_compressed(
        samples.maps(image),
        allow_pickle=False,
        **{name: packed(values) for name, values in maps.items()},
    )
