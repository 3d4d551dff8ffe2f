"""One tab of the dashboard, by what a person sees and does in it."""

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlencode

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

FADING_S = 5  # until what is new on a page has its full colour
PATIENCE_S = 90  # two cores that also train
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
STANDARD = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
COLOURS = ("color-contrast", "link-in-text-block")  # the rules of it that look at colours
# Streamlit makes its list of pages of other parts than <li>, and the marks of the small line in a
# metric have no names.
NOT_OURS = {"exclude": [["[data-testid=stSidebarNav]"], ["[data-testid=stMetricChart]"]]}
LOADED = "images => images.length > 0 && images.every(one => one.complete && one.naturalWidth > 0)"


def eventually(
    is_so: Callable[[], bool], otherwise: Callable[[], str] = str, patience_s: float = PATIENCE_S
) -> None:
    """Wait for what the dashboard does after the browser has sent it something.

    otherwise: words for the case that it takes too long.
    """
    give_up = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < give_up, otherwise()
        time.sleep(0.05)


class Dashboard:
    """A browser tab. Every look at a new page also looks for an error on it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.broken: list[str] = []  # errors of scripts in the browser itself
        page.on("pageerror", lambda error: self.broken.append(str(error)))

    def go(self, page: str = "", **query: str) -> None:
        """By address, as from a bookmark."""
        self.page.goto(f"{self.address}/{page}" + (f"?{urlencode(query)}" if query else ""))
        self.settled()

    def follow(self, title: str) -> None:
        """By the navigation at the side; the page calls itself like its link."""
        self.page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
        expect(self.page.get_by_role("heading", level=1, name=title, exact=True)).to_be_visible()
        self.settled()

    def settled(self) -> None:
        """The script has run to its end, and left no error."""
        expect(self.page.get_by_role("heading", level=1).first).to_be_visible()
        expect(self.page.get_by_test_id("stApp")).to_have_attribute(
            "data-test-script-state", "notRunning"
        )
        self.sound()

    def sound(self) -> None:
        """No error is shown anywhere."""
        expect(self.page.get_by_test_id("stException")).to_have_count(0)
        assert not self.broken

    def barriers(self, rules: Sequence[str] = STANDARD) -> str:
        """What on the page breaks the rules of WCAG 2.1, A and AA; "" if nothing does.

        A page that still fades in has colours of its own for a moment: what is wrong stays wrong.
        """
        self.settled()
        options = {"runOnly": list(rules), "resultTypes": ["violations"]}
        give_up = time.monotonic() + FADING_S
        while True:
            result = Axe().run(self.page, context=NOT_OURS, options=options)
            if not result.violations_count:
                return ""
            if time.monotonic() > give_up:
                return str(result.generate_report())
            time.sleep(0.2)

    def press(self, name: str) -> None:
        """A button by its text."""
        self.page.get_by_role("button", name=name).click()

    def part(self, key: str) -> Locator:
        """A widget or container by its key in the program."""
        return self.page.locator(f".st-key-{re.sub(r'[^a-zA-Z0-9_-]', '-', key)}")

    def says(self, text: str | re.Pattern[str], patience_s: float | None = None) -> None:
        """A text appears."""
        expect(self.page.get_by_text(text).first).to_be_visible(
            timeout=None if patience_s is None else 1000 * patience_s
        )

    def choose(self, label: str, option: str | re.Pattern[str]) -> None:
        """An entry of a select box."""
        self.page.get_by_role("combobox", name=re.compile(label)).click()
        self.page.get_by_role("option", name=option).click()
        self.settled()

    def pictures(self, inside: Locator) -> int:
        """How many pictures a part of the page has, once all have arrived and can be drawn."""
        images = inside.locator("img")
        expect(images.first).to_be_attached()
        for image in images.all():
            image.scroll_into_view_if_needed()
        handles = images.element_handles()
        self.page.wait_for_function(LOADED, arg=handles)
        return len(handles)

    def charts(self, count: int) -> Locator:
        """So many drawn charts."""
        charts = self.page.locator(".js-plotly-plot")
        expect(charts).to_have_count(count)
        return charts

    def keep(self, name: str) -> None:
        """A screenshot for people."""
        self.settled()
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")
