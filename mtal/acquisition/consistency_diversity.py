"""Task consistency x diversity: label where the tasks contradict each other, far from what is labelled (docs/method.md, sections 2 to 4)."""

import numpy as np

from mtal.acquisition.pool import Options, Pick, Pool, columns
from mtal.acquisition.scores import comparable, task_scores
from mtal.acquisition.select import buy, diversity, k_center, most_images, top
from mtal.acquisition.strategy import Strategy


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """score = S x div, greedily (Eq. 1 and 3); the terms, joins and distances of the ablations are options."""
    open_images = pool.open_images
    scores = task_scores(pool["committee"], options.committee)  # (N, T) s_k
    normalised = comparable(scores, open_images, options.normalise)  # (N, T) in [0, 1]
    inconsistency = getattr(np, options.across)(normalised, axis=1)  # (N,) S
    weight = np.ones(len(scores)) if options.terms == "diversity" else np.nan_to_num(inconsistency)

    if options.terms == "inconsistency" or options.picking == "top":
        at_start = gap = diversity(pool["embedding"], pool, options.diversity)  # (N,) div
        first = weight if options.terms == "inconsistency" else weight * at_start
        pairs = buy(top(first, open_images, most_images(pool, budget), rng), pool, budget)
    else:
        pairs, at_start, gap = k_center(
            pool["embedding"], pool, budget, rng, weight, options.diversity
        )
    score = {"product": weight * gap, "inconsistency": weight, "diversity": gap}[options.terms]
    table = columns("s", scores, pool) | columns("n", normalised, pool)
    table |= {
        "inconsistency": inconsistency,
        "diversity_start": at_start,
        "diversity": gap,
        "score": np.where(open_images, score, np.nan),
    }
    return Pick(pairs, table)


OURS = Strategy(
    "ours",
    title="Consistency × diversity (ours)",
    pick=pick,
    needs=("committee", "embedding"),
    weights_samples=True,
    replay_limit=1e7,
    blurb="Images on which other tasks would change a prediction most, and which are unlike all labelled ones.",
    formula="score(x) = S(x) * div(x);  S = max_k normalised max_l d_k(Y_k, R_kl);  div = min_j ||z(x) - z(x_j)||",
    source="Hekimoglu, Schmidt and Marcos-Ramiro, WACV 2024, Eq. 1 and 3.",
    choices="The distances d_k, min-max over the pool, the greedy update, the formula of the sample weights. An image that is "
    "labelled in part keeps away, in each task that it lacks, from the images labelled in that task: the mean counts.",
    uses=frozenset(
        {
            "committee",
            "with_final",
            "class_distance",
            "normalise",
            "across",
            "terms",
            "diversity",
            "picking",
            "sample_weights",
            "pair_channels",
            "pair_epochs",
            "pair_lr",
            "embedding",
            "embedding_epochs",
            "embedding_lr",
        }
    ),
)
