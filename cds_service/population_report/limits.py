"""What a dry run cannot know, in the words of the report's first lines, each with the direction in which it errs."""

from collections.abc import Iterator
from typing import NamedTuple

from cds_service.population_report.dry_run import DryRun


class Limit(NamedTuple):
    """A limit of a dry run: what cannot be known, and which numbers are too high or too low for it."""

    what: str
    direction: str


def list_limits(run: DryRun) -> Iterator[Limit]:
    """Yield the limits of a run, the weightiest first."""
    if run.not_exported:
        yield Limit(
            f"The export holds no {', '.join(sorted(run.not_exported))}, which the service reads.",
            "What is not there is not taken as absent, so advice to wait is understated where it needs a whole chart: "
            "see “stopped by missing data”. Cards are understated too. Export these types, or say --none-of where no "
            "patient has any.",
        )
    yield Limit(
        "An export tells the status that a problem or drug has now, not the one it had then.",
        "Advice to wait is overstated where a reason to act has been resolved, stopped or struck out since: the "
        "service would have seen it as active and kept the advice to itself. It is understated where a problem "
        "that was over then is active again now.",
    )
    yield Limit(
        "Records that were deleted or merged since are not in the export, and later corrections stand as if always so.",
        "Cards are understated, and so is what stops advice to wait.",
    )
    yield Limit(
        "Where a record says only when something happened, not when it was written down, the careful date is taken: "
        "what may be a reason to act counts from when it happened.",
        "Advice to wait is understated.",
    )
    yield Limit(
        "Notes whose text is not in the export, and scanned ones, are not read; “Formats of notes” counts both.",
        "Cards and advice to wait are understated. The live service would not have read scanned notes either.",
    )
    yield Limit(
        "Nobody answered these cards. The live service does not repeat what its user has overridden or accepted.",
        "Cards are overstated where a patient has several orders.",
    )
    if run.reads_all:
        yield Limit(
            "Everything in the export was read (--all), also what the live service does not ask for.",
            "Cards, and what stops advice to wait, are overstated.",
        )
