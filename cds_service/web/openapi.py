"""The OpenAPI 3.1 document: every route, with the schemas of the wire's own models. Made when first asked for."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from cds_service.service.catalogue import SERVICES, ServiceEntry
from cds_service.web.errors import FHIR_JSON
from cds_service.web.intake import JSON
from cds_service.web.tracing import REQUEST_ID
from cds_service.wire.schemas import REF, components, request_name

Item: TypeAlias = dict[str, Any]
_WHY: Final[Mapping[int, str]] = {
    400: "A byte or a field of the body is wrong.",
    401: "No valid token (production).",
    403: "Not allowed for this caller (production).",
    404: "There is no such service.",
    408: "The body did not arrive in time.",
    412: "Data the service requires was not sent, and could not be read from the FHIR server.",
    413: "The body is too large, as sent or inflated.",
    415: "The body is not JSON, or encoded in another way than gzip.",
    422: "The Bundles hold more entries than are read in one call.",
    429: "The client is over its rate limit; Retry-After says for how many seconds.",
    500: "The service failed; no advice was given.",
    503: "Not at the moment; Retry-After says in how many seconds. No advice was given.",
}
_OF_A_CALL: Final = (400, 401, 403, 404, 408, 412, 413, 415, 422, 429, 500, 503)
_OF_FEEDBACK: Final = (400, 401, 403, 404, 408, 413, 415, 429, 500, 503)
_IDS: Final[Item] = {REQUEST_ID: {"description": "The call's id, given or made.", "schema": {"type": "string"}}}
_STORED: Final[Item] = {
    "type": "object",
    "properties": {"stored": {"type": "integer", "minimum": 0, "description": "Events that were not known yet."}},
    "required": ["stored"],
    "additionalProperties": False,
}
_TRACED: Final = [
    {"name": name, "in": "header", "required": False, "description": told, "schema": {"type": "string"}}
    for name, told in (
        (REQUEST_ID, "An id for the call: 1 to 64 letters, digits, `.`, `_`, `-`. Another is replaced. No patient's."),
        ("traceparent", "W3C Trace Context, continued and passed on to FHIR searches; one that is malformed is not."),
    )
]


def make_document(
    version: str, keys: Iterable[str], examples: Path, *, metrics: bool, more: Mapping[str, Item] | None = None
) -> bytes:
    """The document. `keys`: of the prefetch; `examples`: the folder of example calls; `more`: further paths."""
    accepted = {entry.hook: entry.accepted for entry in SERVICES.values()}
    paths = {"/cds-services": {"get": _discovery()}}
    for entry in SERVICES.values():
        paths[f"/cds-services/{entry.id}"] = {"post": _call(entry, _example(entry, examples))}
        paths[f"/cds-services/{entry.id}/feedback"] = {"post": _feedback(entry)}
    paths |= _operators(metrics=metrics)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "hip-spine-cds",
            "version": version,
            "summary": "A CDS Hooks service that judges whether documented pain points to the hip or to the spine.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {**paths, **(more or {})},
        "components": {
            "schemas": components(accepted, list(keys)),
            "securitySchemes": {"client": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }
    return json.dumps(document).encode()


def _discovery() -> Item:
    return {
        "operationId": "discover",
        "summary": "The services offered, and the data to send to each",
        "security": [{}, {"client": []}],
        "responses": {"200": _json("Discovery", "The services."), **_errors(401, 500)},
    }


def _call(entry: ServiceEntry, example: tuple[Any, Any] | None) -> Item:
    answer = _json("HookResponse", "Cards; an empty list where there is nothing to say.")
    body: Item = {"schema": {"$ref": REF + request_name(entry.hook)}}
    if example:
        body["example"], answer["content"][JSON]["example"] = example
    return {
        "operationId": entry.id,
        "summary": entry.title,
        "description": entry.description,
        "security": [{}, {"client": []}],
        "parameters": _TRACED,
        "requestBody": {"required": True, "content": {JSON: body}},
        "responses": {"200": answer, **_errors(*_OF_A_CALL)},
    }


def _feedback(entry: ServiceEntry) -> Item:
    return {
        "operationId": f"{entry.id}-feedback",
        "summary": f"{entry.title}: what became of its cards",
        "security": [{}, {"client": []}],
        "parameters": _TRACED,
        "requestBody": {"required": True, "content": {JSON: {"schema": {"$ref": f"{REF}ReceivedFeedback"}}}},
        "responses": {"200": _answer("Kept, on disk.", JSON, _STORED), **_errors(*_OF_FEEDBACK)},
    }


def _operators(*, metrics: bool) -> dict[str, Item]:
    words = {"type": "object", "additionalProperties": {"type": "string"}}
    status = {**words, "properties": {"status": {"type": "string"}}, "required": ["status"]}
    texts = ("service", "content", "digest", "mode", "python")
    version = {"type": "object", "properties": {name: {"type": "string"} for name in texts}, "required": list(texts)}
    not_ready = {"503": _answer("It is about to stop.", JSON, status)}
    found = {
        "/healthz": _get("alive", "Whether the process is alive", _answer("It is.", JSON, status)),
        "/readyz": _get("ready", "Whether calls should be sent", _answer("They should.", JSON, status), not_ready),
        "/version": _get("version", "Which service and content this is", _answer("This.", JSON, version)),
        "/openapi.json": _get("openapi", "This document", _answer("This document.", JSON, {"type": "object"})),
    }
    told = _answer("What the service does, on what basis, and how far to trust it.", "text/html", {"type": "string"})
    told["content"][JSON] = {"schema": {"type": "object"}}
    found["/about"] = _get("about", "About the service, for people", told)
    found["/about.json"] = _get("aboutJson", "The same as data", _answer("The same.", JSON, {"type": "object"}))
    if metrics:
        shown = _answer("Prometheus' text format.", "text/plain", {"type": "string"})
        found["/metrics"] = _get("metrics", "Counts, for Prometheus", shown)
    return found


def _get(name: str, summary: str, answer: Item, others: Mapping[str, Item] | None = None) -> Item:
    return {"get": {"operationId": name, "summary": summary, "responses": {"200": answer, **(others or {})}}}


def _json(schema: str, told: str) -> Item:
    return _answer(told, JSON, {"$ref": REF + schema})


def _answer(told: str, kind: str, schema: Item) -> Item:
    return {"description": told, "headers": _IDS, "content": {kind: {"schema": schema}}}


def _errors(*statuses: int) -> dict[str, Item]:
    return {str(one): _answer(_WHY[one], FHIR_JSON, {"$ref": f"{REF}OperationOutcome"}) for one in statuses}


def _example(entry: ServiceEntry, examples: Path) -> tuple[Any, Any] | None:
    """The request and response of the first example for the service."""
    for path in sorted(examples.glob("*/request.json")):
        answer = path.with_name("response.json")
        request = json.loads(path.read_bytes())
        if request.get("hook") == entry.hook and answer.exists():
            return request, json.loads(answer.read_bytes())
    return None
