"""Errors on the wire: always an OperationOutcome, never content. Holds the one broad handler of the project."""

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
    TooManyCalls,
    Unauthenticated,
    UnknownEncoding,
)
from cds_service.log import error_fields
from cds_service.wire.operation_outcome import build_operation_outcome

_logger = structlog.get_logger(__name__)
_OUT_OF_TIME_RETRY_S = 1
_STORE_RETRY_S = 5
_BODY_BUFFER_RETRY_S = 1
_ISSUE_TYPES = {404: "not-found", 405: "not-supported", 413: "too-long", 415: "not-supported"}
FHIR_JSON = "application/fhir+json"


def register_errors(app: Flask) -> None:
    """Answer every error of the application in the one shape."""
    app.register_error_handler(CallerFault, _handle_caller_fault)
    app.register_error_handler(Unauthenticated, _handle_refused_caller)
    app.register_error_handler(NotAllowed, _handle_refused_caller)
    app.register_error_handler(RequestEntityTooLarge, _handle_too_large)
    app.register_error_handler(HTTPException, _handle_http_exception)
    app.register_error_handler(UnknownEncoding, _handle_unknown_encoding)
    app.register_error_handler(TooManyCalls, _handle_too_many_calls)
    app.register_error_handler(StoreUnavailable, _handle_store_unavailable)
    app.register_error_handler(OutOfTime, _handle_out_of_time)
    app.register_error_handler(BodyBufferFull, _handle_body_buffer_full)
    app.register_error_handler(Exception, _handle_unexpected_error)


def _outcome_response(status: int, outcome: dict[str, Any]) -> Response:
    return Response(json.dumps(outcome), status, mimetype=FHIR_JSON)


def _handle_caller_fault(error: CallerFault) -> Response:
    named = {} if error.field is None else {"field": error.field}  # none is no value that had to be withheld
    _logger.info("request refused", status=error.status, **named)
    about_body = isinstance(error, BadRequest) and error.field is None  # its message needs a subject
    text = f"the body {error.message}" if about_body else error.message
    return _outcome_response(error.status, build_operation_outcome(error.code, text, error.field))


def _handle_refused_caller(error: Unauthenticated | NotAllowed) -> Response:
    """Why is for our log alone (CDS Hooks best practices): every 401 is the same to the byte."""
    _logger.info("call refused", status=error.status, reason=error.reason, **error.claims)
    answer = _outcome_response(error.status, build_operation_outcome(error.code, error.message))
    if isinstance(error, Unauthenticated):
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _handle_too_large(_error: RequestEntityTooLarge) -> Response:
    return _handle_caller_fault(BodyTooLarge("the body is larger than this service takes"))


def _handle_unknown_encoding(error: UnknownEncoding) -> Response:
    answer = _handle_caller_fault(error)
    answer.headers["Accept-Encoding"] = "gzip"  # RFC 7694, 3: what could have been sent instead
    return answer


def _handle_too_many_calls(error: TooManyCalls) -> Response:
    answer = _handle_caller_fault(error)
    answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _handle_http_exception(error: HTTPException) -> Response:
    status = error.code or 500
    answer = _outcome_response(
        status, build_operation_outcome(_ISSUE_TYPES.get(status, "processing"), error.name.lower())
    )
    if status == 405 and error.get_headers():
        answer.headers.extend({name: value for name, value in error.get_headers() if name == "Allow"})
    return answer


def _handle_store_unavailable(_error: StoreUnavailable) -> Response:
    _logger.error("store unavailable")
    answer = _outcome_response(
        503, build_operation_outcome("transient", "feedback cannot be kept at the moment; send it again")
    )
    answer.headers["Retry-After"] = str(_STORE_RETRY_S)
    return answer


def _handle_out_of_time(error: OutOfTime) -> Response:
    _logger.warning("out of time", **error_fields(error))
    text = "the data of the call could not be read before its deadline; no advice was given"
    answer = _outcome_response(503, build_operation_outcome("timeout", text))
    answer.headers["Retry-After"] = str(_OUT_OF_TIME_RETRY_S)
    return answer


def _handle_body_buffer_full(_error: BodyBufferFull) -> Response:
    _logger.warning("room full")
    text = "the service takes in no more bodies at the moment; no advice was given"
    answer = _outcome_response(503, build_operation_outcome("throttled", text))
    answer.headers["Retry-After"] = str(_BODY_BUFFER_RETRY_S)
    return answer


def _handle_unexpected_error(error: Exception) -> Response:
    _logger.error("internal error", **error_fields(error))
    return _outcome_response(500, build_operation_outcome("exception", "the service failed; no advice was given"))
