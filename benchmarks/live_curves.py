"""Time one update of Learning curves with thirty running runs: `python -m benchmarks.live_curves`.

Makes a store of ten strategies x three seeds, all running (their locks are held here), 19 of 20
cycles complete, each with 100,000 lines of progress. The reference reads and parses every line of
every run at each update. It runs in turn, in a process of its own, so that its memory is measured
apart.
"""

import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from mtal.acquisition.registry import STRATEGIES
from mtal.config import Config
from mtal.runs.files import write_json
from mtal.runs.jobs.launch import create
from mtal.runs.jobs.lock import take
from mtal.runs.jobs.progress import Progress
from mtal.runs.jobs.start_log import log_start, start_times
from mtal.runs.paths import STORE_VARIABLE, StorePaths
from mtal.runs.store.index import all_runs
from mtal.runs.store.run import Run
from mtal.ui import live, loaders
from tests.runs.made_run import IMAGES, TASKS, facts, write_measures
from tests.runs.slow_progress import slow_progress

CYCLES, SEEDS, KINDS = 20, 3, 10
STAGES = {
    "load": 50,
    "train": 4400,
    "evaluate": 100,
    "pairs": 200,
    "embedding": 100,
    "score": 100,
    "evidence": 49,
    "pick": 1,
}
BEGAN = 1.7e9


def make(store: StorePaths, rows: int, held: ExitStack) -> None:
    """Make the runs, all running, in the last of their cycles."""
    text = lines(rows)
    for strategy in list(STRATEGIES)[:KINDS]:
        for seed in range(SEEDS):
            config = Config(
                strategy=strategy, seed=seed, cycles=CYCLES, start_percent=5, step_percent=5
            )
            run = Run(create(config, store).folder)
            write_json(
                run.paths.facts,
                facts(None)
                | {"plan": [STAGES] * CYCLES, "strategy_title": STRATEGIES[strategy].title},
            )
            for number in range(CYCLES - 1):
                add_cycle(run, number)
            run.paths.began.touch()
            log_start(run.paths)
            run.paths.started.write_text(f"{BEGAN}\n")
            run.paths.progress.write_text(text)
            assert take(held.enter_context(run.paths.lock.open("a")), patience_s=1)


def lines(rows: int) -> str:
    """Return about `rows` lines of progress, up to half of the last training."""
    rng, moment, written = np.random.default_rng(0), BEGAN, []
    share = rows / (sum(STAGES.values()) * CYCLES)
    for cycle in range(CYCLES):
        for stage, units in STAGES.items():
            for done in range(max(1, round(units * share)) + 1):
                moment += 0.01 + 0.02 * rng.random()
                row: dict[str, Any] = {
                    "t": round(moment, 3),
                    "cycle": cycle,
                    "stage": stage,
                    "done": done,
                    "total": units,
                }
                if stage == "train":
                    row["loss"] = {
                        task: round(float(loss), 5)
                        for task, loss in zip(TASKS, rng.random(len(TASKS)), strict=True)
                    }
                written.append(json.dumps(row) + "\n")
                if cycle == CYCLES - 1 and stage == "train" and 2 * done > units * share:
                    return "".join(written)
    return "".join(written)


def add_cycle(run: Run, number: int) -> None:
    """Write the next complete cycle, with one more labelled image."""
    labelled = np.zeros((IMAGES, len(TASKS)), bool)
    labelled[: number + 1] = True
    with run.new_cycle(number) as cycle:
        write_measures(cycle, labelled, np.random.default_rng(number))


def go_on(runs: list[Run], reports: int) -> None:
    """Let every run report progress."""
    for run in runs:
        for done in range(reports):
            run.report(CYCLES - 1, "train", 2300 + done, STAGES["train"], dict.fromkeys(TASKS, 0.5))


def look(runs: list[Run]) -> list[Progress | None]:
    """Return the progress of running runs, which a page reads at every poll."""
    assert live.state(runs)
    return [run.progress(partial(loaders.times_of_similar_runs, run.config)) for run in runs]


def full_read(store: str) -> tuple[float, list[Progress | None], float]:
    """Read every line of every run: seconds, progress, and peak memory of the process in MB."""
    runs, progress, began = all_runs(StorePaths(Path(store))), [], time.perf_counter()
    for run in runs:
        with run.paths.progress.open(encoding="utf-8") as file:
            rows = [json.loads(line) for line in file if line.endswith("\n")]
        progress.append(slow_progress(rows, run.facts.plan, {}, max(start_times(run.paths))))
    return time.perf_counter() - began, progress, peak_mb()


def peak_mb() -> float:
    """Return the peak memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(work: Callable[[], Any]) -> float:
    """Return the seconds that `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main(
    rows: Annotated[int, typer.Option(help="Progress lines per run.")] = 100_000,
    reports: Annotated[int, typer.Option(help="New lines per run and update.")] = 20,
    rounds: Annotated[
        int, typer.Option(help="Turns; one of the reference takes half a minute.")
    ] = 3,
) -> None:
    """Print a line per measurement."""
    PagesManager.uses_pages_directory = False  # as app.py's navigation sets it in a real server
    with (
        tempfile.TemporaryDirectory() as folder,
        ExitStack() as held,
        ProcessPoolExecutor(1, get_context("spawn")) as elsewhere,
    ):
        store = StorePaths(Path(folder))
        os.environ[STORE_VARIABLE] = folder
        make(store, rows, held)
        typer.echo(f"{KINDS * SEEDS} runs made; peak memory so far {peak_mb():.0f} MB")
        measure(store, reports, rounds, elsewhere)


def measure(store: StorePaths, reports: int, rounds: int, elsewhere: ProcessPoolExecutor) -> None:
    """Time updates and page reruns, in turn with the reference."""
    runs = all_runs(store)
    typer.echo(f"first look, every line read once: {timed(lambda: look(runs)):.2f} s")
    app = AppTest.from_file(str(Path(__file__).parents[1] / "app.py"), default_timeout=300)
    drawing = timed(lambda: app.switch_page("pages/curves.py").run())
    typer.echo(f"first drawing of the page: {drawing:.2f} s")
    ours, theirs, pages, their_peak = [], [], [], 0.0
    for run in runs[:rounds]:
        go_on(runs, reports)
        ours.append(timed(lambda: look(runs)))
        seconds, progress, their_peak = elsewhere.submit(full_read, str(store.folder)).result()
        theirs.append(seconds)
        assert look(runs) == progress, "the two readings differ"
        go_on(runs, reports)
        add_cycle(run, CYCLES - 1)
        pages.append(timed(app.run))
        assert not app.exception
    typer.echo(
        f"one look at all runs after {reports} new lines each: {median_range(ours)}; "
        f"reference {median_range(theirs)}"
    )
    typer.echo(f"one rerun of Learning curves after a cycle was added: {median_range(pages)}")
    typer.echo(
        f"peak memory of this process, page included: {peak_mb():.0f} MB; "
        f"reference, no page: {their_peak:.0f} MB"
    )


def median_range(seconds: list[float]) -> str:
    """Return median and range as text."""
    return f"{statistics.median(seconds):.3f} s ({min(seconds):.3f}..{max(seconds):.3f})"


if __name__ == "__main__":
    # Imported under its own name, so that the other process can import the reference.
    from benchmarks import live_curves

    typer.run(live_curves.main)
