"""Stores in every state, and pages opened as a browser would: through app.py, by their file, with an address.

The run folders here follow the files documented in mtal/runs/run.py: small, whole and made without a network.
"""
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from mtal.acquisition import STRATEGIES
from mtal.config import Config
from mtal.datasets import DATASETS
from mtal.runs.data import DataFolder
from mtal.runs.files import write_json
from mtal.runs.launch import ask, create
from mtal.runs.lock import take
from mtal.runs.paths import STORE_VARIABLE, CyclePaths, StorePaths
from mtal.runs.progress import append
from mtal.runs.run import Run

ROOT = Path(__file__).parents[2]
POOL, VALIDATION, PER_CYCLE = 30, 6, 3
TASKS = (("semseg", "Segmentation", "mIoU", "mIoU (%) ↑", "%", "higher"), ("depth", "Depth", "RMSE", "RMSE (m) ↓", "m", "lower"))
PLAN = {"load": 36, "train": 40, "evaluate": VALIDATION, "pairs": 20, "embedding": 20, "score": POOL, "pick": 1, "evidence": 4,
        "project": 1}


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StorePaths:
    """An empty store that the pages look at."""
    monkeypatch.setenv(STORE_VARIABLE, str(tmp_path / "store"))
    return StorePaths(tmp_path / "store")


