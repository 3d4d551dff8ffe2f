"""How much of a batch repeats itself, in sentences."""

import pandas as pd

from mtal.analysis.numbers import count


def batch_text(row: pd.Series) -> str:
    """Say how many near-duplicates and sequences a batch has, and what chance would give.

    row: as `mtal.analysis.tables.redundancy.redundancy`. "" where neither is known.
    """
    parts = []
    images = int(row["images"])
    if pd.notna(row["near_duplicates"]):
        number = int(row["near_duplicates"])
        parts.append(
            f"{number} of {count(images, 'image')} ({100 * number / max(1, images):.0f} %) "
            f"{'is a near-duplicate' if number == 1 else 'are near-duplicates'} of a labelled "
            f"image or an earlier pick; a random batch would have "
            f"{row['near_duplicates_by_chance']:.1f}."
        )
    if pd.notna(row["sequences"]):
        parts.append(
            f"The batch comes from {count(int(row['sequences']), 'sequence')}, a random one would "
            f"from {row['sequences_by_chance']:.1f}."
        )
    return " ".join(parts)


def limits_text(row: pd.Series) -> str:
    """Say how many images a batch has beyond the run's limits; "" for none. row: as above."""
    number = int(row["beyond_limits"])
    if not number:
        return ""
    images = "1 image goes" if number == 1 else f"{number:,} images go"
    return (
        f"{images} beyond the limits on near-duplicates and sequences: nothing was left within "
        f"them, so the rest of the batch was picked without."
    )
