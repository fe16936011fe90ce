"""The log: one JSON line per event, with counts, our own codes and opaque ids. No patient, no user, no free text."""

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
    """Write this process's log, third-party loggers included, to standard error as JSON lines from `level` up.

    Whatever a logger is given, only what `allow_list` lists is written.
    """
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    final: list[Processor] = [
        replace_exception,
        apply_allow_list,
        structlog.processors.JSONRenderer(serializer=_to_json),
    ]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *shared, *final],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # The standard library's logger is four times slower, and structlog's own fails a call when the disk is full.
        logger_factory=line_writer_factory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    _configure_stdlib(level, shared, final)


def _configure_stdlib(level: str, shared: list[Processor], final: list[Processor]) -> None:
    """Configure the standard library's loggers, used by third parties and by our packages without structlog."""
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
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it logs its steps at every start
    logging.raiseExceptions = False  # otherwise a line that cannot be written is printed with all its arguments


def _to_json(line: Any, **_: Any) -> str:
    return msgspec.json.encode(line).decode()


def log_uncaught_errors() -> None:
    """Log uncaught errors of all threads, and warnings. Python would print their messages."""
    logging.captureWarnings(capture=True)
    logger = structlog.get_logger("stray")

    def log_error(kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            logger.error("stray error", **error_fields(error or kind()))

    def log_thread_error(arguments: threading.ExceptHookArgs) -> None:
        log_error(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    sys.excepthook = log_error
    threading.excepthook = log_thread_error
