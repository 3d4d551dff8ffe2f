"""Compare ways to choose the images that are labelled before anything is trained.

For each seed and way a network is trained on the start alone, from the same weights, and evaluated
on the validation split. A series that was stopped goes on where it stopped.

    python -m benchmarks.cold_start FILE.jsonl --preset demo --set size=60x80 --seeds 0-9
    python -m benchmarks.cold_start FILE.jsonl --summary

Differences are to the random start of the same seed. The protocols that were fixed before are in
benchmarks/RESULTS.md.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from scipy import stats

from benchmarks.one_step import measured, trained_start, ways_done
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
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--preset", default="demo")
    parser.add_argument("--set", action="append", default=[], dest="sets")
    parser.add_argument("--seeds", default="0-9")
    parser.add_argument("--ways", default=None, help="names with ; between them; all by default")
    parser.add_argument("--summary", action="store_true")
    args = parser.parse_args()
    if args.summary:
        print(summary(pd.read_json(args.file, lines=True)).to_string())
        return
    first, _, last = args.seeds.partition("-")
    for seed in range(int(first), int(last or first) + 1):
        done = ways_done(args.file, seed)
        for way in args.ways.split(";") if args.ways else WAYS:
            if way in done:
                continue
            config = compose(
                args.preset, sets=[*args.sets, "strategy=random", *WAYS[way], f"seed={seed}"]
            )
            print(describe_machine(config), flush=True)
            with TemporaryDirectory() as folder:
                cycle, trained = trained_start(config, StorePaths(Path(folder)))
                row = {"seed": seed, "way": way} | measured(cycle, trained.network)
            print(row, flush=True)
            with args.file.open("a") as file:
                file.write(json.dumps(row) + "\n")


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Differences to the random start of each seed: mean, 95 % interval, seeds below."""
    losses = table.pivot(index="seed", columns="way", values="loss")
    differences = losses.sub(losses[RANDOM], axis=0).drop(columns=RANDOM)
    count = differences.notna().sum()
    half = stats.t.ppf(0.975, (count - 1).clip(lower=1)) * differences.std() / count**0.5
    result = pd.DataFrame(
        {
            "loss": losses.mean(),
            "mean": differences.mean(),
            "low": differences.mean() - half,
            "high": differences.mean() + half,
            "seeds": losses.notna().sum(),
            "below": (differences < 0).sum(),
        }
    )
    return result.sort_values("loss").round(3)


if __name__ == "__main__":
    main()
