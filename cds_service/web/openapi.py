"""The OpenAPI 3.1 document: every route, with the schemas of the wire models. Built on the first request for it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from cds_service.service.catalogue import SERVICES, ServiceEntry
from cds_service.web.errors import FHIR_JSON
from cds_service.web.request_body import JSON
from cds_service.web.trace_context import REQUEST_ID
from cds_service.wire.schemas import SCHEMA_REF, build_components, request_schema_name

JsonObject: TypeAlias = dict[str, Any]
_ERROR_DESCRIPTIONS: Final[Mapping[int, str]] = {
    400: "The body is malformed, or a field in it is wrong.",
    401: "No valid token (production).",
    403: "Not allowed for this caller (production).",
    404: "There is no such service.",
    408: "The body did not arrive in time.",
    412: "Data the service requires was not sent, and could not be read from the FHIR server.",
    413: "The body is too large, as sent or after inflation.",
    415: "The body is not JSON, or has a Content-Encoding other than gzip.",
    422: "The Bundles hold more entries than the service reads in one call.",
    429: "The client is over its rate limit or its share of a worker; Retry-After says how many seconds to wait.",
    500: "The service failed; no advice was given.",
    503: "Temporarily unavailable; Retry-After says how many seconds to wait. No advice was given.",
}
_CALL_ERRORS: Final = (400, 401, 403, 404, 408, 412, 413, 415, 422, 429, 500, 503)
_FEEDBACK_ERRORS: Final = (400, 401, 403, 404, 408, 413, 415, 429, 500, 503)
_REQUEST_ID_HEADER: Final[JsonObject] = {
    REQUEST_ID: {"description": "The id of the call: the caller's, or a new one.", "schema": {"type": "string"}}
}
_STORED: Final[JsonObject] = {
    "type": "object",
    "properties": {
        "stored": {"type": "integer", "minimum": 0, "description": "Number of events that were not stored before."},
        "refused": {
            "type": "array",
            "description": "The items that were not taken, each with the field at fault. The others were.",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "text": {"type": "string"}},
                "required": ["field", "text"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["stored"],
    "additionalProperties": False,
}
_TRACE_PARAMETERS: Final = [
    {"name": name, "in": "header", "required": False, "description": description, "schema": {"type": "string"}}
    for name, description in (
        (
            REQUEST_ID,
            "An id for the call: 1 to 64 letters, digits, `.`, `_`, `-`; any other is replaced. Never a patient id.",
        ),
        ("traceparent", "W3C Trace Context, continued and passed on to FHIR searches unless it is malformed."),
    )
]


def build_openapi(
    version: str,
    prefetch_keys: Mapping[str, bool],
    examples_folder: Path,
    *,
    metrics: bool,
    extra_paths: Mapping[str, JsonObject] | None = None,
) -> bytes:
    """Build the document.

    Args:
        version: Of the service.
        prefetch_keys: Whether each prefetch key is required, by name.
        examples_folder: The folder of example calls.
        metrics: Whether `/metrics` is served here.
        extra_paths: Paths to add.
    """
    accepted = {entry.hook: entry.accepted_hooks for entry in SERVICES.values()}
    paths = {"/cds-services": {"get": _discovery_operation()}}
    for entry in SERVICES.values():
        paths[f"/cds-services/{entry.id}"] = {"post": _call_operation(entry, _load_example(entry, examples_folder))}
        paths[f"/cds-services/{entry.id}/feedback"] = {"post": _feedback_operation(entry)}
    paths |= _operator_paths(metrics=metrics)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "hip-spine-cds",
            "version": version,
            "summary": "A CDS Hooks service that judges whether documented pain points to the hip or to the spine.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {**paths, **(extra_paths or {})},
        "components": {
            "schemas": build_components(accepted, prefetch_keys),
            "securitySchemes": {"client": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }
    return json.dumps(document).encode()


def _discovery_operation() -> JsonObject:
    return {
        "operationId": "discover",
        "summary": "The services on offer and the data each one needs",
        "security": [{}, {"client": []}],
        "responses": {"200": _json_response("Discovery", "The services."), **_error_responses(401, 500)},
    }


def _call_operation(entry: ServiceEntry, example: tuple[Any, Any] | None) -> JsonObject:
    response = _json_response("HookResponse", "Cards; an empty list if there is nothing to say.")
    body: JsonObject = {"schema": {"$ref": SCHEMA_REF + request_schema_name(entry.hook)}}
    if example:
        body["example"], response["content"][JSON]["example"] = example
    return {
        "operationId": entry.id,
        "summary": entry.title,
        "description": entry.description,
        "security": [{}, {"client": []}],
        "parameters": _TRACE_PARAMETERS,
        "requestBody": {"required": True, "content": {JSON: body}},
        "responses": {"200": response, **_error_responses(*_CALL_ERRORS)},
    }


def _feedback_operation(entry: ServiceEntry) -> JsonObject:
    return {
        "operationId": f"{entry.id}-feedback",
        "summary": f"{entry.title}: feedback on its cards",
        "security": [{}, {"client": []}],
        "parameters": _TRACE_PARAMETERS,
        "requestBody": {"required": True, "content": {JSON: {"schema": {"$ref": f"{SCHEMA_REF}ReceivedFeedback"}}}},
        "responses": {
            "200": _response("The feedback is stored on disk.", JSON, _STORED),
            **_error_responses(*_FEEDBACK_ERRORS),
        },
    }


def _operator_paths(*, metrics: bool) -> dict[str, JsonObject]:
    strings = {"type": "object", "additionalProperties": {"type": "string"}}
    status = {**strings, "properties": {"status": {"type": "string"}}, "required": ["status"]}
    names = ("service", "content", "digest", "mode", "python")
    version = {"type": "object", "properties": {name: {"type": "string"} for name in names}, "required": list(names)}
    not_ready = {"503": _response("The service is about to stop.", JSON, status)}
    paths = {
        "/healthz": _get_path(
            "alive", "Whether the process is alive", _response("The process is alive.", JSON, status)
        ),
        "/readyz": _get_path(
            "ready",
            "Whether the service is ready for calls",
            _response("The service is ready.", JSON, status),
            not_ready,
        ),
        "/version": _get_path(
            "version", "The versions of service and content", _response("The versions.", JSON, version)
        ),
        "/openapi.json": _get_path("openapi", "This document", _response("This document.", JSON, {"type": "object"})),
    }
    page = _response("What the service does, on what basis, and how far to trust it.", "text/html", {"type": "string"})
    page["content"][JSON] = {"schema": {"type": "object"}}
    paths["/about"] = _get_path("about", "About the service, for people", page)
    details = _response("Rules, source attributes, sources.", "text/html", {"type": "string"})
    paths["/about/details"] = _get_path("aboutDetails", "Rules and sources of the service, for people", details)
    data = _response("The content of /about.", JSON, {"type": "object"})
    paths["/about.json"] = _get_path("aboutJson", "The content of /about as data", data)
    if metrics:
        text = _response("Metrics in the Prometheus text format.", "text/plain", {"type": "string"})
        paths["/metrics"] = _get_path("metrics", "Metrics for Prometheus", text)
    return paths


def _get_path(
    name: str, summary: str, response: JsonObject, other_responses: Mapping[str, JsonObject] | None = None
) -> JsonObject:
    return {"get": {"operationId": name, "summary": summary, "responses": {"200": response, **(other_responses or {})}}}


def _json_response(schema: str, description: str) -> JsonObject:
    return _response(description, JSON, {"$ref": SCHEMA_REF + schema})


def _response(description: str, media_type: str, schema: JsonObject) -> JsonObject:
    return {"description": description, "headers": _REQUEST_ID_HEADER, "content": {media_type: {"schema": schema}}}


def _error_responses(*statuses: int) -> dict[str, JsonObject]:
    return {
        str(status): _response(_ERROR_DESCRIPTIONS[status], FHIR_JSON, {"$ref": f"{SCHEMA_REF}OperationOutcome"})
        for status in statuses
    }


def _load_example(entry: ServiceEntry, examples_folder: Path) -> tuple[Any, Any] | None:
    """Return the request and response of the first example for the service, or None."""
    for path in sorted(examples_folder.glob("*/request.json")):
        response_path = path.with_name("response.json")
        request = json.loads(path.read_bytes())
        if request.get("hook") == entry.hook and response_path.exists():
            return request, json.loads(response_path.read_bytes())
    return None
