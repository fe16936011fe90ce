"""The paths of the pages in the OpenAPI document."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
_HTML: Final = {"text/html": {"schema": {"type": "string"}}}
_JSON: Final = {"application/json": {"schema": {"type": "object"}}}
_EITHER: Final = {**_HTML, **_JSON}
_FORM: Final[JsonObject] = {
    "required": True,
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "properties": {
                    "scenario": {"type": "string", "description": "The name of a scenario; empty: an empty chart."},
                    "f": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "Findings with answers, such as groin-pain.right.",
                    },
                    "note": {"type": "string", "maxLength": 20_000},
                    "order": {"type": "string", "description": "A kind of imaging; none: the chart is opened."},
                    "on": {"type": "string", "format": "date", "description": "The day on which it is judged."},
                },
            }
        }
    },
}
_SCENARIO: Final = {"name": "scenario", "in": "query", "required": False, "schema": {"type": "string"}}
_ASSET: Final = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}


def describe_pages(*, is_demo: bool) -> Mapping[str, JsonObject]:
    """Return the operations of each path; the page to try the service is in demo mode alone."""
    home = _describe("home", "What this service is, for people; a redirect to discovery for others", _HTML)
    home["responses"]["302"] = {"description": "To /cds-services, for who does not ask for HTML."}
    paths = {
        "/": {"get": home},
        "/index.json": {"get": _describe("homeJson", "The content of / as data", _JSON)},
        "/assets/{name}": {"get": _describe_asset()},
    }
    return {**paths, **_describe_try()} if is_demo else paths


def _describe_try() -> Mapping[str, JsonObject]:
    feedback = _take_form(_describe("tryFeedback", "Answer a card of /try without scripts", _EITHER))
    return {
        "/try": _describe_both("try", "A page to try the service (demo mode)", _EITHER),
        "/try.json": _describe_both("tryJson", "The content of /try as data (demo mode)", _JSON),
        "/try/feedback": {"post": feedback},
    }


def _describe_both(name: str, summary: str, content: JsonObject) -> JsonObject:
    begin = _describe(name, summary, content)
    begin["parameters"] = [_SCENARIO]
    begin["responses"]["400"] = _REFUSED
    return {"get": begin, "post": _take_form(_describe(f"{name}Chosen", f"{summary}, with what was chosen", content))}


_REFUSED: Final = {"description": "A field of the form is wrong."}


def _take_form(operation: JsonObject) -> JsonObject:
    operation["requestBody"] = _FORM
    operation["responses"] |= {"400": _REFUSED, "403": {"description": "A page of another site sent the form."}}
    return operation


def _describe_asset() -> JsonObject:
    operation = _describe("asset", "A file that the pages load", {"*/*": {}})
    operation["parameters"] = [_ASSET]
    operation["responses"]["404"] = {"description": "There is no such file."}
    return operation


def _describe(name: str, summary: str, content: JsonObject) -> JsonObject:
    return {
        "operationId": name,
        "summary": summary,
        "responses": {"200": {"description": "The page, or the same as data.", "content": content}},
    }
