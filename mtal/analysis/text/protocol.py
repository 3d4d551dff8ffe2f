"""What was compared, and how far it is, in sentences."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from mtal.analysis.numbers import count, listed
from mtal.analysis.tables.protocol import differences, protocol
from mtal.analysis.tables.run_groups import begun, titles
from mtal.runs.experiments.experiment import Experiment
from mtal.runs.jobs.status import Status
from mtal.runs.store.run import Run


class Member(NamedTuple):
    """A run that was asked for, begun or not. `cycles`: how many there will be, for people."""

    name: str
    status: Status
    done: int
    cycles: str


def members_of(asked: Experiment | Sequence[Run]) -> list[Member]:
    """All runs of a plan, or those that were given."""
    if isinstance(asked, Experiment):
        return [
            Member(
                state.cell.run_name,
                state.status,
                state.cycles_done,
                run.cycles_in_all if run else str(state.cycles),
            )
            for state in asked.states()
            for run in [asked.run(state.cell)]
        ]
    return [Member(run.name, run.status, run.cycles_done(), run.cycles_in_all) for run in asked]


def runs_table(runs: Sequence[Run], members: Sequence[Member]) -> pd.DataFrame:
    """A row per run: how it stands, digests of its settings and of its data, and the settings in which the runs differ."""
    known, settings = {run.name: run for run in runs}, differences(runs).T
    rows = pd.DataFrame(
        [
            {
                "run": one.name,
                "status": status_word(one.status),
                "complete cycles": f"{one.done} of {one.cycles}",
                "settings digest": known[one.name].config.digest if one.name in known else "",
                "data digest": _fingerprint(known[one.name])[:12] if one.name in known else "",
            }
            for one in members
        ]
    )
    return rows.join(settings, on="run").fillna("") if len(settings) else rows


def data_notes(runs: Sequence[Run]) -> list[str]:
    """The fingerprints of the data, and runs whose data changed on the way."""
    found = list(dict.fromkeys(_fingerprint(run) for run in runs if _fingerprint(run)))
    changed = [
        f"The data of {run.name} changed before cycle {change.cycle}."
        for run in runs
        for change in run.facts.data_changes
    ]
    several = "The runs did not see the same data. " * (len(found) > 1)
    return [f"{several}Fingerprint of the data: {', '.join(found) or 'not known yet'}.", *changed]


def status_word(status: Status) -> str:
    """As the user of an experiment sees it."""
    return {Status.QUEUED: "waiting", Status.NEW: "not started"}.get(status, status.value)


def how_far(members: Sequence[Member]) -> str:
    """`12 of 21 runs finished: 2 running, 7 not started`."""
    found = Counter(member.status for member in members)
    rest = ", ".join(
        f"{number} {status_word(status)}"
        for status, number in sorted(found.items(), key=_place)
        if status is not Status.FINISHED
    )
    return f"{found[Status.FINISHED]} of {count(len(members), 'run')} finished" + (
        f": {rest}" if rest else ""
    )


def compared(runs: Sequence[Run]) -> str:
    """`Ours, RBAL and Random on Made (semseg, depth), network padnet: 9 runs, seeds 0, 1 and 2.` Named: `begun` runs."""
    known = begun(runs)
    names = list(dict.fromkeys(titles(known).values()))
    data = list(dict.fromkeys(run.dataset_title for run in known))
    tasks = list(dict.fromkeys(", ".join(run.config.tasks) for run in runs))
    networks = list(dict.fromkeys(run.config.network for run in runs))
    seeds = [str(seed) for seed in sorted({run.config.seed for run in runs})]
    return (
        f"{listed(names)} on {listed(data)} ({listed(tasks, 'or')}), network {listed(networks, 'or')}: "
        f"{count(len(runs), 'run')}, seed{'s' * (len(seeds) != 1)} {listed(seeds)}."
    )


def protocol_parts(runs: Sequence[Run]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Of the protocol, the facts in which lines differ, a column per line; and those that are the same for all, one column."""
    rows = protocol(runs)
    same = rows.nunique(axis=1) == 1
    title = "the same for all" if len(rows.columns) > 1 else "value"
    return rows[~same], rows[same].iloc[:, :1].set_axis([title], axis=1)


def _fingerprint(run: Run) -> str:
    return str(run.facts.fingerprint)


def _place(one: tuple[Status, int]) -> int:
    return list(Status).index(one[0])
