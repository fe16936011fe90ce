"""The shape of every error response: a FHIR OperationOutcome that names the invalid field, never its content."""

from typing import Any


def build_operation_outcome(code: str, text: str, field: str | None = None) -> dict[str, Any]:
    """Build an OperationOutcome with one issue.

    `code` is from FHIR's IssueType. `field` is the path of the invalid member, such as `context.patientId`.
    """
    issue: dict[str, Any] = {"severity": "error", "code": code}
    message = f"{field} {text}" if field else text
    issue["details"] = {"text": message}
    issue["diagnostics"] = message
    if field:
        issue["expression"] = [field]
    return {"resourceType": "OperationOutcome", "issue": [issue]}
