"""Runs every benchmark in turn and prints one table of the goals: `python -m benchmarks`."""

from benchmarks import (
    fallback,
    faults,
    growth,
    memory,
    narrative,
    observing,
    pipeline,
    server_cpu,
    startup,
    store_size,
    suppression,
    throughput,
)
from benchmarks.goals import Goal, not_measured, show

BENCHMARKS = (
    pipeline,
    narrative,
    observing,
    server_cpu,
    throughput,
    fallback,
    faults,
    memory,
    startup,
    store_size,
    growth,
    suppression,
)

LATER = (not_measured("throughput against Express 5, 2 processes each: at least 1.3 times"),)


def main() -> None:
    """Run every benchmark and print the table."""
    goals: list[Goal] = []
    for benchmark in BENCHMARKS:
        print(f"== {benchmark.__name__.removeprefix('benchmarks.')}: {benchmark.__doc__}", flush=True)
        goals += benchmark.measure()
    print()
    show([*goals, *LATER])


if __name__ == "__main__":
    main()
