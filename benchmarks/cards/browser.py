"""Where the first button of each card ends, in a real browser at the width that the public sandbox gives a card."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

WINDOW = {"width": 1366, "height": 768}
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
_FIRST_BUTTON_END = "page => page.querySelector('.suggestions button')?.getBoundingClientRect().bottom ?? null"


@contextmanager
def open_sheet(sheet: Path) -> Iterator[Page]:
    """Open the sheet in Chromium, which can reach nothing but this file."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("chromium was not found. Debian, Ubuntu: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        page = browser.new_page(viewport=WINDOW)
        page.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort())
        page.goto(sheet.as_uri())
        yield page
        browser.close()


def first_button_ends(page: Page, cards: int) -> list[float | None]:
    """Return where the first button of each card ends, in px from the top; None where a card has none."""
    ends = []
    for place in range(cards):
        page.evaluate("place => show(place)", place)
        ends.append(page.locator("section.page.shown").evaluate(_FIRST_BUTTON_END))
    return ends
