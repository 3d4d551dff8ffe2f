"""Entropy, margin and BALD: the uncertainty of the tasks on average. Each reads one signal."""

import numpy as np

from mtal.acquisition.pool import Options, Pick, Pool, columns
from mtal.acquisition.scores import comparable
from mtal.acquisition.select import highest
from mtal.acquisition.strategy import Strategy

JOINED = "Min-max per task over the unlabelled pool, then the mean over the tasks."
CLASSES = (
    "Only tasks with classes count: the others predict no probabilities, and score 0 for all "
    "images."
)


def uncertainty_sampling(
    name: str, title: str, blurb: str, formula: str, source: str, choices: str, dropout: float = 0.0
) -> Strategy:
    """Build a strategy that picks the highest mean over tasks of a normalised signal.

    name: of the strategy and of its signal (N, T).
    title, blurb, source, choices: texts of the strategy.
    formula: of the signal u_k.
    dropout: share of task features dropped while the network is trained.
    """

    def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
        normalised = comparable(pool[name], pool.open_images, "minmax")  # (N, T) in [0, 1]
        table = columns("u", pool[name], pool) | columns("n", normalised, pool)
        return highest(normalised.mean(axis=1), pool, budget, rng, table)

    return Strategy(
        name,
        title=title,
        pick=pick,
        needs=(name,),
        blurb=blurb,
        source=source,
        choices=choices,
        dropout=dropout,
        formula=f"score(x) = 1/T sum_k minmax u_k(x);  {formula}",
    )


ENTROPY = uncertainty_sampling(
    "entropy",
    "Entropy",
    "Images whose pixels have the most spread-out class probabilities.",
    "u_k = mean over pixels of -sum_c p_c ln p_c",
    "Entropy sampling: Settles, Active Learning Literature Survey, 2009, section 3.1.",
    f"{JOINED} {CLASSES}",
)

MARGIN = uncertainty_sampling(
    "margin",
    "Margin",
    "Images whose pixels waver between their two likeliest classes.",
    "u_k = mean over pixels of 1 - (p_1 - p_2), p_1 and p_2 the two highest probabilities",
    "Margin sampling: Scheffer, Decomain and Wrobel, IDA 2001.",
    f"{JOINED} {CLASSES}",
)

BALD = uncertainty_sampling(
    "bald",
    "BALD",
    "Images on which the network contradicts itself when parts of its features are dropped.",
    "u_k = mean over pixels of H(mean p) - mean H(p) over passes with dropout; for values their "
    "variance",
    "Houlsby et al., 2011, arXiv:1112.5745; with dropout: Gal, Islam and Ghahramani, ICML 2017, "
    "arXiv:1703.02910.",
    f"{JOINED} Dropout of 20 % of the feature maps before every head, also while training. Eight "
    "passes, which go through the initial heads only, at every fourth pixel in both directions; "
    "variance where there are no classes.",
    dropout=0.2,
)
