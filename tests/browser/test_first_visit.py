"""The first visit after a server's start, by an address that leads deep into the dashboard."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import started_server

APP = (Path(__file__).parents[2] / "app.py").read_text(encoding="utf-8")
TITLES = re.findall(r'st\.Page\(.*title="([^"]+)"', APP)
LINK = "[data-testid=stSidebarNavLink]"
KEEP_EVERY_LINK = f"""
    window.everyLink = new Set();
    new MutationObserver(() => document.querySelectorAll("{LINK}").forEach(
        link => window.everyLink.add(link.innerText.split("\\n").at(-1))
    )).observe(document, {{subtree: true, childList: true, characterData: true}});
"""


@pytest.fixture
def running_server(tmp_path):
    """A dashboard that nobody has visited."""
    with started_server(tmp_path / "server.txt") as server:
        yield server


@pytest.mark.browser
@pytest.mark.parametrize(
    ("page", "query", "title"), [("batch", {"run": "none"}, "Batch"), ("jobs", {}, "Jobs")]
)
def test_a_deep_link_has_our_navigation_from_the_first_moment(new_tab, page, query, title):
    tab = new_tab()
    tab.page.add_init_script(KEEP_EVERY_LINK)
    tab.go(page, **query)
    expect(tab.page.get_by_role("heading", level=1, name=title, exact=True)).to_be_visible()
    shown = tab.page.locator(LINK)
    expect(shown).to_have_count(len(TITLES))
    assert tab.page.title().startswith(title)
    assert sorted(tab.page.evaluate("[...window.everyLink]")) == sorted(TITLES)
