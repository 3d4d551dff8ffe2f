"""LL4AL: label where a module trained along with the network predicts a large loss."""

import numpy as np

from mtal.acquisition.pool import Options, Pick, Pool, columns
from mtal.acquisition.scores import ranks
from mtal.acquisition.select import highest
from mtal.acquisition.strategy import Strategy


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """Pick by score = -sum of the ranks of the predicted losses."""
    ranked = ranks(pool["predicted_loss"], pool.open_images)  # (N, T), 1 = largest loss
    table = columns("u", pool["predicted_loss"], pool) | columns("r", ranked, pool)
    return highest(-ranked.sum(axis=1), pool, budget, rng, table)


LL4AL = Strategy(
    "ll4al",
    title="LL4AL",
    pick=pick,
    needs=("predicted_loss",),
    blurb="Images for which a small module, trained along with the network, predicts the largest "
    "losses.",
    formula="score(x) = -sum_k rank_k(x);  "
    "rank 1 = largest predicted loss of task k over the unlabelled pool",
    source="Learning Loss for Active Learning, Yoo and Kweon, CVPR 2019, arXiv:1905.03677.",
    choices="One loss module per task, and the sum of ranks that joins them: predicted losses have "
    "no unit, only an order. The paper ranks a random part of the pool; here the whole pool is "
    "ranked.",
)
