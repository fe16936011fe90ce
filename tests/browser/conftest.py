"""A real browser, Debian's Chromium, before the service as `make serve` runs it."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from left_out import leave_out

from tests.peers.service_process import Service, running_service

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SHOTS = Path(__file__).parents[2] / "build" / "browser"
_FLAGS = ["--no-sandbox"]  # a container's root has no sandbox; the pages are our own
_WHAT = "chromium and playwright, to open the pages in a browser"


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        leave_out(_WHAT)
    if chromium is None:
        leave_out(_WHAT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("browser")) as service:
        yield service


@pytest.fixture
def faults() -> list[str]:
    """What went wrong in the browser; a test that provokes something takes it out."""
    return []


@pytest.fixture
def visit(browser: "Browser", service: Service, faults: list[str]) -> Iterator[Callable[..., "Page"]]:
    """Open pages of the service; at the end, none may have failed at anything or asked another origin."""
    with ExitStack() as opened:

        def visit(path: str, **options: Any) -> "Page":
            context = browser.new_context(
                base_url=service.base, **{"viewport": {"width": 1280, "height": 900}, **options}
            )
            opened.callback(context.close)
            page = context.new_page()
            page.on("console", lambda said: faults.append(said.text) if said.type in {"error", "warning"} else None)
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("dialog", lambda dialog: faults.append(f"dialog: {dialog.message}"))
            page.on("request", lambda request: _note_foreign(request.url, service.base, faults))
            page.goto(path)
            return page

        yield visit
    assert faults == []


def _note_foreign(url: str, base: str, faults: list[str]) -> None:
    if urlsplit(url).netloc != urlsplit(base).netloc:
        faults.append(f"another origin was asked: {url}")


@pytest.fixture
def shoot() -> Callable[..., None]:
    """Keep a screenshot with the run's output."""
    SHOTS.mkdir(parents=True, exist_ok=True)

    def shoot(page: "Page", name: str, **options: Any) -> None:
        page.screenshot(path=SHOTS / f"{name}.png", **options)

    return shoot
