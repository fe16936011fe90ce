"""The log: one JSON line for each event, of counts, codes of our own and opaque ids. No patient, no user, no text."""

import logging
import sys
import threading
from types import TracebackType
from typing import Any

import msgspec
import structlog
from structlog.typing import Processor

from cds_service.log.allowing import allow_listed
from cds_service.log.faults import told, without_messages
from cds_service.log.foreign import as_event, is_worth_a_line
from cds_service.log.writing import lines_to

__all__ = ["configure_log", "told", "watch_stray_errors"]


def configure_log(level: str) -> None:
    """Send this process's log to standard error as JSON lines, from `level` on; others' loggers the same way.

    Whatever a logger is given, only what `allowing` lists is written.
    """
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = [without_messages, allow_listed, structlog.processors.JSONRenderer(serializer=_json)]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # The standard library's way costs four times as much, and structlog's own fails a call for want of disk.
        logger_factory=lines_to(sys.stderr),
        cache_logger_on_first_use=True,
    )
    _configure_foreign(level, shared, last)


def _configure_foreign(level: str, shared: list[Processor], last: list[Processor]) -> None:
    """The loggers of the standard library: of our packages that know no structlog, and of others."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), structlog.contextvars.merge_contextvars, as_event, *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    handler.addFilter(is_worth_a_line)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.getLogger("alembic").setLevel(logging.WARNING)  # its steps are noise at every start
    logging.raiseExceptions = False  # a line that cannot be written would be printed with all its arguments


def _json(line: Any, **_: Any) -> str:
    return msgspec.json.encode(line).decode()


def watch_stray_errors() -> None:
    """Log errors that nobody catches, in any thread, and warnings too; Python would print what they say."""
    logging.captureWarnings(capture=True)
    logger = structlog.get_logger("stray")

    def stray(kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            logger.error("stray error", **told(error or kind()))

    def stray_in_thread(given: threading.ExceptHookArgs) -> None:
        stray(given.exc_type, given.exc_value, given.exc_traceback)

    sys.excepthook = stray
    threading.excepthook = stray_in_thread
