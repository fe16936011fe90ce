"""Reduces the records of third-party loggers to logger and location. Their messages may hold URLs and ids."""

import logging
import re
from collections.abc import Mapping
from typing import Any, Final

from structlog.typing import EventDict

from cds_service.log.error_details import format_location
from cds_service.log.line_writer import LineWriter

_SERVICE_LOGGERS = "cds_service."
_SERVER_LOGGER = "_granian"
# The server's messages about its workers. They hold worker numbers and nothing of a request.
_SERVER_MESSAGES: Final[Mapping[str, re.Pattern[str]]] = {
    _SERVER_LOGGER: re.compile(
        r"(?:Unexpected exit from|Respawning|Stopping old|Killing|Killing old) worker-(\d+)"
        r"(?: after it refused to gracefully stop)?|Worker crash loop detected, exiting"
    )
}


class LineStream:
    """The stream of the standard library's handler: hands each line to the writer that structlog's lines go to."""

    def __init__(self, writer: LineWriter) -> None:
        self._writer = writer

    def write(self, line: str) -> None:
        """Queue a line, which ends with a newline."""
        self._writer.write(line.encode())


def to_listed_event(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Replace a record's message by an event of the allow-list."""
    record = event["_record"]
    if record.name.startswith(_SERVICE_LOGGERS):  # our packages without structlog: their messages are listed events
        return event
    match = _match_server_message(record)
    event["event"] = "server event" if match else "message withheld"
    event["logger"] = record.name
    event["where"] = format_location(record.pathname, record.lineno)
    if match:
        event["says"] = match[0]
        if match[1]:
            event["worker"] = int(match[1])
    return event


def should_log(record: logging.LogRecord) -> bool:
    """Return whether a record is worth logging without its message: most of the server's records are not."""
    is_from_server = record.name.split(".")[0] == _SERVER_LOGGER
    return not is_from_server or record.levelno >= logging.ERROR or _match_server_message(record) is not None


def _match_server_message(record: logging.LogRecord) -> re.Match[str] | None:
    return _SERVER_MESSAGES[record.name].fullmatch(record.getMessage()) if record.name in _SERVER_MESSAGES else None
