"""EquAL: label where mirroring the image changes the prediction, per task and for all tasks."""

import numpy as np

from mtal.acquisition.pool import Options, Pick, Pool, columns
from mtal.acquisition.scores import ranks
from mtal.acquisition.select import highest
from mtal.acquisition.strategy import Strategy

SHORT = {  # task -> the paper's abbreviation
    "semseg": "SS",
    "depth": "DE",
    "normals": "SN",
    "edge": "ED",
    "human_parts": "HPS",
    "saliency": "SE",
}
SOURCE = (
    "EquAL: Golestaneh and Kitani, BMVC 2020, arXiv:2008.01860; extended to regression by the "
    "supplement of Hekimoglu et al., WACV 2024."
)
CHOICES = (
    "The entropy between two class maps is their symmetric cross-entropy; that of values is of a "
    "Gaussian, whose variance has a floor of 1e-6 in the unit of the task. EquAL's consistency "
    "loss in training is left out. Whole images are labelled, not patches as in EquAL's own paper."
)
EDGES = (
    " Edges are learned and judged by the boundaries of the data set's label maps, which are no "
    "drawn edges."
)


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """Pick by the score of EquAL*, -mean of the ranks."""
    ranked = ranks(pool["equivariance"], pool.open_images)  # (N, T), 1 = least consistent
    table = columns("u", pool["equivariance"], pool) | columns("r", ranked, pool)
    return highest(-ranked.mean(axis=1), pool, budget, rng, table)


def of_task(task: str) -> Strategy:
    """EquAL on one task alone; the images that it picks are labelled for the other tasks too."""

    def pick_by_task(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
        score = pool["equivariance"][:, pool.tasks.index(task)].astype(np.float64)
        return highest(score, pool, budget, rng, columns("u", pool["equivariance"], pool))

    return Strategy(
        f"equal-{SHORT[task].lower()}",
        title=f"EquAL-{SHORT[task]}",
        pick=pick_by_task,
        needs=("equivariance",),
        tasks=(task,),
        blurb=f"Images whose {task} prediction changes most when the image is mirrored.",
        formula=f"score(x) = sum over pixels of the entropy between the {task} predictions of "
        "image and mirrored image",
        source=SOURCE,
        choices=CHOICES + (EDGES if task == "edge" else ""),
    )


EQUAL_BY_TASK = tuple(of_task(task) for task in SHORT)

EQUAL = Strategy(
    "equal",
    title="EquAL*",
    pick=pick,
    needs=("equivariance",),
    blurb="Images whose predictions change most when the image is mirrored, over all tasks: the "
    "mean of their ranks.",
    formula="score(x) = -1/T sum_k rank_k(x);  "
    "rank 1 = largest entropy between the predictions of image and mirrored image",
    source=SOURCE,
    choices=f"How the tasks are joined: the mean of their ranks. {CHOICES}",
)
