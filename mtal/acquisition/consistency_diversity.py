"""Task consistency x diversity, the paper's method (docs/method.md, sections 2 to 4).

Label where the tasks contradict each other, far from what is labelled.
"""

import numpy as np

from mtal.acquisition import settings_used
from mtal.acquisition.pool import Options, Pool
from mtal.acquisition.score_diversity import OWN_EMBEDDING, ScoreDiversity
from mtal.acquisition.scores import task_scores
from mtal.acquisition.select import PARTLY_LABELLED
from mtal.acquisition.strategy import Strategy


def inconsistency(pool: Pool, options: Options) -> np.ndarray:
    """Join the committee of each task (Eq. 1): (N, T) s_k. ValueError if one is not finite."""
    return task_scores(pool["committee"], options.committee)


RULE = ScoreDiversity("committee", inconsistency, column="s", joined_column="inconsistency")

OURS = Strategy(
    "ours",
    title="Consistency × diversity (ours)",
    pick=RULE.pick,
    needs=RULE.needs,
    own_embedding=OWN_EMBEDDING,
    weights_samples=True,
    replay_limit=1e7,
    blurb="Images on which other tasks would change a prediction most, and which are unlike all "
    "labelled ones.",
    formula="score(x) = S(x) * div(x);  S = max_k rank of max_l d_k(Y_k, R_kl);  "
    "div = min_j ||z(x) - z(x_j)||",
    source="Hekimoglu, Schmidt and Marcos-Ramiro, WACV 2024, Eq. 1 and 3.",
    choices="The distances d_k, and cross-entropy for class maps. Ranks over the unlabelled pool. "
    "The greedy update. The formula of the sample weights. Pair blocks: their width; inputs are "
    "the detached initial predictions, as probabilities, metres or unit vectors; the target task "
    "gates; a correction added to the initial prediction, which starts at zero; at least 300 "
    "steps. Auto-encoder: trained on all images of the pool, by mean squared error of standardised "
    "features, going on from the last cycle. Two repairs of the text: its input has K*C channels "
    f"instead of 4C, and its decoder starts at H/16 instead of H/4. {PARTLY_LABELLED}",
    uses=settings_used.COMMITTEE
    | settings_used.AUTO_ENCODER
    | settings_used.JOINED_TASKS
    | settings_used.SCORE_DIVERSITY
    | {"sample_weights"},
)
