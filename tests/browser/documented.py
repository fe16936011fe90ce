"""Takes the screenshots of the tutorial: `python -m tests.browser.documented`, with Chromium and Playwright."""

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.peers.service_process import running_service

FOLDER = Path(__file__).parents[2] / "docs" / "tutorial"
SCENARIO = "groin-pain-lumbar-order"
_SIZE = {"width": 1080, "height": 680}


def main() -> None:
    """Go from the first page to a card, and write what is seen before each click."""
    with tempfile.TemporaryDirectory() as folder, running_service(Path(folder)) as service, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport=_SIZE, base_url=service.base)
        page.goto("/")
        _write(page, 1)
        page.click("a.main-action")
        page.wait_for_selector(".card")
        _write(page, 2)
        page.select_option("#scenario", SCENARIO)
        page.wait_for_selector(".card:has-text('consider the hip')")
        _write(page, 3)
        browser.close()


def _write(page: Page, number: int) -> None:
    page.screenshot(path=FOLDER / f"three-clicks-{number}.jpg", type="jpeg", quality=70)


if __name__ == "__main__":
    main()
