"""Time from process start to readiness: of the command until discovery answers, and of import and `create_app`."""

import subprocess
import sys
import tempfile

from benchmarks.goals import Goal, at_most, show
from benchmarks.launching import ROOT, environment
from benchmarks.servers import WORKERS, our_service

GOAL_S = 1.5
ROUNDS = 5
READY = """
import time
started = time.perf_counter()
from cds_service.app import create_app
imported = time.perf_counter()
application = create_app()
created = time.perf_counter()
assert application.test_client().get("/cds-services").status_code == 200
print(imported - started, created - imported)
"""


def until_answer(home: str) -> float:
    """Return the seconds from the start of `hip-spine-cds serve` to its first answer on discovery."""
    with our_service(home=home) as server:
        return server.ready_after


def import_and_create(home: str) -> tuple[float, float]:
    """Return the seconds of import and of `create_app` in a fresh interpreter."""
    variables = environment({"HOME": home, "PYTHONPATH": str(ROOT)})
    command = [sys.executable, "-c", READY]
    done = subprocess.run(command, cwd=home, env=variables, capture_output=True, check=True, timeout=60)
    imported, created = map(float, done.stdout.split())
    return imported, created


def measure() -> list[Goal]:
    """Measure both with an existing database, and print the very first start."""
    with tempfile.TemporaryDirectory() as home:
        first = until_answer(home)
        measured = [(until_answer(home), *import_and_create(home)) for _ in range(ROUNDS)]
    answer = min(times[0] for times in measured)
    imported, created = min(((i, m) for _, i, m in measured), key=sum)
    print(f"serve with {WORKERS} workers answers after {answer:.2f} s, at its very first start after {first:.2f} s")
    return [
        at_most(
            "import to ready", imported + created, GOAL_S, " s", f"import {imported:.2f}, create_app {created:.2f}"
        ),
        at_most("`serve` to the first answer", answer, GOAL_S, " s", f"first start ever {first:.2f}"),
    ]


def main() -> None:
    """Print the times."""
    show(measure())


if __name__ == "__main__":
    main()
