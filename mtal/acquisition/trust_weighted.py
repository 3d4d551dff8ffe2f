"""Trust-weighted: coverage by clusters, and inconsistency as far as it has proved itself."""

import numpy as np

from mtal.acquisition import settings_used
from mtal.acquisition.cluster_pick import ORDER, pick_by_clusters
from mtal.acquisition.pool import Options, Pick, Pool, columns
from mtal.acquisition.scores import comparable, task_scores
from mtal.acquisition.select import PARTLY_LABELLED, k_centre
from mtal.acquisition.strategy import Strategy
from mtal.acquisition.trust import trust_per_task, trusted_weight

OWN_EMBEDDING = "frozen"  # of `embedding_source: auto`, as of coverage


def needs(options: Options) -> tuple[str, ...]:
    """Name the committee and the embedding."""
    return "committee", options.embedding(OWN_EMBEDDING)


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """Pick by clusters, or greedily, with weights (1 - g) + g * S(x)."""
    scores = task_scores(pool["committee"], options.committee)  # (N, T) s_k
    ranked = comparable(scores, pool.open_images, "rank")  # (N, T) in [0, 1]
    trust = trust_per_task(pool.past, len(pool.tasks))  # (T,)
    weight = trusted_weight(ranked, trust)
    points = pool[options.embedding(OWN_EMBEDDING)]
    table = columns("s", scores, pool) | columns("n", ranked, pool)
    table |= columns("trust", np.broadcast_to(trust, scores.shape).copy(), pool)
    table["weight"] = weight
    if options.trust_form == "clusters":
        clustered = pick_by_clusters(points, pool, budget, rng, weight)
        return Pick(clustered.pairs, table | clustered.table)
    pairs, at_start, distance = k_centre(points, pool, budget, rng, weight, options.diversity)
    score = np.where(pool.open_images, weight * distance, np.nan)
    distances = {"diversity_start": at_start, "diversity": distance, "score": score}
    return Pick(pairs, table | distances)


TRUST_WEIGHTED = Strategy(
    "trust-weighted",
    title="Trust-weighted",
    pick=pick,
    needs=needs,
    own_embedding=OWN_EMBEDDING,
    uses=frozenset({"trust_form", "embedding_source", "diversity"}) | settings_used.COMMITTEE,
    replay_pool=10_000,
    blurb="Coverage first; the tasks' inconsistency joins as far as it has predicted the losses on "
    "the labels bought so far.",
    formula="weights w(x) = (1 - g) + g * S(x) in the clusters of Coverage;  "
    "g = min(1/2, mean_k t_k);  S = sum_k t_k rank_k(x) / sum_k t_k;  t_k = rank correlation of "
    "s_k with the losses of bought labels, less its standard error, at least 0",
    source="Ours. CLUE (Prabhu et al., ICCV 2021) has fixed weights instead.",
    choices="Only labels that were bought are read. A score that misleads has trust 0, and without "
    "any trust the picks are those of Coverage. Evidence counts half with each later batch. All "
    f"tasks count the same in g. {ORDER} A setting picks greedily by weight × distance to the "
    f"nearest labelled image instead. {PARTLY_LABELLED}",
)
