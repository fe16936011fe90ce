"""An exception as the log may tell it: its type and where in the code it arose. Its words may be a patient's."""

import sys
from types import TracebackType
from typing import Any

from structlog.typing import EventDict

from cds_service.errors import ServiceError

_DEEPEST = 12  # frames told, the innermost ones
_ROOTS = ("/site-packages/", "/cds_service/", "/lib/python")


def told(error: BaseException) -> dict[str, Any]:
    """What a line of the log may say of an error: its type, and the file and line of each frame, the innermost last."""
    places = [place_of(frame) for frame in _frames(error.__traceback__)][-_DEEPEST:]
    fields = {"kind": type(error).__qualname__, "where": places[-1] if places else "unknown:0", "trace": places}
    # `errors` vouches that what these say holds nothing of a chart or request.
    return fields | ({"says": str(error)} if isinstance(error, ServiceError) else {})


def without_messages(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """In the place of an exception what may be told of it; no message, no values."""
    error = _error(event.pop("exc_info", None))
    event.pop("stack_info", None)
    if error is not None:
        event.update(told(error))
    return event


def place(file: str, line: int) -> str:
    """A file and line, from the package on: where it is installed is nobody's business."""
    found = next((root for root in _ROOTS if root in file), None)
    tail = file.rpartition(found)[2] if found else file.rpartition("/")[2]
    return f"{'cds_service/' if found == '/cds_service/' else ''}{tail}:{line}"


def place_of(trace: TracebackType) -> str:
    """Where a frame of a traceback stood."""
    return place(trace.tb_frame.f_code.co_filename, trace.tb_lineno)


def _frames(trace: TracebackType | None) -> list[TracebackType]:
    frames = []
    while trace:
        frames.append(trace)
        trace = trace.tb_next
    return frames


def _error(given: Any) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple) and len(given) == 3:
        return given[1] if isinstance(given[1], BaseException) else None
    return sys.exception() if given else None
