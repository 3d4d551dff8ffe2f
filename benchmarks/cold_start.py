"""Compare ways to choose the images that are labelled before anything is trained.

For each seed and way a network is trained on the start alone, from the same weights, and evaluated
on the validation split. A series that was stopped goes on where it stopped.

    python -m benchmarks.cold_start FILE.jsonl --preset demo --set size=60x80 --seeds 0-9
    python -m benchmarks.cold_start FILE.jsonl --summary

Differences are to the random start of the same seed. The protocols that were fixed before are in
benchmarks/RESULTS.md.
"""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from benchmarks.one_step import measured, trained_start
from benchmarks.series import append_row, compared, missing_ways, parse_arguments
from benchmarks.setting import describe_machine
from mtal.config import compose
from mtal.runs.paths import StorePaths

RANDOM = "random"
WAYS: Mapping[str, tuple[str, ...]] = {  # name -> settings that differ from the base
    RANDOM: (),
    "clusters": ("start=coverage", "start_coverage=clusters"),
    "k-centre": ("start=coverage", "start_coverage=k-centre"),
    "typiclust": ("start=coverage", "start_coverage=typiclust"),
}


def main() -> None:
    """Append a line per way and seed to a file, or print what the file says."""
    args = parse_arguments(__doc__)
    if args.summary:
        print(summary(pd.read_json(args.file, lines=True)).to_string())
        return
    for seed, missing, _ in missing_ways(args, WAYS):
        for way in missing:
            sets = [*args.sets, "strategy=random", *WAYS[way], f"seed={seed}"]
            config = compose(args.preset, sets=sets)
            print(describe_machine(config), flush=True)
            with TemporaryDirectory() as folder:
                cycle, trained = trained_start(config, StorePaths(Path(folder)))
                row = {"seed": seed, "way": way} | measured(cycle, trained.network)
            append_row(args.file, row)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Compare each way with the random start of the same seed."""
    losses = table.pivot(index="seed", columns="way", values="loss")
    result = compared(losses, losses[RANDOM]).assign(loss=losses.mean())
    return result.sort_values("loss").round(3)


if __name__ == "__main__":
    main()
