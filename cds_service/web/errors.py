"""Turns every error into an OperationOutcome without any content. Holds the project's only broad handler."""

import json
from typing import Any

import structlog
from flask import Flask, Response
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from cds_service.errors import (
    BadRequest,
    BodyBufferFull,
    BodyTooLarge,
    CallerFault,
    NotAllowed,
    OutOfTime,
    StoreUnavailable,
    TokenNotRecorded,
    TooManyCalls,
    Unauthenticated,
    UnknownEncoding,
)
from cds_service.log import error_fields
from cds_service.web.instrumentation import current_call_record
from cds_service.wire.operation_outcome import build_operation_outcome

_logger = structlog.get_logger(__name__)
_OUT_OF_TIME_RETRY_S = 1
_STORE_RETRY_S = 5
_BODY_BUFFER_RETRY_S = 1
_TOKEN_RETRY_S = 1
_ISSUE_TYPES = {404: "not-found", 405: "not-supported", 413: "too-long", 415: "not-supported"}
FHIR_JSON = "application/fhir+json"


def register_errors(app: Flask) -> None:
    """Register a handler for every error, so that all error responses have one format."""
    app.register_error_handler(CallerFault, _handle_caller_fault)
    app.register_error_handler(Unauthenticated, _handle_refused_caller)
    app.register_error_handler(NotAllowed, _handle_refused_caller)
    app.register_error_handler(RequestEntityTooLarge, _handle_too_large)
    app.register_error_handler(HTTPException, _handle_http_exception)
    app.register_error_handler(StoreUnavailable, _handle_store_unavailable)
    app.register_error_handler(TokenNotRecorded, _handle_token_not_recorded)
    app.register_error_handler(OutOfTime, _handle_out_of_time)
    app.register_error_handler(BodyBufferFull, _handle_body_buffer_full)
    app.register_error_handler(Exception, _handle_unexpected_error)


def _outcome_response(status: int, outcome: dict[str, Any]) -> Response:
    return Response(json.dumps(outcome), status, mimetype=FHIR_JSON)


def _handle_caller_fault(error: CallerFault) -> Response:
    location = {} if error.field is None else {"field": error.field}  # a None would count as a withheld log value
    _logger.info("request refused", status=error.status, **location)
    needs_subject = isinstance(error, BadRequest) and error.field is None
    text = f"the body {error.message}" if needs_subject else error.message
    response = _outcome_response(error.status, build_operation_outcome(error.code, text, error.field))
    if isinstance(error, UnknownEncoding):
        response.headers["Accept-Encoding"] = "gzip"  # RFC 7694, 3: what the client could have sent instead
    if isinstance(error, TooManyCalls):
        response.headers["Retry-After"] = str(error.retry_after)
        current_call_record().throttled_by = error.limit
    return response


def _handle_refused_caller(error: Unauthenticated | NotAllowed) -> Response:
    """Log the reason and do not tell the caller: all 401 responses are identical (CDS Hooks best practices)."""
    _logger.info("call refused", status=error.status, reason=error.reason, **error.claims)
    response = _outcome_response(error.status, build_operation_outcome(error.code, error.message))
    if isinstance(error, Unauthenticated):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _handle_too_large(_error: RequestEntityTooLarge) -> Response:
    return _handle_caller_fault(BodyTooLarge("the body is larger than this service accepts"))


def _handle_http_exception(error: HTTPException) -> Response:
    status = error.code or 500
    issue_type = _ISSUE_TYPES.get(status, "processing")
    response = _outcome_response(status, build_operation_outcome(issue_type, error.name.lower()))
    if status == 405 and error.get_headers():
        response.headers.extend({name: value for name, value in error.get_headers() if name == "Allow"})
    return response


def _handle_store_unavailable(_error: StoreUnavailable) -> Response:
    _logger.error("store unavailable")
    return _retry_response("transient", "feedback cannot be stored at the moment; send it again", _STORE_RETRY_S)


def _handle_token_not_recorded(_error: TokenNotRecorded) -> Response:
    _logger.error("token not recorded")
    return _retry_response(
        "transient", "the call cannot be admitted at the moment; send it with a new token", _TOKEN_RETRY_S
    )


def _handle_out_of_time(error: OutOfTime) -> Response:
    _logger.warning("out of time", **error_fields(error))
    text = "the data of the call could not be read before its deadline; no advice was given"
    return _retry_response("timeout", text, _OUT_OF_TIME_RETRY_S)


def _handle_body_buffer_full(_error: BodyBufferFull) -> Response:
    _logger.warning("room full")
    text = "the service cannot receive more bodies at the moment; no advice was given"
    return _retry_response("throttled", text, _BODY_BUFFER_RETRY_S)


def _retry_response(issue_type: str, text: str, retry_after_s: int) -> Response:
    response = _outcome_response(503, build_operation_outcome(issue_type, text))
    response.headers["Retry-After"] = str(retry_after_s)
    return response


def _handle_unexpected_error(error: Exception) -> Response:
    _logger.error("internal error", **error_fields(error))
    return _outcome_response(500, build_operation_outcome("exception", "the service failed; no advice was given"))
