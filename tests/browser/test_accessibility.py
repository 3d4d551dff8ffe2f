"""Every page through axe: nothing that a screen reader or weak eyes could not use.

The rules are those of WCAG 2.1, A and AA.
"""

import shutil

import pytest

from mtal.config import Config
from mtal.runs.jobs.launch import create
from mtal.runs.paths import StorePaths
from tests.browser.screen import COLOURS

pytestmark = pytest.mark.browser

PAGES = (
    "",
    "data",
    "launch",
    "experiments",
    "jobs",
    "run",
    "batch",
    "inspect",
    "signals",
    "map",
    "curves",
    "compare",
    "published",
    "help",
)
BACKGROUND = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
IS_DARK = f"() => /^rgb\\((\\d|[1-9]\\d),/.test({BACKGROUND})"
OF_A_RUN = ("run", "batch", "inspect", "signals", "map")


@pytest.fixture
def finished_store(store: StorePaths, real_store: StorePaths) -> StorePaths:
    """A copy of the real runs, thumbnails included."""
    shutil.copytree(real_store.folder, store.folder)
    return store


def test_every_page_with_results_can_be_used_by_everybody(new_tab, finished_store, finished_run):
    tab, wrong = new_tab(), {}
    for page in PAGES:
        tab.page.emulate_media(color_scheme="light")
        tab.go(page, **({"run": finished_run.name, "cycle": "1"} if page in OF_A_RUN else {}))
        wrong[page] = tab.barriers()
        tab.page.emulate_media(color_scheme="dark")  # the same page in other colours
        tab.page.wait_for_function(IS_DARK)
        wrong[page] += tab.barriers(COLOURS)
    assert not any(wrong.values()), "\n".join(wrong.values())


def test_every_empty_page_can_be_used_by_everybody(new_tab):
    tab, wrong = new_tab(), {}
    for page in ("", "jobs", "run", "batch", "map", "curves"):
        tab.go(page)
        wrong[page] = tab.barriers()
    assert not any(wrong.values()), "\n".join(wrong.values())


def test_a_run_that_never_began_can_be_used_by_everybody(new_tab, store):
    run = create(Config(dataset="drawn"), store)
    tab = new_tab()
    tab.go("run", run=run.folder.name)
    assert tab.barriers() == ""
