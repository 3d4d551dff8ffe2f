"""RBAL: each task ranks the pool by its own uncertainty; the smallest sum of ranks first."""

from mtal.acquisition.rank_sum import rank_sum
from mtal.acquisition.strategy import Strategy

RBAL = Strategy(
    "rbal",
    title="RBAL",
    pick=rank_sum("uncertainty"),
    needs=("uncertainty",),
    blurb="Images that several tasks are unsure about: every task ranks the pool, and the ranks "
    "are added.",
    formula="score(x) = -sum_k rank_k(x);  "
    "rank 1 = highest uncertainty u_k over the unlabelled pool",
    source="Rank combination of Reichart et al., ACL 2008; the paper's tables call it RBAL and do "
    "not expand the name.",
    choices="The uncertainties: mean pixel entropy where a task has classes, else the variance "
    "between the prediction and that of the mirrored image. Images that tie share their mean rank. "
    "All tasks count, also those an image has labels for.",
)
