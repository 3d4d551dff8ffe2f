"""CLUE (arXiv:2010.08666): clusters whose centres are drawn to uncertain images."""

import numpy as np

from mtal.acquisition import settings_used
from mtal.acquisition.cluster_pick import FORMULA, ORDER, pick_by_clusters
from mtal.acquisition.pool import Options, Pick, Pool, columns
from mtal.acquisition.scores import task_scores
from mtal.acquisition.strategy import Strategy

OWN_EMBEDDING = "shared"  # of `embedding_source: auto`: features of the trained network
SIGNALS = {"entropy": "uncertainty", "inconsistency": "committee"}  # by `weighted_by`


def needs(options: Options) -> tuple[str, ...]:
    """Name the signal of the weights and that of the embedding."""
    return SIGNALS[options.weighted_by], options.embedding(OWN_EMBEDDING)


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """Pick by clusters in which an image weighs as much as it is uncertain."""
    scores = pool[SIGNALS[options.weighted_by]]  # (N, T), or (N, T, M) of the committee
    if options.weighted_by == "inconsistency":
        scores = task_scores(scores, options.committee)
    weight = image_weights(scores, pool.open_images)
    clustered = pick_by_clusters(pool[options.embedding(OWN_EMBEDDING)], pool, budget, rng, weight)
    return Pick(clustered.pairs, columns("u", scores, pool) | {"weight": weight} | clustered.table)


def image_weights(scores: np.ndarray, open_images: np.ndarray) -> np.ndarray:
    """Average scores over tasks, each in multiples of its mean over the open images: (N,).

    scores: (N, T) at least 0, also of images that are not open; open_images: (N,) bool. 1 for all
    images where the scores say nothing.
    """
    scores = scores.astype(np.float64)
    mean = scores[open_images].mean(axis=0) if open_images.any() else np.zeros(scores.shape[1])
    weight = np.asarray((scores / np.where(mean > 0, mean, np.inf)).mean(axis=1))
    return weight if weight.any() else np.ones(len(weight))


CLUE = Strategy(
    "clue",
    title="CLUE",
    pick=pick,
    needs=needs,
    own_embedding=OWN_EMBEDDING,
    uses=frozenset({"weighted_by", "embedding_source"}) | settings_used.COMMITTEE,
    replay_pool=10_000,
    blurb="One image from the middle of each group of similar images, where uncertain images draw "
    "the middle towards them.",
    formula=f"{FORMULA};  weights w(x) = 1/T sum_k u_k(x) / mean of u_k",
    source="Prabhu, Chandrasekaran, Saenko and Hoffman, ICCV 2021, arXiv:2010.08666.",
    choices="The paper clusters the unlabelled images alone, into as many clusters as a batch "
    f"has images. {ORDER} Uncertainty: the mean over tasks, each in multiples of its mean, of the "
    "mean pixel entropy where a task has classes, else of the variance under mirroring; without "
    "the paper's temperature of the softmax. A setting takes the committee's inconsistency "
    "instead. The feature: the mean over pixels of the backbone's map, which all tasks share. The "
    "paper's domain adaptation is left out.",
)
