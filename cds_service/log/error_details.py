"""What the log may say of an exception: its type and where it was raised. Its message may hold patient data."""

import sys
from traceback import walk_tb
from typing import Any

from structlog.typing import EventDict

from cds_service.errors import ServiceError

_MAX_FRAMES = 12  # the innermost frames are logged
_ROOTS = ("/site-packages/", "/cds_service/", "/lib/python")


def error_fields(error: BaseException) -> dict[str, Any]:
    """Return the log fields of an error: its type, and file and line of each frame, the innermost last."""
    locations = [format_location(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    locations = locations[-_MAX_FRAMES:]
    fields = {
        "kind": type(error).__qualname__,
        "where": locations[-1] if locations else "unknown:0",
        "trace": locations,
    }
    # `errors` guarantees that these messages hold nothing from a chart or request.
    return fields | ({"says": str(error)} if isinstance(error, ServiceError) else {})


def replace_exception(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Replace an event's exception by the fields that may be logged: no message, no values."""
    error = _extract_exception(event.pop("exc_info", None))
    event.pop("stack_info", None)
    if error is not None:
        event.update(error_fields(error))
    return event


def format_location(file: str, line: int) -> str:
    """Return file and line, with the path from the package on: where it is installed is not logged."""
    root = next((root for root in _ROOTS if root in file), None)
    tail = file.rpartition(root)[2] if root else file.rpartition("/")[2]
    return f"{'cds_service/' if root == '/cds_service/' else ''}{tail}:{line}"


def _extract_exception(exc_info: Any) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple) and len(exc_info) == 3:
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exception() if exc_info else None
