"""The clock. All other code is passed the time, so that a test can set it."""

from datetime import UTC, datetime


def system_clock() -> datetime:
    """Return the current time in UTC. The clock is read nowhere else."""
    return datetime.now(UTC)
