"""Evidence: pictures of what the network and its committee said about the picked images and the near misses.

Drawn once by the worker with the tasks' own colours; pages show files. Disagreement maps come in two scales: up to the 99th
percentile over all drawn images (`gap`), so that images compare, and up to the image's own (`gapself`), for local detail.
"""
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count

import numpy as np
import torch
from PIL import Image
from torch import nn

from mtal.datasets.normalise import to_input
from mtal.models.pairwise import PairBlocks
from mtal.runs.files import write_json
from mtal.runs.paths import CyclePaths
from mtal.signals.committee import members
from mtal.signals.signal import Bench
from mtal.tasks.palette import cividis
from mtal.tasks.resize import enlarge
from mtal.training.loop import Report

NEAR_MISSES = 12                                            # images below the cut-off that get pictures too
TOP = 99                                                    # percentile that is the top of a colour scale
Picture = tuple[int, str, np.ndarray]                       # image, name as in `Run.picture`, (H, W, 3) uint8
Gaps = dict[tuple[int, str, str], np.ndarray]               # (image, task, partner) -> (h, w) float16, in the task's unit


@torch.inference_mode()
def draw_evidence(bench: Bench, fitted: Mapping[str, nn.Module], images: np.ndarray, cycle: CyclePaths, report: Report) -> None:
    """Pictures of some pool images, and evidence.json that says which there are (see `Run.evidence`)."""
    gaps: Gaps = {}
    with ThreadPoolExecutor(cpu_count()) as threads:
        def save(pictures: Iterable[Picture]) -> None:
            """All of them, before the next: what waits in memory stays small, and a full disk is an error here."""
            list(threads.map(lambda picture: _save(cycle, *picture), pictures))

        for start in range(0, len(images), bench.config.batch):
            report(start, len(images))
            save(_draw_batch(bench, fitted.get("committee"), images[start:start + bench.config.batch], gaps))
        scales = {task.name: _top([gap for (_, name, _), gap in gaps.items() if name == task.name]) for task in bench.tasks}
        for (image, task, partner), gap in gaps.items():
            save([(image, f"{task}.gap.{partner}", _heat(gap, scales[task], bench.pool.size)),
                  (image, f"{task}.gapself.{partner}", _heat(gap, _top([gap]), bench.pool.size))])
    report(len(images), len(images))
    write_json(cycle.evidence, {"images": [int(image) for image in images], "pictures": _names(bench, gaps), "scales": scales})


def _draw_batch(bench: Bench, blocks: nn.Module | None, batch: np.ndarray, gaps: Gaps) -> list[Picture]:
    """The pictures of some images; their disagreements are added to `gaps`, since their common scale comes last."""
    pixels = bench.pool.images(batch)
    with bench.machine.autocast():
        prediction = bench.network(to_input(pixels, bench.machine.device))
        committee = members(blocks, prediction, bench.config) if isinstance(blocks, PairBlocks) else {}
    pictures = [(int(image), "image", pixels[row].permute(1, 2, 0).numpy()) for row, image in enumerate(batch)]
    for task in bench.tasks:
        initial = prediction.initial[0][task.name].float()
        outputs = {"initial": initial, "final": prediction.final[task.name].float()}
        outputs |= {f"from.{partner}": output.float() for partner, output in committee.get(task.name, {}).items()}
        for name, output in outputs.items():
            values = task.decode(enlarge(output, bench.pool.size)).cpu().numpy()
            pictures += [(int(image), f"{task.name}.{name}", task.colour(values[row])) for row, image in enumerate(batch)]
        distance = task.distance(bench.config.class_distance)
        for partner, output in committee.get(task.name, {}).items():
            found = distance.pixels(initial, output.float()).half().cpu().numpy()
            gaps |= {(int(image), task.name, partner): found[row] for row, image in enumerate(batch)}
    return pictures


def _top(gaps: list[np.ndarray]) -> float:
    """Top of a colour scale; 1 if nothing differs anywhere."""
    top = float(np.percentile(np.concatenate([gap.ravel() for gap in gaps]).astype(np.float32), TOP)) if gaps else 0.0
    return top if top > 0 else 1.0


def _heat(gap: np.ndarray, top: float, size: tuple[int, int]) -> np.ndarray:
    """(h, w) -> (H, W, 3) uint8; pixels stay blocks, since nothing finer was measured."""
    picture = cividis(np.clip(gap.astype(np.float32) / top, 0, 1))
    return np.asarray(Image.fromarray(picture).resize((size[1], size[0]), Image.Resampling.NEAREST))


def _names(bench: Bench, gaps: Gaps) -> list[str]:
    names = ["image"]
    for task in bench.tasks:
        partners = list(dict.fromkeys(partner for _, name, partner in gaps if name == task.name))
        names += [f"{task.name}.initial", *(f"{task.name}.from.{partner}" for partner in partners), f"{task.name}.final"]
        names += [f"{task.name}.{kind}.{partner}" for kind in ("gap", "gapself") for partner in partners]
    return names


def _save(cycle: CyclePaths, image: int, name: str, pixels: np.ndarray) -> None:
    path = cycle.samples.picture(image, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, compress_level=3)
