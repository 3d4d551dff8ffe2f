"""Evidence: pictures of what the network and its committee said about the picked images and the near misses.

Drawn once, by the worker. Disagreement maps come in two scales: up to the 99th percentile over all drawn images (`gap`), so that
images compare, and up to the image's own (`gapself`), for local detail.
"""

from collections.abc import Iterable

import numpy as np

from mtal.engine.rendering.draw import (
    GAP,
    OWN_GAP,
    Drawn,
    RenderContext,
    draw,
    gap_pictures,
    save_maps,
    save_pictures,
    top_of,
)
from mtal.runs.files import write_json
from mtal.runs.paths import CyclePaths
from mtal.tasks.task import Task
from mtal.training.batches import Report
from mtal.training.device import set_threads

MOST_PICKS = 1000  # of a batch get pictures, 0.3 MB each; the others when asked for
NEAR_MISSES = 12  # images below the cut-off that get pictures too


def to_draw(rank: np.ndarray, picks: int) -> np.ndarray:
    """Positions of the images that get pictures, best first. rank: (N,) as in the pool's table; picks: how many."""
    order = np.argsort(rank, kind="stable")
    ranked = rank[order]
    return order[
        ((ranked > 0) & (ranked <= min(picks, MOST_PICKS)))
        | ((ranked > picks) & (ranked <= picks + NEAR_MISSES))
    ]


def draw_evidence(
    easel: RenderContext, images: np.ndarray, cycle: CyclePaths, report: Report
) -> None:
    """Pictures and maps of some pool images, and evidence.json that says which there are (see `Run.evidence`)."""
    set_threads(easel.config)  # as for whoever draws one of them again
    gaps, names = {}, dict[str, None]()
    for done, image in enumerate(images.tolist()):
        report(done, len(images))
        drawn = draw(easel, image)
        save_pictures(cycle.samples, image, drawn.pictures.items())
        save_maps(cycle.samples, image, drawn.maps)
        gaps[image] = drawn.gaps
        names |= dict.fromkeys(named(drawn, easel.tasks))
    scales = {
        task.name: top_of(
            [
                gap
                for of_image in gaps.values()
                for (name, _), gap in of_image.items()
                if name == task.name
            ]
        )
        for task in easel.tasks
    }
    for image, of_image in gaps.items():
        save_pictures(cycle.samples, image, gap_pictures(of_image, scales, easel.pool.size).items())
    report(len(images), len(images))
    write_json(
        cycle.evidence, {"images": images.tolist(), "pictures": list(names), "scales": scales}
    )


def named(drawn: Drawn, tasks: Iterable[Task]) -> list[str]:
    """The names of an image's pictures, those of its disagreements included, task by task."""
    names = ["image"]
    for task in tasks:
        partners = [partner for name, partner in drawn.gaps if name == task.name]
        names += [name for name in drawn.pictures if name.startswith(f"{task.name}.")]
        names += [
            f"{task.name}.{kind}.{partner}" for kind in (GAP, OWN_GAP) for partner in partners
        ]
    return names
