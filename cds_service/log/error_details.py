"""An exception as the log may tell it: its type and where in the code it arose. Its words may be a patient's."""

import sys
from types import TracebackType
from typing import Any

from structlog.typing import EventDict

from cds_service.errors import ServiceError

_MAX_FRAMES = 12  # frames told, the innermost ones
_ROOTS = ("/site-packages/", "/cds_service/", "/lib/python")


def error_fields(error: BaseException) -> dict[str, Any]:
    """What a line of the log may say of an error: its type, and the file and line of each frame, the innermost last."""
    places = [frame_location(frame) for frame in _frames(error.__traceback__)][-_MAX_FRAMES:]
    fields = {"kind": type(error).__qualname__, "where": places[-1] if places else "unknown:0", "trace": places}
    # `errors` vouches that what these say holds nothing of a chart or request.
    return fields | ({"says": str(error)} if isinstance(error, ServiceError) else {})


def replace_exception(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """In the place of an exception what may be told of it; no message, no values."""
    error = _extract_exception(event.pop("exc_info", None))
    event.pop("stack_info", None)
    if error is not None:
        event.update(error_fields(error))
    return event


def format_location(file: str, line: int) -> str:
    """A file and line, from the package on: where it is installed is nobody's business."""
    found = next((root for root in _ROOTS if root in file), None)
    tail = file.rpartition(found)[2] if found else file.rpartition("/")[2]
    return f"{'cds_service/' if found == '/cds_service/' else ''}{tail}:{line}"


def frame_location(trace: TracebackType) -> str:
    """Where a frame of a traceback stood."""
    return format_location(trace.tb_frame.f_code.co_filename, trace.tb_lineno)


def _frames(trace: TracebackType | None) -> list[TracebackType]:
    frames = []
    while trace:
        frames.append(trace)
        trace = trace.tb_next
    return frames


def _extract_exception(exc_info: Any) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple) and len(exc_info) == 3:
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exception() if exc_info else None
