"""Writes log lines without ever raising: a call is answered even if the disk is full or nobody reads the log."""

from collections.abc import Callable
from typing import TextIO

import structlog


class LineWriter(structlog.WriteLogger):
    """Writes each line at once. A line that cannot be written (full disk, closed pipe) is lost or late."""

    def msg(self, message: str) -> None:
        """Write a line if possible."""
        try:
            super().msg(message)
        except (OSError, ValueError):  # ValueError: the file has been closed
            return

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg


def line_writer_factory(file: TextIO) -> Callable[..., LineWriter]:
    """Return the factory with which structlog creates its loggers, whatever their names."""
    return lambda *_names: LineWriter(file)
