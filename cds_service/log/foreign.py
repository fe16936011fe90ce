"""What others' loggers say, as far as may be told: which logger, and where. Their words may hold a URL and an id."""

import logging
import re
from collections.abc import Mapping
from typing import Any, Final

from structlog.typing import EventDict

from cds_service.log.faults import place

_OURS = "cds_service."
_SERVER = "_granian"
# The server tells of its workers in these words alone; numbers of ours stand in them, nothing of a request.
_TELLING: Final[Mapping[str, re.Pattern[str]]] = {
    _SERVER: re.compile(
        r"(?:Unexpected exit from|Respawning|Stopping old|Killing|Killing old) worker-(\d+)"
        r"(?: after it refused to gracefully stop)?|Worker crash loop detected, exiting"
    )
}


def as_event(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """An event of the allow-list in the place of a record's message."""
    record = event["_record"]
    if record.name.startswith(_OURS):  # our packages that know no structlog; their events are listed, or dropped
        return event
    told = _telling(record)
    event["event"] = "server event" if told else "message withheld"
    event["logger"] = record.name
    event["where"] = place(record.pathname, record.lineno)
    if told:
        event["says"] = told[0]
        if told[1]:
            event["worker"] = int(told[1])
    return event


def is_worth_a_line(record: logging.LogRecord) -> bool:
    """Whether a record says anything once its words are withheld: the server's steps and advice do not."""
    of_server = record.name.split(".")[0] == _SERVER
    return not of_server or record.levelno >= logging.ERROR or _telling(record) is not None


def _telling(record: logging.LogRecord) -> re.Match[str] | None:
    return _TELLING[record.name].fullmatch(record.getMessage()) if record.name in _TELLING else None
