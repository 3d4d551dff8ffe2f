"""Evidence: pictures of what was predicted for the picked images and the near misses.

Drawn once, by the worker. Disagreement maps come on two scales: up to the 99th percentile over all
drawn images (`gap`), so that images compare, and up to the image's own (`gapself`), for detail.
"""

from collections.abc import Iterable

import numpy as np

from mtal.engine.rendering.draw import (
    GAP,
    OWN_GAP,
    Drawing,
    RenderContext,
    disagreement_pictures,
    draw,
    save_maps,
    save_pictures,
    scale_top,
)
from mtal.runs.files import write_json
from mtal.runs.paths import CyclePaths
from mtal.tasks.task import Task
from mtal.training.batches import Report
from mtal.training.device import set_threads

MOST_PICKS = 1000  # of a batch get pictures, 0.3 MB each; the others on request
NEAR_MISSES = 12  # images below the cut-off that get pictures too


def images_to_draw(rank: np.ndarray, picks: int) -> np.ndarray:
    """Choose the images that get pictures: (D,) positions, best first.

    rank: (N,) as in the pool table; picks: how many images were picked.
    """
    order = np.argsort(rank, kind="stable")
    ranked = rank[order]
    picked = (ranked > 0) & (ranked <= min(picks, MOST_PICKS))
    near_miss = (ranked > picks) & (ranked <= picks + NEAR_MISSES)
    return order[picked | near_miss]


def draw_evidence(
    context: RenderContext, images: np.ndarray, paths: CyclePaths, report: Report
) -> None:
    """Draw pool images, (D,) positions, and list them in evidence.json (see `Run.evidence`)."""
    set_threads(context.config)  # as the worker that draws one of them again
    disagreements, names = {}, dict[str, None]()
    for done, image in enumerate(images.tolist()):
        report(done, len(images))
        drawing = draw(context, image)
        save_pictures(paths.samples, image, drawing.pictures.items())
        save_maps(paths.samples, image, drawing.maps)
        disagreements[image] = drawing.disagreements
        names |= dict.fromkeys(picture_names(drawing, context.tasks))
    scales = {}
    for task in context.tasks:
        maps = [
            values
            for of_image in disagreements.values()
            for (name, _), values in of_image.items()
            if name == task.name
        ]
        scales[task.name] = scale_top(maps)
    for image, of_image in disagreements.items():
        pictures = disagreement_pictures(of_image, scales, context.pool.size)
        save_pictures(paths.samples, image, pictures.items())
    report(len(images), len(images))
    write_json(
        paths.evidence, {"images": images.tolist(), "pictures": list(names), "scales": scales}
    )


def picture_names(drawing: Drawing, tasks: Iterable[Task]) -> list[str]:
    """Name an image's pictures, those of its disagreements included, task by task."""
    names = ["image"]
    for task in tasks:
        partners = [partner for name, partner in drawing.disagreements if name == task.name]
        names += [name for name in drawing.pictures if name.startswith(f"{task.name}.")]
        for kind in (GAP, OWN_GAP):
            names += [f"{task.name}.{kind}.{partner}" for partner in partners]
    return names
