"""How long the page to try the service takes: `python -m benchmarks.pages`, with Chromium and Playwright installed.

The goals, on two quiet cores: the server's part 50 ms, from a click to the card 150 ms, at the 95th percentile.
"""

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import quantiles

import requests
from playwright.sync_api import Page, sync_playwright

from cds_service.knowledge.shipped import shipped_examples
from tests.peers.service_process import running_service

_WARM_UP, _CLICKS = 16, 200
_SILENT = "healthy-chart"  # no card would end the measurement
# From the change of a list to the frame in which the card stands.
_CHOOSE = """(name) => new Promise((done) => {
  const list = document.getElementById("scenario"), results = document.getElementById("results");
  const start = performance.now();
  new MutationObserver((_, observer) => {
    if (!results.querySelector(".card")) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
  }).observe(results, { childList: true });
  list.value = name;
  list.dispatchEvent(new Event("change", { bubbles: true }));
})"""


def main() -> None:
    """Measure both and print them."""
    names = sorted(path.parent.name for path in shipped_examples().glob("*/request.json"))
    names = [name for name in names if name != _SILENT]
    turns = [names[number % len(names)] for number in range(_WARM_UP + _CLICKS)]
    with tempfile.TemporaryDirectory() as folder, running_service(Path(folder)) as service, sync_playwright() as driver:
        with requests.Session() as session:
            _report("server", [_post(session, service.base, name) for name in turns])
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page: Page = browser.new_page(base_url=service.base)
        page.goto("/try")
        _report("click to card", [page.evaluate(_CHOOSE, name) for name in turns])
        browser.close()


def _post(session: requests.Session, base: str, name: str) -> float:
    start = time.perf_counter()
    chosen = {"scenario": name, "part": "results"}
    session.post(f"{base}/try", data=chosen, headers={"Accept": "text/html"}, timeout=30).raise_for_status()
    return (time.perf_counter() - start) * 1000


def _report(what: str, milliseconds: Iterable[float]) -> None:
    percentiles = quantiles(list(milliseconds)[_WARM_UP:], n=100)
    print(f"{what}: p50 {percentiles[49]:.0f} ms, p95 {percentiles[94]:.0f} ms")


if __name__ == "__main__":
    main()
