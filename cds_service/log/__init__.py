"""The log: one JSON line for each event, of counts, codes of our own and opaque ids. No patient, no user, no text."""

import logging
import sys
import threading
from types import TracebackType
from typing import Any

import msgspec
import structlog
from structlog.typing import Processor

from cds_service.log.allow_list import apply_allow_list
from cds_service.log.error_details import error_fields, replace_exception
from cds_service.log.line_writer import line_writer_factory
from cds_service.log.stdlib import should_log, to_listed_event

__all__ = ["configure_log", "error_fields", "log_uncaught_errors"]


def configure_log(level: str) -> None:
    """Send this process's log to standard error as JSON lines, from `level` on; others' loggers the same way.

    Whatever a logger is given, only what `allowing` lists is written.
    """
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = [
        replace_exception,
        apply_allow_list,
        structlog.processors.JSONRenderer(serializer=_to_json),
    ]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # The standard library's way costs four times as much, and structlog's own fails a call for want of disk.
        logger_factory=line_writer_factory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    _configure_stdlib(level, shared, last)


def _configure_stdlib(level: str, shared: list[Processor], final: list[Processor]) -> None:
    """The loggers of the standard library: of our packages that know no structlog, and of others."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.ExtraAdder(),
            structlog.contextvars.merge_contextvars,
            to_listed_event,
            *shared,
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *final],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    handler.addFilter(should_log)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.getLogger("alembic").setLevel(logging.WARNING)  # its steps are noise at every start
    logging.raiseExceptions = False  # a line that cannot be written would be printed with all its arguments


def _to_json(line: Any, **_: Any) -> str:
    return msgspec.json.encode(line).decode()


def log_uncaught_errors() -> None:
    """Log errors that nobody catches, in any thread, and warnings too; Python would print what they say."""
    logging.captureWarnings(capture=True)
    logger = structlog.get_logger("stray")

    def stray(kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            logger.error("stray error", **error_fields(error or kind()))

    def stray_in_thread(given: threading.ExceptHookArgs) -> None:
        stray(given.exc_type, given.exc_value, given.exc_traceback)

    sys.excepthook = stray
    threading.excepthook = stray_in_thread
