"""Whether the network of a run's complete cycles is the one that this version builds."""

from collections.abc import Sequence
from pathlib import Path

from safetensors import SafetensorError, safe_open

from mtal.config import ConfigError
from mtal.models.registry import build_network
from mtal.runs.store.run import Run
from mtal.tasks.task import Task

Shapes = dict[str, list[int]]  # name of a tensor -> its shape


def refuse_other_network(run: Run, tasks: Sequence[Task]) -> None:
    """ConfigError if the last complete cycle has a network of other layers than a next one would.

    The cycles of a run could not be compared then. Layers are told by names and shapes: a run does
    not note the version of each of its cycles. Nothing is refused where no network is stored or
    its file is broken, since a run goes on without it.
    """
    number = run.cycles_done() - 1
    stored = stored_shapes(run.cycle(number).network) if number >= 0 else {}
    if stored and stored != built_shapes(run, tasks):
        raise ConfigError(
            f"backbone: cycle {number} of {run.name} was trained by a version that built "
            f"backbone={run.config.backbone} otherwise, so further cycles could not be compared "
            f"with it. Start the same run with another seed, or delete {run.paths.folder} and "
            f"start it anew"
        )


def stored_shapes(path: Path) -> Shapes:
    """Read the head of a file of weights; {} if there is none or it is broken."""
    try:
        with safe_open(path, "pt") as file:
            return {name: file.get_slice(name).get_shape() for name in file.keys()}  # noqa: SIM118
    except (FileNotFoundError, SafetensorError):
        return {}


def built_shapes(run: Run, tasks: Sequence[Task]) -> Shapes:
    """Build the network of a run, without reading weights, for its shapes."""
    without_weights = {"pretrained": False, "weights": "", "backbone_frozen": False}
    network = build_network(run.config.model_copy(update=without_weights), tasks)
    return {name: list(tensor.shape) for name, tensor in network.state_dict().items()}
