"""LL4AL: label where a module trained along with the network predicts a large loss."""

from mtal.acquisition.rank_sum import rank_sum
from mtal.acquisition.strategy import Strategy

LL4AL = Strategy(
    "ll4al",
    title="LL4AL",
    pick=rank_sum("predicted_loss"),
    needs=("predicted_loss",),
    blurb="Images for which a small module, trained along with the network, predicts the largest "
    "losses.",
    formula="score(x) = -sum_k rank_k(x);  "
    "rank 1 = largest predicted loss of task k over the unlabelled pool",
    source="Learning Loss for Active Learning, Yoo and Kweon, CVPR 2019, arXiv:1905.03677.",
    choices="One loss module per task, which sees the shared map beside the task's features. The "
    "sum of ranks joins the tasks: predicted losses have no unit, only an order. The paper ranks a "
    "random part of the pool; here the whole pool is ranked. The modules have an optimiser of "
    "their own, as in the paper; a setting gives them that of the network, another keeps their "
    "loss from changing the network.",
    uses=frozenset({"loss_module_optimiser", "loss_module_detached"}),
)
