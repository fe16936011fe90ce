"""The facts of a chart as marks of the figure."""

from collections.abc import Iterable

from cds_service.figure.marks import Mark
from cds_service.model.facts import Finding, FindingValue


def marks_of(findings: Iterable[Finding]) -> list[Mark]:
    """Return what the chart says is there or not; what was only asked about is no mark."""
    return [
        Mark(
            finding.id,
            "present" if finding.value is FindingValue.PRESENT else "absent",
            finding.side.value,
            radiates=finding.qualifiers.get("radiation") == "yes",
        )
        for finding in findings
        if finding.value is not FindingValue.ASKED
    ]
