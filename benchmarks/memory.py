"""A worker's memory after 100, 1,000 and 10,000 calls, of which no two have the same words."""

from datetime import UTC, datetime

from benchmarks.calls import CARD, bodies
from benchmarks.goals import Goal, at_most, show
from benchmarks.load import load_of, run
from benchmarks.servers import our_service

CALLS = (100, 1_000, 10_000)
GOAL_MIB, FLAT = 120, 1.05


def after_calls() -> dict[int, float]:
    """Return the MiB of the single worker after each number of calls."""
    load = load_of(CARD.expected, bodies(CARD, datetime.now(UTC).date(), differ=True))
    measured, done = {}, 0
    with our_service(workers=1) as server:
        for calls in CALLS:
            done += run(server.port, load, count=calls - done, within=300).answered
            assert done == calls, f"only {done} of {calls} calls were answered in time"
            measured[calls] = server.worker_mib()
    return measured


def measure() -> list[Goal]:
    """Measure whether memory stays flat, and how much it is."""
    mib = after_calls()
    figures = ", ".join(f"{mib[calls]:.1f} after {calls:,}" for calls in CALLS)
    print(f"MiB of a worker: {figures}")
    few, many = CALLS[-2:]
    return [
        at_most(f"memory of a worker after {many:,} calls", mib[many], GOAL_MIB, " MiB"),
        at_most(f"the same against that after {few:,} (flat)", mib[many] / mib[few], FLAT, " times", figures),
    ]


def main() -> None:
    """Print the figures."""
    show(measure())


if __name__ == "__main__":
    main()
