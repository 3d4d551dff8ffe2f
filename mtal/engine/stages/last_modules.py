"""What the cycle before has trained: its network, and its pairwise blocks."""

from safetensors.torch import load_file

from mtal.engine.stages.run_context import RunContext
from mtal.models.pairwise_distillation import PairBlocks, build_pair_blocks
from mtal.models.prediction import TwoStageNetwork
from mtal.models.registry import build_network


def last_network(context: RunContext, number: int) -> TwoStageNetwork:
    """Load the network as it was at the end of the cycle before. number: of this cycle."""
    network = build_network(context.config, context.dataset.tasks, context.strategy.dropout)
    network.load_state_dict(load_file(context.run.cycle(number - 1).network))
    return network


def last_pair_blocks(context: RunContext, number: int) -> PairBlocks | None:
    """Load the pairwise blocks of the cycle before; None if it has fitted none.

    Such are cycles of earlier versions, and those of a single task.
    """
    path = context.run.cycle(number - 1).pairs
    if not path.exists():
        return None
    blocks = build_pair_blocks(context.config, context.dataset.tasks)
    blocks.load_state_dict(load_file(path))
    return blocks
