"""Captures the service's log as it is written in production."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from unittest.mock import patch

import structlog
from liveness import LIVENESS_S

from cds_service.log import configure_log
from cds_service.log.line_writer import line_writer


class WrittenLog:
    """What has been written to the log's file. It can be read after the file has been closed."""

    def __init__(self, path: Path, fd: int) -> None:
        self._path = path
        self._fd: int | None = fd
        self._content = ""

    def getvalue(self) -> str:
        """Return all lines logged so far."""
        if self._fd is not None:
            assert line_writer(self._fd).flush(LIVENESS_S)
            self._content = self._path.read_text(encoding="utf-8")
        return self._content

    def close(self) -> None:
        """Wait for what is being written, and for what the writer itself then logs: the next file would get it."""
        self.getvalue()
        self.getvalue()
        self._fd = None


@contextmanager
def configured_log(level: str) -> Iterator[WrittenLog]:
    """Capture what is written to the log. Loggers are not cached, or they would keep this test's settings."""
    root, configure = logging.getLogger(), structlog.configure

    def forgetful(**settings: Any) -> None:
        configure(**{**settings, "cache_logger_on_first_use": False})

    before, raising = root.level, logging.raiseExceptions
    with NamedTemporaryFile("ab") as file:
        with patch("structlog.configure", forgetful):
            configure_log(level, file.fileno())
        [handler] = root.handlers
        written = WrittenLog(Path(file.name), file.fileno())
        try:
            yield written
        finally:
            written.close()
            root.removeHandler(handler)
            root.setLevel(before)
            logging.raiseExceptions = raising
            structlog.reset_defaults()
