"""A report of an experiment, or of any runs, for people without the program: one HTML file that loads nothing."""

import time
from collections.abc import Callable, Sequence

import pandas as pd

from mtal.analysis.tables.protocol import notes
from mtal.analysis.tables.run_groups import curve_rows
from mtal.analysis.text.curves import NO_CURVE, RANDOM, UNEQUAL_STARTS, unequal_starts
from mtal.analysis.text.labels_saved import best_first
from mtal.analysis.text.protocol import (
    Member,
    compared,
    data_notes,
    how_far,
    members_of,
    protocol_parts,
    runs_table,
    status_word,
)
from mtal.export.report_html import bullets, page, paragraph, table
from mtal.export.report_part import Part
from mtal.export.report_parts import SECTIONS
from mtal.runs.experiments.experiment import Experiment
from mtal.runs.jobs.status import Status
from mtal.runs.store.run import LOSS, Run
from mtal.version import VERSION

ENDED = {
    Status.FAILED,
    Status.INTERRUPTED,
    Status.STOPPED,
}  # runs that will not finish by themselves: named at the top
NO_POINT = "No run has a complete cycle yet, so there is nothing to compare."


def report(asked: Experiment | Sequence[Run], title: str = "", now: float | None = None) -> str:
    """The whole page. `title`: of runs; an experiment has its own. `now`: when it is made, in seconds since 1970."""
    members = members_of(asked)
    if isinstance(asked, Experiment):
        title, runs = asked.title, [run for cell in asked.cells if (run := asked.run(cell))]
    else:
        runs = list(asked)
    rows = curve_rows(runs)
    parts = _parts(rows, runs)
    sections = {
        _titled(name, part, parts): draw(part) for part in parts for name, draw in SECTIONS.items()
    }
    sections |= {"Protocol": _protocol(runs), "Runs": _runs(runs, members)}
    return page(
        title or "Runs compared",
        _top(runs, members, parts, rows, time.time() if now is None else now),
        sections,
    )


def writer(asked: Experiment | Sequence[Run], title: str = "") -> Callable[[], bytes]:
    """Makes the report when it is called."""
    return lambda: report(asked, title).encode()


def _parts(rows: pd.DataFrame, runs: Sequence[Run]) -> list[Part]:
    """One per data set."""
    groups = rows.groupby("dataset", sort=False) if len(rows) else ()
    return [
        Part([run for run in runs if run.name in names], part, f"part{number}")
        for number, (_, part) in enumerate(groups)
        for names in [set(part["run"].unique())]
    ]


def _titled(name: str, part: Part, parts: Sequence[Part]) -> str:
    return f"{name}: {part.rows['dataset'].iloc[0]}" if len(parts) > 1 else name


def _top(
    runs: Sequence[Run],
    members: Sequence[Member],
    parts: Sequence[Part],
    rows: pd.DataFrame,
    now: float,
) -> str:
    """What was compared, how far it is, and what came out, before everything else."""
    made = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(now))
    unfinished = [one for one in members if one.status is not Status.FINISHED]
    state = (
        f"{how_far(members)}."
        + " The numbers below are of the complete cycles, and can change." * bool(unfinished)
    )
    return (
        paragraph(f"Made on {made} with mtal {VERSION}.", "soft")
        + paragraph(compared(runs) if runs else "None of these runs has begun.")
        + paragraph(state, "warning" if unfinished else "")
        + (paragraph(UNEQUAL_STARTS, "warning") if len(rows) and unequal_starts(rows) else "")
        + bullets(
            f"{one.name}: {status_word(one.status)}, {one.done} of {one.cycles} cycles"
            for one in unfinished
            if one.status in ENDED
        )
        + ("".join(_headline(part, parts) for part in parts) or paragraph(NO_POINT, "headline"))
        + bullets(data_notes(runs) if runs else ())
    )


def _headline(part: Part, parts: Sequence[Part]) -> str:
    """What the best line saves in a sentence, and what each of the others does."""
    if LOSS not in part.saved:
        return paragraph(NO_CURVE, "headline")
    found, sentence = part.saved[LOSS]
    others = best_first(found)
    first = _titled("Multi-task loss", part, parts)
    lacking = (
        ""
        if (part.curves["strategy"] == RANDOM).any()
        else (
            f"There is no run of Random: the lines are held against {part.titles[str(part.reference)]}."
        )
    )
    return (
        paragraph(f"{first}. {sentence}", "headline")
        + paragraph(lacking)
        + paragraph(
            f"Saved against {part.titles[str(part.reference)]}, line by line:"
            if len(others)
            else ""
        )
        + bullets(
            f"{title}: {note}" for title, note in zip(others["title"], others["note"], strict=True)
        )
    )


def _protocol(runs: Sequence[Run]) -> str:
    """How the numbers came about."""
    if not runs:
        return ""
    differing, same = protocol_parts(runs)
    tables = [
        table(one.reset_index(names=""), caption)
        for one, caption in ((differing, "What differs"), (same, "The same for all"))
        if not one.empty
    ]
    return "".join(tables) + bullets(notes(runs))


def _runs(runs: Sequence[Run], members: Sequence[Member]) -> str:
    return table(runs_table(runs, members)) + paragraph(
        "Settings digest: of all settings that can change a result, the seed left out. Data digest: of what was read.",
        "note",
    )
