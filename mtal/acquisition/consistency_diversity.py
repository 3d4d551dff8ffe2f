"""Task consistency x diversity (docs/method.md, sections 2 to 4).

Label where the tasks contradict each other, far from what is labelled.
"""

import numpy as np

from mtal.acquisition.pool import Options, Pick, Pool, columns
from mtal.acquisition.scores import comparable, task_scores
from mtal.acquisition.select import diversity, k_centre, most_images, take_budget, top
from mtal.acquisition.strategy import Strategy


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """Pick greedily by score = S x div (Eq. 1 and 3), or by the variants of the ablations."""
    open_images = pool.open_images
    scores = task_scores(pool["committee"], options.committee)  # (N, T) s_k
    normalised = comparable(scores, open_images, options.normalise)  # (N, T) in [0, 1]
    inconsistency = getattr(np, options.across)(normalised, axis=1)  # (N,) S
    weight = np.nan_to_num(inconsistency)
    if options.terms == "diversity":
        weight = np.ones(len(scores))

    if options.terms == "inconsistency" or options.picking == "top":
        at_start = distance = diversity(pool["embedding"], pool, options.diversity)  # (N,) div
        ranked_by = weight if options.terms == "inconsistency" else weight * at_start
        order = top(ranked_by, open_images, most_images(pool, budget), rng)
        pairs = take_budget(order, pool, budget)
    else:
        pairs, at_start, distance = k_centre(
            pool["embedding"], pool, budget, rng, weight, options.diversity
        )
    score = {"product": weight * distance, "inconsistency": weight, "diversity": distance}
    table = columns("s", scores, pool) | columns("n", normalised, pool)
    table |= {
        "inconsistency": inconsistency,
        "diversity_start": at_start,
        "diversity": distance,
        "score": np.where(open_images, score[options.terms], np.nan),
    }
    return Pick(pairs, table)


OURS = Strategy(
    "ours",
    title="Consistency × diversity (ours)",
    pick=pick,
    needs=("committee", "embedding"),
    own_embedding="embedding",
    weights_samples=True,
    replay_limit=1e7,
    blurb="Images on which other tasks would change a prediction most, and which are unlike all "
    "labelled ones.",
    formula="score(x) = S(x) * div(x);  S = max_k normalised max_l d_k(Y_k, R_kl);  "
    "div = min_j ||z(x) - z(x_j)||",
    source="Hekimoglu, Schmidt and Marcos-Ramiro, WACV 2024, Eq. 1 and 3.",
    choices="The distances d_k, min-max over the pool, the greedy update, the formula of the "
    "sample weights. The diversity of an image that is labelled in part is the mean, over the "
    "tasks that it lacks, of its distance to the nearest image labelled in that task.",
    uses=frozenset(
        {
            *("committee", "with_final", "class_distance", "normalise", "across"),
            *("terms", "diversity", "picking", "sample_weights"),
            *("pair_channels", "pair_epochs", "pair_lr"),
            *("embedding", "embedding_epochs", "embedding_lr"),
        }
    ),
)
