"""Leaves out what a machine lacks a package for: the run's summary names it. CI leaves nothing out."""

import os
from typing import NoReturn

import pytest

_REASON = "left out for want of a package: "


def leave_out(what: str) -> NoReturn:
    """Skip this test and have it named at the end, or fail under CI. `what`: what is missing, and for what."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI leaves nothing out, but this is missing: {what}")
    pytest.skip(_REASON + what)


def name_left_out(reporter: pytest.TerminalReporter) -> None:
    """Write a line for each thing that was missing."""
    reasons = {str(report.longrepr[2]) for report in reporter.stats.get("skipped", [])}
    for reason in sorted(reason for reason in reasons if _REASON in reason):
        reporter.write_line(f"Left out for want of a package: {reason.split(_REASON, 1)[1]}", yellow=True)
