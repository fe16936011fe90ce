"""Rewrite each scenario's prefetch and response: `python -m tests.pathways.regenerate [NAME ...]`.

The prefetch is built from `server.json` with the service's own templates; the response is the service's current one.
Review the diff before you commit it: a changed response is a changed card.
"""

import argparse
import tempfile
from pathlib import Path

from .calling import call, prefetched
from .scenarios import Scenario, all_scenarios


def regenerate(scenario: Scenario) -> None:
    """Write `request.json`'s prefetch and `response.json`."""
    scenario.write("request", scenario.request | {"prefetch": prefetched(scenario)})
    with tempfile.TemporaryDirectory() as folder:
        answer = call(scenario, Path(folder), scenario.request)
    if answer.status_code != 200:
        raise SystemExit(f"{scenario.name}: {answer.status_code} {answer.get_data(as_text=True)}")
    scenario.write("response", answer.json)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="scenarios; all of them if none is named")
    names = parser.parse_args().names
    for scenario in all_scenarios():
        if not names or scenario.name in names:
            regenerate(scenario)


if __name__ == "__main__":
    main()
