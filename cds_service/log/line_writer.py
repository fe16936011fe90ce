"""Writing lines where nothing may fail: a call is answered though its line finds no room, or nobody reads the log."""

from collections.abc import Callable
from typing import TextIO

import structlog


class LineWriter(structlog.WriteLogger):
    """Writes each line at once. One that cannot be written is lost, or comes late: a full disk, a closed pipe."""

    def msg(self, message: str) -> None:
        """Write a line, if that can be done."""
        try:
            super().msg(message)
        except (OSError, ValueError):  # ValueError: the file has been closed
            return

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg


def line_writer_factory(file: TextIO) -> Callable[..., LineWriter]:
    """What structlog makes its loggers with, whatever their names."""
    return lambda *_names: LineWriter(file)
