"""`stop` and `resume`, with small workers."""

import json

from mtal.config import Config
from mtal.runs.jobs.launch import create
from mtal.runs.jobs.status import Status
from mtal.runs.store.run import Run
from tests.runs.small_worker import until


def test_stop_then_resume_then_kill(mtal, store):
    name = Config().name
    mtal("launch", "--set", "device=cpu")
    run = Run(store.run(name).folder)
    until(lambda: run.status is Status.RUNNING)
    assert mtal("stop", name) == (f"{name}: asked to stop\n", 0)
    until(lambda: run.status is Status.STOPPED)
    assert mtal("stop", name)[0] == f"{name}: not at work, it is stopped\n"
    assert mtal("resume", name)[0] == f"{name}: resumed\n"
    until(lambda: run.status is Status.RUNNING)
    assert mtal("resume", name)[0] == f"{name}: at work already\n"
    assert mtal("stop", name, "--kill")[0] == f"{name}: force-stopped\n"
    until(lambda: run.status is Status.INTERRUPTED)


def test_resume_all_takes_what_was_cut_and_nothing_else(mtal, store):
    runs = {seed: create(Config(device="cpu", seed=seed), store) for seed in range(5)}
    for seed, outcome in [(1, "stopped"), (2, "failed"), (3, "finished")]:
        runs[seed].result.write_text(json.dumps({"outcome": outcome}))
    runs[4].log.touch()  # interrupted; 0 was never started
    assert sorted(mtal("resume", "--all")[0].splitlines()) == sorted(
        f"{runs[seed].folder.name}: resumed" for seed in (1, 2, 4)
    )
    assert Run(runs[0].folder).status is Status.NEW
    assert mtal("resume", runs[3].folder.name)[0].endswith(": finished already\n")


def test_resume_all_of_nothing_says_so(mtal):
    assert mtal("resume", "--all") == ("Nothing to resume\n", 0)