@pytest.fixture(autouse=True)
def through_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest forgets before every run that app.py has a navigation, and would run a page without it: see mtal/ui/__init__.py."""
    made = PagesManager.__init__

    def make(self: PagesManager, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        PagesManager.uses_pages_directory = False
    monkeypatch.setattr(PagesManager, "__init__", make)


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    """open_page("jobs", run="...") -> the page as drawn, with this address."""
    def open_it(page: str, **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        return app.run() if page == "home" else app.switch_page(f"pages/{page}.py").run()
    return open_it


@pytest.fixture
def made_store(store: StorePaths) -> Iterator[Callable[..., Run]]:
    """made_store("running", seed=1) -> a run in that state, in the store that the pages look at.

    States: finished, running, queued, failed, interrupted, stopped. A living run's lock is held by the test itself.
    """
    with ExitStack() as held:
        def make(state: str, cycles_done: int | None = None, **settings: object) -> Run:
            config = Config(dataset="drawn", tasks=("semseg", "depth"), size=(32, 32), backbone="tiny", pretrained=False,
                            cycles=3, device="cpu", **settings)  # type: ignore[arg-type]
            run = Run(create(config, store).folder)
            done = {"finished": 3, "queued": 0}.get(state, 1) if cycles_done is None else cycles_done
            if state != "queued":
                _begin(run, done)
            _end(run, state, held)
            return run
        yield make


@pytest.fixture
def made_check(store: StorePaths) -> Iterator[Callable[[str], DataFolder]]:
    """made_check("finished") -> the check of the drawn shapes in that state; the report has one problem and one leak."""
    with ExitStack() as held:
        def make(state: str) -> DataFolder:
            config = Config(dataset="drawn")
            folder = DataFolder(store, "drawn", DATASETS["drawn"].place(config))
            ask(folder.paths, config)
            folder.paths.log.write_text("reading\n", encoding="utf-8")
            if state == "running":
                folder.paths.began.touch()
                append(folder.paths.progress, 0, "load", 10, 72)
                assert take(held.enter_context(folder.paths.lock.open("a")), patience_s=1)
            elif state in {"finished", "failed"}:
                write_json(folder.paths.result, {"outcome": state, "reason": "no gt_sets/train.txt", "traceback": ""})
            if state == "finished":
                write_json(folder.paths.report, _report(folder.folder))
                folder.thumb("pool", 0).parent.mkdir(parents=True)
                Image.fromarray(np.full((24, 32, 3), 90, np.uint8)).save(folder.thumb("pool", 0))
            return folder
        yield make


def _report(place: str) -> dict[str, object]:
    return {"dataset": "drawn", "title": "Drawn shapes", "folder": place, "note": "made *up*", "fingerprint": "ab" * 8,
            "checked": "2030-01-01T00:00:00+00:00", "seconds": 1.5, "tasks": [{"name": "depth", "title": "Depth", "unit": "m"}],
            "splits": {"pool": {"images": 40, "ids": [f"p{index}" for index in range(40)], "sizes": {"24x32": 40},
                                "coverage": {"depth": 39}},
                       "validation": {"images": 2, "ids": ["v0", "v1"], "sizes": {"24x32": 2}, "coverage": {"depth": 2}}},
            "labels": {"depth": {"min": 0.5, "max": 8.0, "mean": 3.2, "valid_percent": 97.0, "classes": []}},
            "problems": [{"split": "pool", "id": "p7", "what": "depth", "file": "depth/p7.npy", "problem": "missing"}],
            "leaks": [{"pool": "p1", "validation": "v1", "how": "same picture"}]}


def _begin(run: Run, done: int) -> None:
    write_json(run.paths.facts, _facts(run.config))
    run.paths.began.touch()
    run.paths.log.write_text("loading images\ntraining on 3 images\n", encoding="utf-8")
    for number in range(done):
        with run.new_cycle(number) as cycle:
            _fill(cycle, number, last=number == run.config.cycles - 1)
    _reports(run, done)
    for index in range(POOL):
        run.thumbnail(index).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((24, 32, 3), 8 * index, np.uint8)).save(run.thumbnail(index))


def _facts(config: Config) -> dict[str, object]:
    tasks = [{"name": name, "title": title, "metric": metric, "axis": axis, "unit": unit, "better": better, "weight": 1.0,
              "distance": "Jensen-Shannon divergence", "distance_unit": "nats", "note": "", "value_unit": unit,
              "legend": [["low", "#000000"], ["high", "#ffffff"]]} for name, title, metric, axis, unit, better in TASKS]
    last = {stage: PLAN[stage] for stage in ("load", "train", "evaluate")}
    return {"dataset_title": "Drawn shapes", "dataset_note": "Shapes *drawn* by the program.", "data_folder": "",
            "fingerprint": "0" * 16, "pool": [f"shape_{index:03d}" for index in range(POOL)],
            "validation": [f"val_{index:03d}" for index in range(VALIDATION)], "tasks": tasks,
            "plan": [PLAN] * (config.cycles - 1) + [last], "versions": {"mtal": "0.1.0", "torch": "2.11"}, "device": "cpu",
            "device_name": "CPU, 2 cores", "precision": "float32", "parameters": 1_200_000,
            "strategy_title": STRATEGIES[config.strategy].title}


def _reports(run: Run, done: int) -> None:
    """Progress lines a second apart that end now, in the middle of a training unless all is done."""
    lines, moment = [], time.time()
    for cycle in range(min(done + 1, run.config.cycles)):
        stages = PLAN if cycle < done else {"load": 36, "train": 40}
        for stage, total in stages.items():
            top = total // 2 if cycle == done and stage == "train" else total
            loss = {"total": 4.25, "semseg": 2.5} if stage == "train" else {}
            lines += [{"cycle": cycle, "stage": stage, "done": step, "total": total} | ({"loss": loss} if loss else {})
                      for step in (0, top // 2, top)]
    stamped = [json.dumps(line | {"t": moment - len(lines) + place + 1}) for place, line in enumerate(lines)]
    run.paths.progress.write_text("\n".join(stamped) + "\n", encoding="utf-8")


def _fill(cycle: CyclePaths, number: int, last: bool) -> None:
    rng = np.random.default_rng(number)
    labelled = np.arange(POOL) < PER_CYCLE * (number + 1)
    write_json(cycle.metrics, {
        "images": int(labelled.sum()), "labels": 2 * int(labelled.sum()), "percent": 10.0 * (number + 1), "loss": 6.5 - number,
        "metrics": {"semseg": 20.0 + 5 * number, "depth": 1.2 - 0.1 * number},
        "task_losses": {"semseg": 2.5 - 0.3 * number, "depth": 0.8 - 0.1 * number},
        "seconds": {"train": 60.0, "evaluate": 5.0, "score": 9.0}})
    pd.DataFrame({"id": [f"val_{index:03d}" for index in range(VALIDATION)], "loss": rng.random(VALIDATION) + 3,
                  "loss.semseg": rng.random(VALIDATION), "loss.depth": rng.random(VALIDATION),
                  "value.semseg": rng.random(VALIDATION), "value.depth": rng.random(VALIDATION)}).to_parquet(cycle.validation)
    if not last:
        _pick(cycle, rng, labelled)


def _pick(cycle: CyclePaths, rng: np.random.Generator, labelled: np.ndarray) -> None:
    free = np.flatnonzero(~labelled)
    score = np.where(labelled, 0.0, rng.random(POOL))
    order = free[np.argsort(-score[free])]
    rank = np.zeros(POOL, int)
    rank[order] = np.arange(1, len(order) + 1)
    raw = rng.random((POOL, 2))
    frame = pd.DataFrame({
        "id": [f"shape_{index:03d}" for index in range(POOL)], "labelled": labelled, "picked": (rank > 0) & (rank <= PER_CYCLE),
        "rank": rank, "m.semseg.depth": raw[:, 0], "m.depth.semseg": raw[:, 1], "s.semseg": raw[:, 0], "s.depth": raw[:, 1],
        "n.semseg": raw[:, 0], "n.depth": raw[:, 1], "inconsistency": raw.max(1), "diversity_start": rng.random(POOL),
        "diversity": rng.random(POOL), "score": score, "cutoff": np.full(POOL, float(score[order[PER_CYCLE - 1]]))})
    frame.to_parquet(cycle.pool)
    np.save(cycle.pick, np.array([(image, task) for image in order[:PER_CYCLE] for task in range(2)], np.int64))
    np.save(cycle.embedding, rng.random((POOL, 4), dtype=np.float32))
    np.save(cycle.layout, rng.random((POOL, 2), dtype=np.float32))


def _end(run: Run, state: str, held: ExitStack) -> None:
    if state in {"running", "queued"}:
        lock = held.enter_context(run.paths.lock.open("a"))
        assert take(lock, patience_s=1)
    elif state == "interrupted":
        run.paths.lock.touch()
    else:
        reason = "NoMemory: out of memory in layer 3" if state == "failed" else ""
        write_json(run.paths.result, {"outcome": state, "reason": reason, "stage": "train" if state == "failed" else "",
                                      "traceback": "Traceback …" if state == "failed" else "", "seconds": 74.0})
