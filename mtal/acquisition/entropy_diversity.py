"""Entropy x diversity, the control of ours: entropy in place of the committee, all else the same.

Cross-entropy between two predictions contains their entropy, so this tells whether the committee
is worth its time (docs/method.md, section 6.16).
"""

import numpy as np

from mtal.acquisition import settings_used
from mtal.acquisition.pool import Options, Pool
from mtal.acquisition.score_diversity import OWN_EMBEDDING, ScoreDiversity
from mtal.acquisition.select import PARTLY_LABELLED
from mtal.acquisition.strategy import Strategy


def initial_uncertainty(pool: Pool, options: Options) -> np.ndarray:
    """Read the uncertainty of the initial predictions: (N, T)."""
    return pool["initial_uncertainty"]


RULE = ScoreDiversity(
    "initial_uncertainty", initial_uncertainty, column="u", joined_column="uncertainty"
)

ENTROPY_DIVERSITY = Strategy(
    "entropy-diversity",
    title="Entropy × diversity",
    pick=RULE.pick,
    needs=RULE.needs,
    own_embedding=OWN_EMBEDDING,
    replay_limit=1e7,
    blurb="The control of ours: the same rule with the entropy of the initial predictions in place "
    "of the committee.",
    formula="score(x) = S(x) * div(x);  S = max_k rank of u_k(Y_k);  div = min_j ||z(x) - z(x_j)||",
    source="Ours, to be held against the paper's method.",
    choices="u_k is the mean pixel entropy of the initial prediction Y_k where a task has classes, "
    "else the variance between Y_k and that of the mirrored image. Diversity, ranks, greedy update "
    "and settings are those of ours; the setting for inconsistency alone means entropy alone. "
    f"{PARTLY_LABELLED}",
    uses=settings_used.AUTO_ENCODER | settings_used.JOINED_TASKS | settings_used.SCORE_DIVERSITY,
)
