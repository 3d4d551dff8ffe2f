"""Task consistency x diversity: label where the tasks contradict each other, far from what is labelled (METHOD 2-4)."""
import numpy as np

from mtal.acquisition.pool import Options, Pick, Pool
from mtal.acquisition.scores import comparable, task_scores
from mtal.acquisition.select import buy, farthest_first, gaps, most_images, top
from mtal.acquisition.strategy import Strategy


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """score = S x div, greedily (Eq. 1 and 3); the terms, joins and distances of the ablations are options."""
    open_images, covered = pool.open_images, pool.covered
    scores = task_scores(pool["committee"], options.committee)                            # (N, T) s_k
    normalised = comparable(scores, open_images, options.normalise)                      # (N, T) in [0, 1]
    inconsistency = getattr(np, options.across)(normalised, axis=1)                     # (N,) S
    at_start = gaps(pool["embedding"], covered, options.diversity)                       # (N,) div
    weight = np.ones(len(at_start)) if options.terms == "diversity" else np.nan_to_num(inconsistency)

    if options.terms == "inconsistency" or options.picking == "top":
        first = weight if options.terms == "inconsistency" else weight * at_start
        order, diversity = top(first, open_images, len(first), rng), at_start
        pairs = buy(lambda wanted: order[:wanted], pool, budget)
    else:
        order, when_picked = farthest_first(pool["embedding"], covered, open_images, most_images(pool, budget), rng, weight,
                                            options.diversity)
        pairs = buy(lambda wanted: order[:wanted], pool, budget)
        bought = order[:len(np.unique(pairs[:, 0]))]
        diversity = _after(pool["embedding"], covered, bought, at_start, options)       # as it is when picked
        diversity[bought] = when_picked[:len(bought)]
    score = {"product": weight * diversity, "inconsistency": weight, "diversity": diversity}[options.terms]
    table = {f"s.{name}": scores[:, column] for column, name in enumerate(pool.tasks)}
    table |= {f"n.{name}": normalised[:, column] for column, name in enumerate(pool.tasks)}
    table |= {"inconsistency": inconsistency, "diversity_start": at_start, "diversity": diversity,
              "score": np.where(open_images, score, np.nan)}
    return Pick(pairs, table)


def _after(points: np.ndarray, covered: np.ndarray, picked: np.ndarray, at_start: np.ndarray, options: Options) -> np.ndarray:
    """(N,) div once the whole batch counts as labelled: what the images that were not picked are ranked by."""
    batch = np.zeros(len(points), dtype=bool)
    batch[picked] = True
    return np.minimum(at_start, gaps(points, batch, options.diversity)) if len(picked) else at_start


OURS = Strategy(
    "ours", title="Consistency × diversity (ours)", pick=pick, needs=("committee", "embedding"), weights_samples=True,
    blurb="Images on which other tasks would change a prediction most, and which are unlike all labelled ones.",
    formula="score(x) = S(x) * div(x);  S = max_k normalised max_l d_k(Y_k, R_kl);  div = min_j ||z(x) - z(x_j)||",
    source="Hekimoglu et al., WACV 2024, Eq. 1 and 3. Our choice: the distances d_k, min-max over the pool, the greedy update, "
           "the formula of the sample weights")
