"""A series of trainings by seed and way, a JSON line each: its command line, and what it says.

A series that was stopped goes on where it stopped.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pandas as pd
from scipy import stats


def parse_arguments(description: str | None) -> argparse.Namespace:
    """Parse the command line. description: the benchmark's docstring."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--preset", default="demo")
    parser.add_argument("--set", action="append", default=[], dest="sets")
    parser.add_argument("--seeds", default="0-9")
    parser.add_argument("--ways", default=None, help="names with ; between them; all by default")
    parser.add_argument("--summary", action="store_true")
    return parser.parse_args()


def missing_ways(
    args: argparse.Namespace, ways: Iterable[str]
) -> Iterator[tuple[int, list[str], set[str]]]:
    """Yield each seed that lacks a way, with the ways that it lacks and those that it has."""
    wanted = args.ways.split(";") if args.ways else list(ways)
    first, _, last = args.seeds.partition("-")
    for seed in range(int(first), int(last or first) + 1):
        done = _ways_done(args.file, seed)
        if missing := [name for name in wanted if name not in done]:
            yield seed, missing, done


def append_row(file: Path, row: Mapping[str, object]) -> None:
    """Print a row and add it to the file."""
    print("  ".join(f"{value}" for value in row.values()), flush=True)
    with file.open("a") as lines:
        lines.write(json.dumps(row) + "\n")


def compared(losses: pd.DataFrame, reference: pd.Series) -> pd.DataFrame:
    """Average the differences to a reference, a row per way: mean, 95 % interval, seeds below.

    losses: seeds x ways; reference: by seed. Interval by Student's t.
    """
    differences = losses.sub(reference, axis=0)
    count = differences.notna().sum()
    half = stats.t.ppf(0.975, (count - 1).clip(lower=1)) * differences.std() / count**0.5
    return pd.DataFrame(
        {
            "mean": differences.mean(),
            "low": differences.mean() - half,
            "high": differences.mean() + half,
            "seeds": count,
            "below": (differences < 0).sum(),
        }
    )


def _ways_done(file: Path, seed: int) -> set[str]:
    if not file.exists():
        return set()
    table = pd.read_json(file, lines=True)
    return set(table.loc[table["seed"] == seed, "way"])
