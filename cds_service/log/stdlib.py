"""What others' loggers say, as far as may be told: which logger, and where. Their words may hold a URL and an id."""

import logging
import re
from collections.abc import Mapping
from typing import Any, Final

from structlog.typing import EventDict

from cds_service.log.error_details import format_location

_SERVICE_LOGGERS = "cds_service."
_SERVER_LOGGER = "_granian"
# The server tells of its workers in these words alone; numbers of ours stand in them, nothing of a request.
_SERVER_MESSAGES: Final[Mapping[str, re.Pattern[str]]] = {
    _SERVER_LOGGER: re.compile(
        r"(?:Unexpected exit from|Respawning|Stopping old|Killing|Killing old) worker-(\d+)"
        r"(?: after it refused to gracefully stop)?|Worker crash loop detected, exiting"
    )
}


def to_listed_event(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """An event of the allow-list in the place of a record's message."""
    record = event["_record"]
    if record.name.startswith(
        _SERVICE_LOGGERS
    ):  # our packages that know no structlog; their events are listed, or dropped
        return event
    told = _match_server_message(record)
    event["event"] = "server event" if told else "message withheld"
    event["logger"] = record.name
    event["where"] = format_location(record.pathname, record.lineno)
    if told:
        event["says"] = told[0]
        if told[1]:
            event["worker"] = int(told[1])
    return event


def should_log(record: logging.LogRecord) -> bool:
    """Whether a record says anything once its words are withheld: the server's steps and advice do not."""
    of_server = record.name.split(".")[0] == _SERVER_LOGGER
    return not of_server or record.levelno >= logging.ERROR or _match_server_message(record) is not None


def _match_server_message(record: logging.LogRecord) -> re.Match[str] | None:
    return _SERVER_MESSAGES[record.name].fullmatch(record.getMessage()) if record.name in _SERVER_MESSAGES else None
