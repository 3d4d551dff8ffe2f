"""Columns of the pool table that the engine fills in; no strategy may name a column like them.

Imports nothing, since the contract of strategies and the readers of runs share these names. What
the columns hold is said in mtal/runs/store/pool_table.py.
"""

ID, LABELLED, OPEN, PICKED, RANK = "id", "labelled", "open", "picked", "rank"
CUTOFF = "cutoff"
DUPLICATES, SEQUENCE = "duplicates", "sequence"
CLUSTER, NEAREST, NEAREST_AFTER = "cluster", "nearest", "nearest_after"
ENGINE_COLUMNS = (
    *(ID, LABELLED, OPEN, PICKED, RANK, CUTOFF),
    *(DUPLICATES, SEQUENCE, CLUSTER, NEAREST, NEAREST_AFTER),
)

# First part of the columns per task, which is followed by a dot.
MEMBER, LOSS = "m", "loss"
# `Signal.scores` of the signals beside the committee, whose columns are those of its members
SCORES = (
    *("BALD", "entropy", "equivariance", "gradient", "initial uncertainty", "margin"),
    *("predicted loss", "uncertainty"),
)
ENGINE_PREFIXES = tuple(f"{name}." for name in (MEMBER, LOSS, *SCORES))
