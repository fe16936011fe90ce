"""The format of errors, asserted in one place (CDS Hooks 3.0 ballot, "HTTP Status Codes": an OperationOutcome)."""

from typing import Any

from werkzeug.test import TestResponse

_KNOWN = {"severity", "code", "details", "diagnostics", "expression"}


def assert_error(
    response: TestResponse, status: int, field: str | None = None, *, says: str = "", origin: str | None = "*"
) -> Any:
    """Assert that the response is an error of this status that names only `field`. `says` is part of its text.

    `origin` is the origin whose pages may read the response; None skips that check.
    """
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/fhir+json"
    body = response.get_json()
    assert set(body) == {"resourceType", "issue"}
    assert body["resourceType"] == "OperationOutcome"
    [issue] = body["issue"]
    assert set(issue) <= _KNOWN
    assert issue["severity"] == "error"
    assert issue.get("expression") == ([field] if field else None)
    text = issue["details"]["text"]
    assert text == issue["diagnostics"]
    assert text.startswith(f"{field} " if field else "")
    assert says in text
    if origin:
        assert response.headers["Access-Control-Allow-Origin"] == origin
    return issue
