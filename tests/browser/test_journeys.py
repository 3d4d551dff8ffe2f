"""Whole ways through the dashboard in a real browser, with the real engine behind it."""

import csv
import io
import re
import shutil
import zipfile
from collections.abc import Callable

import psutil
import pytest
import yaml
from playwright.sync_api import Download, expect

from mtal.config import Config
from mtal.runs.jobs.status import Status
from mtal.runs.paths import StorePaths
from mtal.runs.store.index import all_runs
from mtal.runs.store.run import Run
from tests.browser.screen import Dashboard, eventually
from tests.real_runs import tiny_config, wait

pytestmark = pytest.mark.browser

LONG = ("epochs=30", "cycles=2")  # long enough to be met in the middle of a training
PATIENCE_S = 240
AT_WORK = re.compile("at work already")


def address_of(config: Config) -> dict[str, str]:
    """Launch with these settings filled in."""
    values = {name: str(value) for name, value in config.changed().items()}
    special = {"tasks": ",".join(config.tasks), "size": config.size_text}
    return values | {name: text for name, text in special.items() if name in values}


def launched(tab: Dashboard, config: Config, store: StorePaths) -> Run:
    """Start a run from the Launch page."""
    tab.go("launch", **address_of(config))
    tab.press("Start 1 run")
    tab.says(re.compile(rf"{config.name}.*started"))
    return Run(store.run(config.name).folder)


def until(run: Run, is_so: Callable[[], bool]) -> None:
    """Wait until a living run's folder is so; shows its log if that takes too long."""
    eventually(
        lambda: is_so() or not run.status.alive, lambda: "\n".join(run.log_tail(40)), PATIENCE_S
    )
    assert is_so(), "\n".join(run.log_tail(40))


def is_training(run: Run, cycle: int) -> bool:
    """Whether it trains now: it has said so, and nothing of the next stage."""
    return any((row["cycle"], row["stage"]) == (cycle, "train") for row in run.reports()[-1:])


def workers(run: Run) -> list[psutil.Process]:
    """The processes that work on a run."""
    processes = []
    for process in psutil.process_iter(["cmdline", "status"]):
        line = process.info["cmdline"] or []
        if (
            "mtal.engine.workers.run" in line
            and str(run.paths.folder) in line
            and process.info["status"] != psutil.STATUS_ZOMBIE
        ):
            processes.append(process)
    return processes


def suspended_in_training(run: Run, cycle: int) -> psutil.Process:
    """Its only worker, suspended in a training: a page may take as long as it likes."""
    until(run, lambda: is_training(run, cycle))
    worker = psutil.Process(int(run.paths.lock.read_text()))
    worker.suspend()
    assert is_training(run, cycle), run.reports()[-1]
    assert workers(run) == [worker]
    return worker


def content(download: Download) -> bytes:
    """The file that came."""
    return download.path().read_bytes()


def test_launch_watch_and_look_at_everything(new_tab, store):
    tab, config = new_tab(), tiny_config("cycles=2")
    tab.go("launch")
    tab.page.get_by_text("As YAML").click()
    pasted = tab.page.get_by_label("Paste settings here")
    pasted.fill(yaml.safe_dump(config.changed()))
    pasted.press("Control+Enter")
    tab.press("Fill the form from this")
    tab.says("The form is filled.")
    tab.page.get_by_role("combobox", name=re.compile("Strategies")).click()
    tab.page.get_by_role("option", name="Random", exact=True).click()
    tab.page.keyboard.press("Escape")
    tab.press("Start 2 runs")
    expect(tab.page.get_by_role("heading", level=1, name="Experiments")).to_be_visible()
    expect(tab.page.locator(".matrix td")).to_have_count(2)
    tab.keep("experiment-running")
    tab.follow("Jobs")
    expect(tab.page.locator(".stages").first).to_contain_text(re.compile(r"Cycle \d \(last: "))
    tab.keep("jobs-running")
    tab.says("2 finished", PATIENCE_S)
    tab.sound()
    runs = {run.config.strategy: run for run in all_runs(store)}
    assert {run.status for run in runs.values()} == {Status.FINISHED}
    ours = runs["ours"]

    tab.follow("Experiments")
    tab.page.get_by_role(
        "link", name="Drawn shapes: Consistency × diversity (ours) and Random, 1 seed"
    ).click()
    expect(tab.page.locator(".matrix td.finished")).to_have_count(2)
    tab.charts(1)
    tab.keep("experiment")

    tab.follow("Learning curves")
    first = tab.charts(
        2 + len(ours.tasks)
    ).first  # the loss, the mean change against Random, and the tasks
    for run in runs.values():
        expect(first.locator(".legend")).to_contain_text(run.facts.strategy_title)
    tab.keep("curves")

    tab.follow("Batch")
    tab.choose("Run", re.compile("^ours"))
    batch = ours.pool(0).query("picked").sort_values("rank")
    tab.says(f"picked {len(batch)} images")
    tiles = tab.page.locator(".tiles").first
    expect(tiles.get_by_role("listitem")).to_have_count(len(batch))
    tab.keep("batch")

    tiles.get_by_role("link", name=f"1 · {batch['id'].iloc[0]}").click()
    tab.page.get_by_role("link", name="Why this image? Inspect").click()
    tab.says(f"Picked 1st of {len(batch)} in cycle 0. Score")
    tab.settled()
    drawn = [
        name
        for name in ours.evidence(0)["pictures"]
        if not re.search(r"\.gapself\.|\.truth$|^image$", name)
    ]
    assert tab.pictures(tab.page.locator(".strips")) == len(
        drawn
    )  # what each task says; the truth is not revealed yet
    tab.keep("inspect")

    tab.follow("Map")
    chart = tab.part("map.canvas").locator(".js-plotly-plot")
    expect(chart.locator(".scatterlayer .point")).to_have_count(len(ours.facts.pool))
    tab.says("Click a point, or draw a lasso")
    tab.keep("map")


