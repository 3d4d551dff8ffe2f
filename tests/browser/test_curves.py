"""Learning curves in a browser: figures taken along, and a zoom that stays while a run goes on."""

import csv
import io
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Locator, expect

from mtal.runs.paths import StorePaths
from mtal.runs.store.run import Run
from tests.app.copies import copy_run
from tests.browser.screen import Dashboard

pytestmark = pytest.mark.browser

SIGNATURES = {
    "PNG": b"\x89PNG\r\n\x1a\n",
    "SVG": b"<svg",
    "HTML": b"<!doctype html>",
    "CSV": b"kind,title,run,seed,cycle,",
}
RANGE = "plot => [...plot.layout.xaxis.range]"
OFF = """plot => plot.data
    .filter(trace => trace.visible === 'legendonly')
    .map(trace => trace.legendgroup)"""
POINTS = "plot => Math.max(...plot._fullData.map(trace => trace.x?.length ?? 0))"


@pytest.fixture
def compared(store: StorePaths, finished_run: Run, random_run: Run) -> list[Run]:
    """Copies of the two finished runs."""
    shutil.copytree(finished_run.paths.folder.parent, store.folder)
    return [Run(store.run(run.name).folder) for run in (finished_run, random_run)]


@pytest.fixture
def living(store: StorePaths, finished_run: Run) -> Iterator[Run]:
    """A run at work in its second cycle."""
    store.folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        yield copy_run(finished_run, finished_run.config, store, "running", 1, held)


def plot(tab: Dashboard, dataset: str, task: str) -> Locator:
    """One drawn figure, by its task."""
    figure = tab.page.locator(f".st-key-curves-{dataset}-{task} .js-plotly-plot")
    expect(figure.locator(".scatterlayer").first).to_be_visible()
    return figure


def test_a_figure_is_taken_in_four_kinds(new_tab, compared):
    tab, dataset = new_tab(), compared[0].config.dataset
    tab.go("curves")
    plot(tab, dataset, "loss")
    for kind, begins in SIGNATURES.items():
        with tab.page.expect_download() as coming:
            tab.page.get_by_role(
                "button", name=re.compile(rf"^Download {dataset}-loss-labels as {kind}$")
            ).click()
        content = coming.value.path().read_bytes()
        assert content.startswith(begins)
        assert coming.value.suggested_filename == f"{dataset}-loss-labels.{kind.lower()}"
        if kind == "HTML":
            assert b"Plotly.newPlot" in content
            assert len(content) > 1e6  # the library is inside, so it opens without a network
        if kind == "CSV":
            rows = list(csv.DictReader(io.StringIO(content.decode())))
            assert {float(row["value"]) for row in rows} == {
                value
                for run in compared
                for value in run.metrics().query("task == 'loss'")["value"]
            }
    tab.sound()


def test_the_page_that_was_taken_opens_without_the_dashboard(new_tab, compared, browser, tmp_path):
    tab, dataset = new_tab(), compared[0].config.dataset
    tab.go("curves")
    plot(tab, dataset, "loss")
    with tab.page.expect_download() as coming:
        tab.page.get_by_role("button", name=f"Download {dataset}-loss-labels as HTML").click()
    file = tmp_path / "figure.html"
    coming.value.save_as(file)
    page = browser.new_page()
    page.route(re.compile("^https?:"), lambda route: route.abort())
    page.goto(file.as_uri())
    expect(page.locator(".scatterlayer .trace").first).to_be_visible()
    page.close()


def test_a_line_that_the_legend_switches_off_is_off_in_every_figure(new_tab, compared):
    tab, dataset = new_tab(), compared[0].config.dataset
    tab.go("curves")
    first, second = plot(tab, dataset, "loss"), plot(tab, dataset, compared[0].config.tasks[0])
    assert second.evaluate(OFF) == []
    first.locator(".legendtoggle").first.click()
    tab.page.wait_for_function(f"there => ({OFF})(there).length > 0", arg=second.element_handle())
    gone = first.evaluate(OFF)
    assert len(set(gone)) == 1
    assert set(second.evaluate(OFF)) == set(gone)
    first.locator(".legendtoggle").first.click()
    tab.page.wait_for_function(f"there => ({OFF})(there).length === 0", arg=second.element_handle())
    tab.sound()


def test_a_zoom_stays_when_a_cycle_is_complete(new_tab, living, finished_run):
    tab = new_tab()
    tab.go("curves")
    figure = plot(tab, living.config.dataset, "loss")
    box = figure.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    tab.page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.7 * box["height"], steps=5)
    tab.page.mouse.up()
    tab.page.wait_for_timeout(500)
    zoomed, points = figure.evaluate(RANGE), figure.evaluate(POINTS)
    shutil.copytree(finished_run.cycle(1).folder, living.paths.cycles / ".copy")
    (living.paths.cycles / ".copy").rename(living.paths.cycle(1).folder)
    tab.page.wait_for_function(
        f"before => ({POINTS})(document.querySelector('.st-key-curves-{living.config.dataset}-loss "
        ".js-plotly-plot')) > before",
        arg=points,
    )
    tab.settled()
    assert figure.evaluate(RANGE) == pytest.approx(zoomed)
