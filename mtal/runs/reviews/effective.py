"""What people decided about a cycle's batch, as it counts: as it stood when the next cycle began, until then as it is."""

from dataclasses import replace

import numpy as np
import pandas as pd

from mtal.runs.reviews.review_database import DECISION_COLUMNS, REJECTED, People
from mtal.runs.reviews.reviewed_batch import Settled, settle
from mtal.runs.store.run import Run


def is_settled(run: Run, cycle: int) -> bool:
    """Whether the next cycle has begun with this batch, so that decisions come too late. Never in a simulation. Runs of before
    there were decisions did not write it down: there a complete next cycle tells."""
    return bool(run.began_with(cycle + 1)) or (
        run.config.start == "labelled" and run.cycles_done() > cycle + 1
    )


def decisions(run: Run, cycle: int) -> pd.DataFrame:
    """The decisions that count, with all notes, also those that were written later; columns as in `People.decisions`."""
    now = People(run.store).decisions(run.name, cycle)
    if not is_settled(run, cycle):
        return now
    then = pd.DataFrame(
        run.began_with(cycle + 1).get("decisions", []), columns=list(DECISION_COLUMNS)
    )
    later = now[~now["sample"].isin(then["sample"])].assign(decision="")
    notes = dict(zip(now["sample"], now["note"], strict=True))
    both = pd.concat(
        [then.assign(note=[notes.get(sample, "") for sample in then["sample"]]), later]
    )
    said = (both["decision"] != "") | (both["note"] != "")
    return both[said].sort_values("sample", ignore_index=True)


def settled(run: Run, cycle: int, pool: pd.DataFrame) -> Settled:
    """A cycle's batch with its decisions. `pool`: as `Run.pool` gives it for that cycle."""
    found = settle(pool, run.picked(cycle), decisions(run, cycle), open_pairs(run, cycle, pool))
    return replace(found, pairs=run.bought(cycle)) if is_settled(run, cycle) else found


def open_pairs(run: Run, cycle: int, pool: pd.DataFrame) -> np.ndarray:
    """(N, T) bool: what could be labelled when a cycle picked, as far as its pool table tells."""
    unlabelled = np.asarray(~run.labelled(cycle, run.start()))
    return (
        unlabelled & pool["open"].to_numpy()[:, None]
        if "open" in pool
        else np.zeros_like(unlabelled)
    )


def rejected(run: Run, before: int) -> list[int]:
    """Positions of the images that people do not want, in whichever batch before cycle `before` they said so."""
    people, places = (People(run.store), {name: place for place, name in enumerate(run.facts.pool)})
    tables = [people.decisions(run.name, cycle) for cycle in range(before)]
    names = {
        name for table in tables for name in table.loc[table["decision"] == REJECTED, "sample"]
    }
    return sorted(places[name] for name in names if name in places)
