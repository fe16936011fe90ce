"""The one shape of errors: a FHIR OperationOutcome that names the field at fault, never its content."""

from typing import Any


def build_operation_outcome(code: str, text: str, field: str | None = None) -> dict[str, Any]:
    """An OperationOutcome with one issue.

    `code` is of FHIR's IssueType; `field` the path of the request's member at fault, such as `context.patientId`.
    """
    issue: dict[str, Any] = {"severity": "error", "code": code}
    said = f"{field} {text}" if field else text
    issue["details"] = {"text": said}
    issue["diagnostics"] = said
    if field:
        issue["expression"] = [field]
    return {"resourceType": "OperationOutcome", "issue": [issue]}
