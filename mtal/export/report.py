"""A report of an experiment, or of any runs, for people without the program.

It is one HTML file that loads nothing.
"""

import time
from collections.abc import Callable, Sequence

import pandas as pd

from mtal.analysis.tables.protocol import notes
from mtal.analysis.tables.run_groups import curve_rows
from mtal.analysis.text.curves import (
    FROZEN_AND_TUNED,
    NO_CURVE,
    RANDOM,
    UNEQUAL_STARTS,
    backbone_note,
    unequal_starts,
)
from mtal.analysis.text.labels_saved import best_first
from mtal.analysis.text.protocol import (
    RunProgress,
    comparison_text,
    data_notes,
    progress_of,
    progress_text,
    protocol_parts,
    runs_table,
    status_word,
)
from mtal.export.report_blocks import Block, Bullets, Paragraph, Table
from mtal.export.report_html import page
from mtal.export.report_part import Part
from mtal.export.report_parts import SECTIONS
from mtal.runs.experiments.state import Experiment
from mtal.runs.jobs.status import Status
from mtal.runs.store.run import LOSS, Run
from mtal.version import VERSION

# Runs that will not finish by themselves are named at the top.
ENDED = {Status.FAILED, Status.INTERRUPTED, Status.STOPPED}
NO_POINT = "No run has a complete cycle yet, so there is nothing to compare."
CAN_CHANGE = "The numbers below are of the complete cycles, and can change."
DIGESTS_NOTE = (
    "Settings digest: of all settings that can change a result, without the seed. "
    "Data digest: of the data that were read."
)


def report(source: Experiment | Sequence[Run], title: str = "", now: float | None = None) -> str:
    """Write the whole page.

    source: an experiment, which has a title of its own, or runs.
    title: of runs.
    now: when the report is made, in seconds since 1970; None for this moment.
    """
    progress = progress_of(source)
    if isinstance(source, Experiment):
        title = source.title
        runs_of_cells = [source.run(cell) for cell in source.cells]
        runs = [run for run in runs_of_cells if run]
    else:
        runs = list(source)
    rows = curve_rows(runs)
    parts = _parts(rows, runs)
    sections = {
        _titled(name, part, parts): blocks_of(part)
        for part in parts
        for name, blocks_of in SECTIONS.items()
    }
    sections |= {"Protocol": _protocol(runs), "Runs": _runs(runs, progress)}
    top = [
        Paragraph(_made_at(time.time() if now is None else now), "soft"),
        *_state(runs, progress, rows),
        *_headlines(parts),
        Bullets(data_notes(runs) if runs else []),
    ]
    return page(title or "Runs compared", top, sections)


def writer(source: Experiment | Sequence[Run], title: str = "") -> Callable[[], bytes]:
    """Return a function that makes the report when it is called."""
    return lambda: report(source, title).encode()


def _parts(rows: pd.DataFrame, runs: Sequence[Run]) -> list[Part]:
    """One per data set."""
    parts = []
    by_dataset = rows.groupby("dataset", sort=False) if len(rows) else ()
    for number, (_, own_rows) in enumerate(by_dataset):
        names = set(own_rows["run"].unique())
        own_runs = [run for run in runs if run.name in names]
        parts.append(Part(own_runs, own_rows, f"part{number}"))
    return parts


def _titled(name: str, part: Part, parts: Sequence[Part]) -> str:
    """The title of a section, with the data set where there are several."""
    return f"{name}: {part.rows['dataset'].iloc[0]}" if len(parts) > 1 else name


def _made_at(seconds: float) -> str:
    moment = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))
    return f"Made on {moment} with mtal {VERSION}."


def _state(runs: Sequence[Run], progress: Sequence[RunProgress], rows: pd.DataFrame) -> list[Block]:
    """What was compared, and how far it is."""
    unfinished = [run for run in progress if run.status is not Status.FINISHED]
    state = f"{progress_text([run.status for run in progress])}."
    if unfinished:
        state += f" {CAN_CHANGE}"
    blocks: list[Block] = [
        Paragraph(comparison_text(runs) if runs else "None of these runs has begun."),
        Paragraph(state, "warning" if unfinished else ""),
    ]
    if len(rows) and unequal_starts(rows):
        blocks.append(Paragraph(UNEQUAL_STARTS, "warning"))
    note = backbone_note(run.config.backbone_frozen for run in runs)
    if note:
        blocks.append(Paragraph(note, "warning" if note == FROZEN_AND_TUNED else ""))
    ended = [
        f"{run.name}: {status_word(run.status)}, {run.done} of {run.cycles} cycles"
        for run in unfinished
        if run.status in ENDED
    ]
    return [*blocks, Bullets(ended)]


def _headlines(parts: Sequence[Part]) -> list[Block]:
    """What came out."""
    if not parts:
        return [Paragraph(NO_POINT, "headline")]
    return [block for part in parts for block in _headline(part, parts)]


def _headline(part: Part, parts: Sequence[Part]) -> list[Block]:
    """What the best line saves in a sentence, and what each of the others saves."""
    if LOSS not in part.saved:
        return [Paragraph(NO_CURVE, "headline")]
    saved, sentence = part.saved[LOSS]
    reference = part.titles[str(part.reference)]
    title = _titled("Multi-task loss", part, parts)
    blocks: list[Block] = [Paragraph(f"{title}. {sentence}", "headline")]
    if not (part.curves["strategy"] == RANDOM).any():
        blocks.append(
            Paragraph(f"There is no run of Random: the lines are compared with {reference}.")
        )
    others = best_first(saved)
    if len(others):
        blocks.append(Paragraph(f"Saved against {reference}, line by line:"))
    lines = zip(others["title"], others["note"], strict=True)
    return [*blocks, Bullets([f"{name}: {note}" for name, note in lines])]


def _protocol(runs: Sequence[Run]) -> list[Block]:
    """How the numbers came about."""
    if not runs:
        return []
    differing, same = protocol_parts(runs)
    tables = [
        Table(facts.reset_index(names=""), caption)
        for facts, caption in ((differing, "What differs"), (same, "The same for all"))
        if not facts.empty
    ]
    return [*tables, Bullets(notes(runs))]


def _runs(runs: Sequence[Run], progress: Sequence[RunProgress]) -> list[Block]:
    return [Table(runs_table(runs, progress)), Paragraph(DIGESTS_NOTE, "note")]
