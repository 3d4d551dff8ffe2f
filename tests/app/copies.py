"""Copies of finished runs and checks, changed into the state that a test asks for.

Only the files that a worker writes differ from the original.
"""

import json
import shutil
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from mtal.config import Config
from mtal.runs.files import last_lines, write_json
from mtal.runs.jobs.launch import create
from mtal.runs.jobs.lock import take
from mtal.runs.jobs.progress import parse
from mtal.runs.paths import JobPaths, StorePaths
from mtal.runs.store.data_check import DataFolder
from mtal.runs.store.run import Run

ALIVE = ("running", "queued")
# Written by hand: no worker runs out of memory at the same point on every machine.
NO_MEMORY = "NoMemory: out of memory in layer 3"
TRACEBACK = (
    f'Traceback (most recent call last):\n  File "layers.py", line 3, in forward\n{NO_MEMORY}\n'
)


def copy_run(
    real: Run, config: Config, store: StorePaths, state: str, cycles_done: int, held: ExitStack
) -> Run:
    """Copy the finished run `real` into `store` as a run of `config` in a state.

    Args:
        real: the finished run.
        config: the settings of the copy.
        store: the store that receives the copy.
        state: one of finished, running, queued, failed, interrupted, stopped.
        cycles_done: complete cycles of the copy.
        held: keeps the lock of a running or queued copy until it is closed.
    """
    run = Run(create(config, store).folder)
    run.paths.started.touch()
    run.paths.log.touch()
    if state != "queued":
        _copy_work(real, run, cycles_done, finished=state == "finished")
    _end(run.paths, state, held)
    if state == "finished":
        shutil.copy(real.paths.result, run.paths.result)
    elif state in {"failed", "stopped"}:
        write_json(
            run.paths.result, _outcome(state) | {"seconds": time.time() - run.reports()[0]["t"]}
        )
    return run


def copy_check(real: DataFolder, folder: DataFolder, state: str, held: ExitStack) -> None:
    """Copy the finished check `real` to `folder`: half done unless the state is finished."""
    left_out = (
        ()
        if state == "finished"
        else (folder.paths.report.name, folder.paths.thumbnails.name, folder.paths.result.name)
    )
    shutil.copytree(
        real.paths.folder,
        folder.paths.folder,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns(*left_out),
    )
    if state != "finished":
        last = _rows(real.paths)[-1]
        _write_reports(folder.paths, [last | {"done": 0}, last | {"done": last["total"] // 2}])
    _end(folder.paths, state, held)
    if state == "failed":
        write_json(
            folder.paths.result,
            {"outcome": state, "reason": "no gt_sets/train.txt", "traceback": ""},
        )


def _copy_work(real: Run, run: Run, cycles_done: int, finished: bool) -> None:
    shutil.copy(real.paths.facts, run.paths.facts)
    run.paths.began.touch()
    shutil.copy(real.paths.frozen, run.paths.frozen)
    shutil.copy(real.paths.frozen_layout, run.paths.frozen_layout)
    for number in range(cycles_done):
        shutil.copytree(real.cycle(number).folder, run.paths.cycle(number).folder)
    shutil.copytree(real.data.folder, run.data.folder, dirs_exist_ok=True)
    rows = real.reports()
    _write_reports(run.paths, rows if finished else _up_to_half_a_training(rows, cycles_done))
    if finished:
        shutil.copy(real.paths.log, run.paths.log)


def _up_to_half_a_training(rows: list[dict[str, Any]], cycle: int) -> list[dict[str, Any]]:
    """Reports of the cycles before `cycle`, and of `cycle` until half of its training is done."""
    trained = max(
        index for index, row in enumerate(rows) if (row["cycle"], row["stage"]) == (cycle, "train")
    )
    return [*rows[:trained], rows[trained] | {"done": rows[trained]["total"] // 2}]


def _write_reports(paths: JobPaths, rows: list[dict[str, Any]]) -> None:
    """Write reports, shifted in time so that the last one is of this moment."""
    late = time.time() - rows[-1]["t"]
    paths.progress.write_text(
        "".join(json.dumps(row | {"t": row["t"] + late}) + "\n" for row in rows), encoding="utf-8"
    )


def _rows(paths: JobPaths) -> list[dict[str, Any]]:
    return parse(last_lines(paths.progress))


def _end(paths: JobPaths, state: str, held: ExitStack) -> None:
    """Leave the lock of a job, held if the job is alive, and the log of a failed one."""
    paths.lock.touch()
    if state in ALIVE:
        assert take(held.enter_context(paths.lock.open("a")), patience_s=1)
    if state == "failed":
        Path(paths.log).write_text(TRACEBACK, encoding="utf-8")


def _outcome(state: str) -> dict[str, str]:
    failed = state == "failed"
    return {
        "outcome": state,
        "reason": NO_MEMORY if failed else "somebody asked it to stop",
        "stage": "train",
        "traceback": TRACEBACK if failed else "",
    }