def test_close_the_browser_and_come_back(new_tab, store):
    tab = new_tab()
    run = launched(tab, tiny_config("strategy=random", *LONG), store)
    worker = suspended_in_training(run, cycle=0)
    tab.page.context.close()
    assert run.status.alive
    again = new_tab()
    again.go()
    again.says("Running now")
    again.says(re.compile(r"Cycle \d \(last: "))
    again.keep("home-running")
    again.page.get_by_role("link", name="Watch ").click()
    worker.resume()
    wait(run)
    assert run.status is Status.FINISHED, "\n".join(run.log_tail(40))
    expect(again.part(f"run_header.{run.name}")).to_contain_text(
        "finished"
    )  # the page noticed by itself
    again.says("Picked in cycle 0")
    again.keep("run-finished")


def test_two_tabs_start_one_worker(new_tab, store):
    config, tabs = tiny_config("strategy=random", "cycles=2"), [new_tab(), new_tab()]
    for tab in tabs:
        tab.go("launch", **address_of(config))
        expect(tab.page.get_by_role("button", name="Start 1 run")).to_be_enabled()
    for tab in tabs:
        tab.press("Start 1 run")
    messages = [
        tab.part("launch.summary").get_by_role("listitem").filter(has_text=config.name)
        for tab in tabs
    ]
    for text in messages:
        expect(text).to_be_visible()
    run = Run(store.run(config.name).folder)
    assert len(workers(run)) == 1
    lines = [text.inner_text() for text in messages]
    assert sum(line.endswith("started") for line in lines) == 1
    assert sum(bool(AT_WORK.search(line)) for line in lines) == 1
    tabs[1].keep("launch-twice")
    wait(run)
    assert run.status is Status.FINISHED
    assert [line.split(" after")[0] for line in run.log_tail()].count("finished") == 1


def test_stop_and_resume(new_tab, store):
    tab = new_tab()
    run = launched(tab, tiny_config("strategy=random", *LONG), store)
    tab.follow("Jobs")
    worker = suspended_in_training(run, cycle=1)
    tab.page.get_by_role("button", name="Stop", exact=True).click()
    eventually(run.paths.stop.exists)
    worker.resume()
    tab.says("Stopped on request", PATIENCE_S)
    tab.keep("jobs-stopped")
    assert run.status is Status.STOPPED
    assert run.cycles_done() == 1
    first = run.cycle(0).metrics.stat().st_mtime_ns
    tab.press("Resume")
    tab.says("1 finished", PATIENCE_S)
    tab.keep("jobs-finished")
    assert run.status is Status.FINISHED
    assert run.cycles_done() == 2
    assert run.cycle(0).metrics.stat().st_mtime_ns == first  # not done again


def test_exports_open_and_hold_the_batch(new_tab, store, finished_run):
    run = Run(shutil.copytree(finished_run.store.folder, store.folder) / finished_run.name)
    tab = new_tab()
    tab.go("batch", run=run.name, cycle="1")
    files = {}
    for name, file in (("csv", "selection.csv"), ("zip", "batch.zip")):
        with tab.page.expect_download() as coming:
            tab.part(f"batch.export.{name}").get_by_role("button").click()
        assert coming.value.suggested_filename == f"{run.name}-cycle1-{file}"
        files[name] = content(coming.value)
    tab.keep("batch-exports")
    ids, tasks = run.facts.pool, [task.name for task in run.tasks]
    bought = {(ids[image], tasks[task]) for image, task in run.picked(1).tolist()}
    rows = list(csv.DictReader(io.StringIO(files["csv"].decode())))
    assert len(rows) == len(bought) == 15
    assert {(row["sample_id"], row["task"]) for row in rows} == bought
    with zipfile.ZipFile(io.BytesIO(files["zip"])) as archive:
        assert archive.testzip() is None
        assert archive.read("selection.csv") == files["csv"]
        batch = archive.read(f"gt_sets/{run.name}-c001-batch.txt").decode().split()
    assert batch == list(dict.fromkeys(ids[image] for image in run.picked(1)[:, 0].tolist()))


def test_a_killed_worker_is_seen_and_resumed(new_tab, store):
    tab = new_tab()
    run = launched(tab, tiny_config("strategy=ours", *LONG), store)
    tab.follow("Jobs")
    suspended_in_training(run, cycle=1).kill()
    tab.says("1 interrupted")
    tab.says("Force-stopped or crashed")
    tab.keep("jobs-interrupted")
    assert run.status is Status.INTERRUPTED
    assert run.cycles_done() == 1
    tab.press("Resume")
    tab.says("1 finished", PATIENCE_S)
    tab.sound()
    assert run.status is Status.FINISHED
    assert run.cycles_done() == run.config.cycles
