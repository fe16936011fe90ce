"""A worker's memory after 100, 1,000 and 10,000 calls, each chart with different words."""

from benchmarks.bodies import patient_view
from benchmarks.dating import as_of_today
from benchmarks.goals import Goal, at_most, show
from benchmarks.load import load_of, run
from benchmarks.servers import our_service

CALLS = (100, 1_000, 10_000)
GOAL_MIB, FLAT = 120, 1.05
CHARTS = 200  # enough to fill every cache by text, code or date


def bodies() -> list[bytes]:
    """Return charts that differ in their texts and ids."""
    plain = [as_of_today(patient_view()) for _ in range(CHARTS)]
    return [body.replace(b'"Text ', f'"Text {number} '.encode()) for number, body in enumerate(plain)]


def after_calls() -> dict[int, float]:
    """Return the MiB of the single worker after each number of calls."""
    load = load_of(b'"indicator":"warning"', *bodies())
    measured, done = {}, 0
    with our_service(workers=1) as server:
        for calls in CALLS:
            done += len(run(server.port, load, count=calls - done, within=300).answers)
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
