"""What was compared, and how far it is, in sentences."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from mtal.analysis.numbers import count, listed
from mtal.analysis.tables.protocol import differences, protocol
from mtal.analysis.tables.run_groups import runs_with_cycles, titles
from mtal.config import Config
from mtal.runs.experiments.state import Experiment
from mtal.runs.jobs.status import Status
from mtal.runs.store.run import Run

DIGEST_LETTERS = 12  # of the data's fingerprint, in a table


class RunProgress(NamedTuple):
    """How far a run is that was asked for, whether it has begun or not."""

    name: str
    status: Status
    done: int  # complete cycles
    cycles: str  # how many there will be, for people


def progress_of(source: Experiment | Sequence[Run]) -> list[RunProgress]:
    """Say how far all runs of a plan are, or the runs that are given."""
    if not isinstance(source, Experiment):
        return [
            RunProgress(run.name, run.status, run.cycles_done(), run.total_cycles_text)
            for run in source
        ]
    progress = []
    for state in source.states():
        run = source.run(state.cell)
        cycles = run.total_cycles_text if run else str(state.cycles)
        progress.append(RunProgress(state.cell.run_name, state.status, state.cycles_done, cycles))
    return progress


def runs_table(runs: Sequence[Run], progress: Sequence[RunProgress]) -> pd.DataFrame:
    """Make a row per run: status, digests of its settings and data, and what differs.

    What differs are the settings in which any two of the runs do, a column each.
    """
    by_name, settings = {run.name: run for run in runs}, differences(runs).T
    rows = []
    for state in progress:
        run = by_name.get(state.name)
        rows.append(
            {
                "run": state.name,
                "status": status_word(state.status),
                "complete cycles": f"{state.done} of {state.cycles}",
                "settings digest": run.config.digest if run else "",
                "data digest": _fingerprint(run)[:DIGEST_LETTERS] if run else "",
            }
        )
    table = pd.DataFrame(rows)
    return table.join(settings, on="run").fillna("") if len(settings) else table


def data_notes(runs: Sequence[Run]) -> list[str]:
    """Name the fingerprints of the data, and runs whose data changed on the way."""
    fingerprints = list(dict.fromkeys(_fingerprint(run) for run in runs if _fingerprint(run)))
    note = f"Fingerprint of the data: {', '.join(fingerprints) or 'not known yet'}."
    if len(fingerprints) > 1:
        note = f"The runs did not see the same data. {note}"
    changed = [
        f"The data of {run.name} changed before cycle {change.cycle}."
        for run in runs
        for change in run.facts.data_changes
    ]
    return [note, *changed]


def status_word(status: Status) -> str:
    """Say a status as the user of an experiment sees it."""
    return {Status.QUEUED: "waiting", Status.NEW: "not started"}.get(status, status.value)


def progress_text(statuses: Sequence[Status]) -> str:
    """Count the runs of a plan by status: `12 of 21 runs finished: 7 not started, 2 running`."""
    numbers = Counter(statuses)
    finished = f"{numbers[Status.FINISHED]} of {count(len(statuses), 'run')} finished"
    others = [
        f"{numbers[status]} {status_word(status)}"
        for status in Status
        if numbers[status] and status is not Status.FINISHED
    ]
    return f"{finished}: {', '.join(others)}" if others else finished


def comparison_text(runs: Sequence[Run]) -> str:
    """`Ours and Random on Made (semseg, depth), network padnet: 9 runs, seeds 0, 1 and 2.`

    Lines and data are those of `runs_with_cycles`.
    """
    named = runs_with_cycles(runs)
    names = list(dict.fromkeys(titles(named).values()))
    data = list(dict.fromkeys(run.dataset_title for run in named))
    tasks = list(dict.fromkeys(", ".join(run.config.tasks) for run in runs))
    networks = list(dict.fromkeys(_network(run.config) for run in runs))
    seeds = [str(seed) for seed in sorted({run.config.seed for run in runs})]
    seed_noun = "seed" if len(seeds) == 1 else "seeds"
    return (
        f"{listed(names)} on {listed(data)} ({listed(tasks, 'or')}), network "
        f"{listed(networks, 'or')}: {count(len(runs), 'run')}, {seed_noun} {listed(seeds)}."
    )


def _network(config: Config) -> str:
    return f"{config.network} on a frozen backbone" if config.backbone_frozen else config.network


def protocol_parts(runs: Sequence[Run]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split the protocol: facts in which lines differ, and facts that are the same for all.

    The first has a column per line, the second one column.
    """
    rows = protocol(runs)
    same = rows.nunique(axis=1) == 1
    title = "the same for all" if len(rows.columns) > 1 else "value"
    return rows[~same], rows[same].iloc[:, :1].set_axis([title], axis=1)


def _fingerprint(run: Run) -> str:
    return str(run.facts.fingerprint)
