"""Which images come from one sequence, such as the frames of a walk or a video.

By the setting `sequence_pattern`, else by a file groups.csv in the data folder, else by what the
data set itself knows. See docs/data.md, section 11.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from mtal.config import Config, ConfigError
from mtal.datasets.dataset import GROUPS, DataError, Dataset, groups_file
from mtal.datasets.readers.file_lists import abbreviate, check_inside

HEADER = ("id", "sequence")


def find_sequences(dataset: Dataset, config: Config) -> Dataset:
    """Return the data set with the sequences of its images, and warnings about odd ones.

    ConfigError if `sequence_pattern` fits no image, DataError if groups.csv cannot be used.
    """
    ids = dict.fromkeys((*dataset.pool.ids, *dataset.validation.ids))
    groups = groups_file(dataset.folder)
    if config.sequence_pattern:
        sequences = matched(config.sequence_pattern, ids)
        without = [name for name in ids if name not in sequences]
        warnings = _strangers("sequence_pattern: images that it does not match", without)
    elif groups is not None:
        listed = read_groups(groups)
        sequences = {name: listed[name] for name in ids if name in listed}
        if not sequences:
            raise DataError(
                f"{groups}: none of its {len(listed)} ids is an image of this data set, such as "
                f"{abbreviate(list(listed)[:1])}; an id there looks like {next(iter(ids))}"
            )
        strangers = [name for name in listed if name not in ids]
        warnings = _strangers(f"{GROUPS}: ids without an image", strangers)
    else:
        return dataset
    return replace(dataset, sequences=sequences, warnings=(*dataset.warnings, *warnings))


def matched(pattern: str, ids: Iterable[str]) -> dict[str, str]:
    """Id -> sequence, the first group of the pattern's first match; ids without one are left out.

    ConfigError if it matches none.
    """
    compiled, sequences = re.compile(pattern), {}
    for name in ids:
        match = compiled.search(name)
        if match and match.group(1):
            sequences[name] = match.group(1)
    if not sequences:
        example = next(iter(ids), "")
        raise ConfigError(
            f"sequence_pattern: {pattern!r} matches no image, such as {example!r}; its first "
            f"group must name the sequence"
        )
    return sequences


def read_groups(path: Path) -> dict[str, str]:
    """Read groups.csv: id -> sequence. DataError names the line that is wrong."""
    check_inside(path, path.parent.resolve())
    sequences: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            header = next(rows, [])
            if tuple(cell.strip() for cell in header) != HEADER:
                raise DataError(
                    f"{path}, line 1: the columns must be {','.join(HEADER)}, not "
                    f"{','.join(header) or 'none'}"
                )
            for row in rows:
                if row:
                    name, sequence = _cells(row, f"{path}, line {rows.line_num}")
                    if sequences.setdefault(name, sequence) != sequence:
                        raise DataError(
                            f"{path}, line {rows.line_num}: {name} is of the sequence "
                            f"{sequences[name]} already; an image has one"
                        )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} cannot be read ({error}); it must be a CSV in UTF-8") from None
    if not sequences:
        raise DataError(f"{path} lists no image; write a line per image, or delete the file")
    return sequences


def _cells(row: Sequence[str], line: str) -> tuple[str, str]:
    """The id and the sequence of a row. DataError if there are not two texts."""
    cells = [cell.strip() for cell in row]
    if len(cells) != len(HEADER) or not all(cells):
        raise DataError(f"{line}: {','.join(row)!r} is not an id and a sequence")
    return cells[0], cells[1]


def sequence_names(ids: Sequence[str], sequences: Mapping[str, str] | None) -> np.ndarray | None:
    """The sequence of each image, (N,) text, "" for one of its own; None if none is known."""
    if sequences is None:
        return None
    return np.array([sequences.get(name, "") for name in ids], dtype=object)


def _strangers(title: str, names: Sequence[str]) -> list[str]:
    return [f"{title} ({len(names)}): {abbreviate(names)}"] if names else []
