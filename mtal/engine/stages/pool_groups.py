"""Which images of the pool belong together: near-duplicates, and those of one sequence.

They are the same in every cycle and stand in the pool table; limits on a batch count them. See
docs/method.md, section 4.
"""

from dataclasses import replace

import numpy as np

from mtal.acquisition.near_duplicates import NEAR, near_duplicate_groups
from mtal.config import ConfigError
from mtal.datasets.dataset import GROUPS
from mtal.datasets.sequences import sequence_names
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages.limits import Limits
from mtal.engine.stages.run_context import RunContext
from mtal.pool_columns import DUPLICATES, SEQUENCE
from mtal.runs.store.pool_table import sequence_numbers


def with_pool_groups(context: RunContext, timer: StageTimer) -> RunContext:
    """Give a run that picks the groups of its pool, as far as they are known.

    ConfigError for a limit per sequence where no sequence is known.
    """
    config, dataset = context.config, context.dataset
    if config.cycles == 1:
        return context
    sequences = sequence_names(dataset.pool.ids, dataset.sequences)
    if sequences is None and config.most_per_sequence:
        raise ConfigError(
            f"most_per_sequence: no sequence of {dataset.title} is known; set sequence_pattern, "
            f"or write {GROUPS} into the data folder"
        )
    duplicates = None
    if context.frozen is not None:
        with timer.stage("groups"):
            duplicates = near_duplicate_groups(context.frozen, NEAR)
    return replace(context, duplicates=duplicates, sequences=sequences)


def limits_of(context: RunContext) -> Limits:
    """The limits that the settings of a run put on its batches."""
    config, sequences = context.config, context.sequences
    most = config.most_per_sequence if sequences is not None else 0
    return Limits(
        duplicates=context.duplicates if config.one_of_near_duplicates else None,
        sequences=sequence_numbers(sequences) if sequences is not None and most else None,
        most_per_sequence=most,
    )


def group_columns(context: RunContext) -> dict[str, np.ndarray]:
    """The columns of the pool table that hold groups: name -> (N,)."""
    columns = {DUPLICATES: context.duplicates, SEQUENCE: context.sequences}
    return {name: values for name, values in columns.items() if values is not None}
