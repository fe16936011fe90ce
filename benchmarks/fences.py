"""What must stay as good as it is, beside the table of `make bench`: `python -m benchmarks.fences`."""

from benchmarks import (
    dry_run,
    dry_run_spark,
    fallback,
    faults,
    growth,
    memory,
    narrative,
    observing,
    store_size,
    suppression,
)
from benchmarks.goals import Goal, show

FENCES = (narrative, observing, fallback, faults, memory, store_size, growth, suppression, dry_run, dry_run_spark)


def main() -> None:
    """Run every benchmark and print whether its goals are met."""
    goals: list[Goal] = []
    for benchmark in FENCES:
        print(f"== {benchmark.__name__.removeprefix('benchmarks.')}: {benchmark.__doc__}", flush=True)
        goals += benchmark.measure()
    print()
    show(goals)


if __name__ == "__main__":
    main()
