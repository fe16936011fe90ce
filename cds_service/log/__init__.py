"""The log: one JSON line per event, with counts, our own codes and opaque ids. No patient, no user, no free text."""

import logging
import sys
import threading
from types import TracebackType
from typing import Any

import msgspec
import structlog
from structlog.typing import EventDict, Processor

from cds_service.log.allow_list import apply_allow_list
from cds_service.log.call_fields import add_call_fields, set_call_fields
from cds_service.log.error_details import error_fields, replace_exception
from cds_service.log.line_writer import LineWriter, flush_log, line_writer, lost_lines
from cds_service.log.standard_error import open_standard_error
from cds_service.log.stdlib import LineStream, should_log, to_listed_event

__all__ = ["configure_log", "error_fields", "flush_log", "log_uncaught_errors", "lost_lines", "set_call_fields"]


def configure_log(level: str, fd: int | None = None) -> None:
    """Write this process's log, third-party loggers included, as JSON lines from `level` up.

    It goes to the file descriptor `fd`, or to standard error. Whatever a logger is given, only what `allow_list` lists
    is written.
    """
    writer = line_writer(open_standard_error() if fd is None else fd)
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    final: list[Processor] = [replace_exception, apply_allow_list, _to_line]
    structlog.configure(
        processors=[add_call_fields, *shared, *final],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_names: writer,
        cache_logger_on_first_use=True,
    )
    _configure_stdlib(level, shared, final, writer)


def _configure_stdlib(level: str, shared: list[Processor], final: list[Processor], writer: LineWriter) -> None:
    """Configure the standard library's loggers, used by third parties and by our packages without structlog."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.ExtraAdder(),
            add_call_fields,
            to_listed_event,
            *shared,
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *final, _to_text],
    )
    handler = logging.StreamHandler(LineStream(writer))
    handler.terminator = ""
    handler.setFormatter(formatter)
    handler.addFilter(should_log)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it logs its steps at every start
    logging.raiseExceptions = False  # otherwise a line that cannot be formatted is printed with all its arguments


def _to_line(_logger: Any, _method: str, event: EventDict) -> bytes:
    return msgspec.json.encode(event) + b"\n"


def _to_text(_logger: Any, _method: str, line: Any) -> str:
    return bytes(line).decode()  # `logging` joins lines as text


def log_uncaught_errors() -> None:
    """Log uncaught errors, of all threads and of finalizers, and warnings. Python would print their messages."""
    logging.captureWarnings(capture=True)
    logger = structlog.get_logger("stray")

    def log_error(kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            logger.error("stray error", **error_fields(error or kind()))

    def log_thread_error(arguments: threading.ExceptHookArgs) -> None:
        log_error(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def log_finalizer_error(arguments: "sys.UnraisableHookArgs") -> None:
        log_error(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    sys.excepthook = log_error
    sys.unraisablehook = log_finalizer_error
    threading.excepthook = log_thread_error
