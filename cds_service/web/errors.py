"""Errors on the wire: always an OperationOutcome, never content. Holds the one broad handler of the project."""

import json
from typing import Any

import structlog
from flask import Flask, Response
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from cds_service.errors import (
    BadRequest,
    BodyTooLarge,
    CallerFault,
    NotAllowed,
    OutOfTime,
    RoomFull,
    StoreUnavailable,
    TooManyCalls,
    Unauthenticated,
    UnknownEncoding,
)
from cds_service.log import told
from cds_service.wire.outcome import operation_outcome

_logger = structlog.get_logger(__name__)
_OUT_OF_TIME_RETRY_S = 1
_STORE_RETRY_S = 5
_ROOM_RETRY_S = 1
_CODES = {404: "not-found", 405: "not-supported", 413: "too-long", 415: "not-supported"}
FHIR_JSON = "application/fhir+json"


def register_errors(app: Flask) -> None:
    """Answer every error of the application in the one shape."""
    app.register_error_handler(CallerFault, _caller_fault)
    app.register_error_handler(Unauthenticated, _turned_away)
    app.register_error_handler(NotAllowed, _turned_away)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(UnknownEncoding, _unknown_encoding)
    app.register_error_handler(TooManyCalls, _too_many_calls)
    app.register_error_handler(StoreUnavailable, _store_unavailable)
    app.register_error_handler(OutOfTime, _out_of_time)
    app.register_error_handler(RoomFull, _room_full)
    app.register_error_handler(Exception, _our_fault)


def _answer(status: int, outcome: dict[str, Any]) -> Response:
    return Response(json.dumps(outcome), status, mimetype=FHIR_JSON)


def _caller_fault(error: CallerFault) -> Response:
    named = {} if error.field is None else {"field": error.field}  # none is no value that had to be withheld
    _logger.info("request refused", status=error.status, **named)
    about_body = isinstance(error, BadRequest) and error.field is None  # its message needs a subject
    text = f"the body {error.message}" if about_body else error.message
    return _answer(error.status, operation_outcome(error.code, text, error.field))


def _turned_away(error: Unauthenticated | NotAllowed) -> Response:
    """Why is for our log alone (CDS Hooks best practices): every 401 is the same to the byte."""
    _logger.info("call refused", status=error.status, reason=error.reason, **error.claims)
    answer = _answer(error.status, operation_outcome(error.code, error.message))
    if isinstance(error, Unauthenticated):
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _too_large(_error: RequestEntityTooLarge) -> Response:
    return _caller_fault(BodyTooLarge("the body is larger than this service takes"))


def _unknown_encoding(error: UnknownEncoding) -> Response:
    answer = _caller_fault(error)
    answer.headers["Accept-Encoding"] = "gzip"  # RFC 7694, 3: what could have been sent instead
    return answer


def _too_many_calls(error: TooManyCalls) -> Response:
    answer = _caller_fault(error)
    answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    answer = _answer(status, operation_outcome(_CODES.get(status, "processing"), error.name.lower()))
    if status == 405 and error.get_headers():
        answer.headers.extend({name: value for name, value in error.get_headers() if name == "Allow"})
    return answer


def _store_unavailable(_error: StoreUnavailable) -> Response:
    _logger.error("store unavailable")
    answer = _answer(503, operation_outcome("transient", "feedback cannot be kept at the moment; send it again"))
    answer.headers["Retry-After"] = str(_STORE_RETRY_S)
    return answer


def _out_of_time(error: OutOfTime) -> Response:
    _logger.warning("out of time", **told(error))
    text = "the data of the call could not be read before its deadline; no advice was given"
    answer = _answer(503, operation_outcome("timeout", text))
    answer.headers["Retry-After"] = str(_OUT_OF_TIME_RETRY_S)
    return answer


def _room_full(_error: RoomFull) -> Response:
    _logger.warning("room full")
    text = "the service takes in no more bodies at the moment; no advice was given"
    answer = _answer(503, operation_outcome("throttled", text))
    answer.headers["Retry-After"] = str(_ROOM_RETRY_S)
    return answer


def _our_fault(error: Exception) -> Response:
    _logger.error("internal error", **told(error))
    return _answer(500, operation_outcome("exception", "the service failed; no advice was given"))
