"""Weights of signals' modules from which the next cycle goes on.

Kept beside the cycles, which never change, and only as long as a cycle needs them: a cycle that is
killed and begun again finds what it had found before.
"""

import shutil
from collections.abc import Mapping, Sequence

from safetensors.torch import load_file, save
from torch import Tensor, nn

from mtal.runs.files import atomic_write
from mtal.runs.store.run import Run
from mtal.signals.registry import SIGNALS


def earlier_weights(
    run: Run, number: int, signals: Sequence[str]
) -> dict[str, Mapping[str, Tensor]]:
    """Read the weights of the cycle before cycle `number`, by signal, where there are any."""
    paths = {
        name: run.paths.fitted_weights(name, number - 1)
        for name in signals
        if SIGNALS[name].goes_on
    }
    return {name: load_file(path) for name, path in paths.items() if path.is_file()}


def keep_fitted(run: Run, number: int, fitted: Mapping[str, nn.Module]) -> None:
    """Keep the weights of cycle `number` for the next, and delete those that no cycle needs.

    Those of the cycle before stay, since this one is not complete yet. fitted: signal -> module.
    """
    for name, module in fitted.items():
        if not SIGNALS[name].goes_on:
            continue
        tensors = {key: tensor.cpu().contiguous() for key, tensor in module.state_dict().items()}
        with atomic_write(run.paths.fitted_weights(name, number), "wb") as file:
            file.write(save(tensors))
        for earlier in range(number - 1):
            run.paths.fitted_weights(name, earlier).unlink(missing_ok=True)


def delete_fitted(run: Run) -> None:
    """Delete the weights of a run that has ended."""
    shutil.rmtree(run.paths.fitted, ignore_errors=True)
