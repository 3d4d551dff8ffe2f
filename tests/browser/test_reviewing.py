"""Why was this image chosen: keys that decide, a lasso that becomes a set, drawing on request."""

import csv
import math
import re
import shutil

import pytest
from playwright.sync_api import expect

from mtal.runs.paths import StorePaths
from mtal.runs.reviews.review_database import ACCEPTED, REJECTED, ReviewDatabase
from mtal.runs.store.run import Run
from tests.browser.screen import Dashboard, eventually

pytestmark = pytest.mark.browser

CYCLE = 1


@pytest.fixture
def run(store: StorePaths, finished_run: Run) -> Run:
    """A copy of the finished run, thumbnails included."""
    shutil.copytree(finished_run.paths.folder.parent, store.folder)
    return Run(store.run(finished_run.name).folder)


def picks(run: Run) -> list[str]:
    """Ids of the batch in the order in which they were picked."""
    pool = run.pool(CYCLE)
    return pool[pool["picked"]].sort_values("rank")["id"].tolist()


def press(tab: Dashboard, key: str, button: str) -> None:
    """A key once its button is there."""
    expect(
        tab.page.get_by_test_id("stMain")
        .get_by_role("button", name=re.compile(rf"^{button}"))
        .first
    ).to_be_enabled()
    tab.settled()
    tab.page.keyboard.press(key)


def looks_at(tab: Dashboard, sample: str) -> None:
    """The address names this image, and the page is done."""
    expect(tab.page).to_have_url(re.compile(rf"[?&]sample={re.escape(sample)}(&|$)"))
    tab.settled()


def test_a_batch_is_decided_with_the_keyboard_and_nothing_is_lost(new_tab, run):
    tab, names = new_tab(), picks(run)
    tab.go("batch", run=run.name, cycle=str(CYCLE), sample=names[0])
    batch = tab.page.locator("ul.tiles").first  # others' picks and near misses stand below
    press(tab, "x", "Reject")
    expect(batch.locator("li.tile.rejected")).to_have_count(1)
    press(tab, "j", "Next")
    looks_at(tab, names[1])
    press(tab, "a", "Accept")
    expect(batch.locator("li.tile.accepted")).to_have_count(1)
    decisions = ReviewDatabase(run.store).decisions(run.name, CYCLE)
    by_image = dict(zip(decisions["sample"], decisions["decision"], strict=True))
    assert by_image == {names[0]: REJECTED, names[1]: ACCEPTED}
    expect(batch.locator("li.tile.refill")).to_have_count(1)  # the next best takes the place
    tab.page.reload()
    looks_at(tab, names[1])
    expect(batch.locator("li.tile.refill")).to_have_count(1)
    expect(batch.locator("li.tile.rejected")).to_have_count(1)
    tab.keep("batch-decided")
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="Download", exact=True).nth(1).click()
    rows = list(csv.DictReader(download.value.path().read_text().splitlines()))
    assert {row["sample_id"] for row in rows if row["decision"] == REJECTED} == {names[0]}
    assert {row["requested"] for row in rows if row["decision"] == REJECTED} == {"false"}


def test_keys_are_letters_while_a_note_is_written(new_tab, run):
    tab, names = new_tab(), picks(run)
    tab.go("inspect", run=run.name, cycle=str(CYCLE), sample=names[0])
    note = tab.page.get_by_label("Note", exact=True)
    note.fill("")
    note.press_sequentially("ajx")
    note.press("Enter")
    eventually(lambda: len(ReviewDatabase(run.store).decisions(run.name, CYCLE)) > 0)
    looks_at(tab, names[0])
    decisions = ReviewDatabase(run.store).decisions(run.name, CYCLE)
    assert decisions[["sample", "decision", "note"]].to_numpy().tolist() == [[names[0], "", "ajx"]]


def test_inspect_steps_through_the_batch_and_leads_back(new_tab, run):
    tab, names = new_tab(), picks(run)
    tab.go("inspect", run=run.name, cycle=str(CYCLE), sample=names[0])
    for name in names[1:3]:
        press(tab, "j", "Next")
        looks_at(tab, name)
    press(tab, "k", "Previous")
    looks_at(tab, names[1])
    tab.keep("inspect")
    press(tab, "g", "All picks")
    expect(tab.page.get_by_role("heading", level=1, name="Batch", exact=True)).to_be_visible()
    tab.settled()


def test_any_image_is_drawn_when_it_is_asked_for(new_tab, run):
    tab = new_tab()
    undrawn = next(image for image in range(len(run.facts.pool)) if image not in run.drawn(CYCLE))
    tab.go("inspect", run=run.name, cycle=str(CYCLE), sample=run.facts.pool[undrawn])
    tab.press("Draw it")
    expect(tab.page.get_by_text("All 3 tasks side by side")).to_be_visible()
    tab.sound()
    assert undrawn in run.drawn(CYCLE)


def test_a_lasso_becomes_tiles_and_a_set_with_a_link(new_tab, run):
    tab = new_tab()
    tab.go("map", run=run.name, cycle=str(CYCLE))
    plot = tab.part("map.canvas").locator(".nsewdrag").first
    expect(plot).to_be_visible()
    box = plot.bounding_box()
    assert box
    across, down = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.page.mouse.move(across + 0.48 * box["width"], down)
    tab.page.mouse.down()
    for step in range(33):
        angle = 2 * math.pi * step / 32
        tab.page.mouse.move(
            across + 0.48 * box["width"] * math.cos(angle),
            down + 0.48 * box["height"] * math.sin(angle),
        )
    tab.page.mouse.up()
    expect(tab.page).to_have_url(re.compile("[?&]set=[0-9a-f]{12}"))
    expect(tab.page.locator(".map-tiles button").first).to_be_visible()
    tab.settled()
    (kept,) = ReviewDatabase(run.store).sets(run.data.folder.name).to_dict("records")
    assert kept["id"] in tab.page.url
    assert 1 < kept["size"] <= len(run.facts.pool)
    tab.keep("map-lasso")
    tab.page.reload()
    expect(tab.page.locator(".map-tiles button").first).to_be_visible()
    other = new_tab()  # the link is all that a colleague needs
    other.go("batch", run=run.name, cycle=str(CYCLE), set=kept["id"])
    other.keep("batch-with-set")
