"""Captures the service's log as it is written in production."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any
from unittest.mock import patch

import structlog

from cds_service.log import configure_log


@contextmanager
def configured_log(level: str) -> Iterator[StringIO]:
    """Capture what is written to standard error. Loggers are not cached, or they would keep this test's settings."""
    root, written, configure = logging.getLogger(), StringIO(), structlog.configure

    def forgetful(**settings: Any) -> None:
        configure(**{**settings, "cache_logger_on_first_use": False})

    before, raising = root.level, logging.raiseExceptions
    with patch("sys.stderr", written), patch("structlog.configure", forgetful):
        configure_log(level)
    [handler] = root.handlers
    try:
        yield written
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        logging.raiseExceptions = raising
        structlog.reset_defaults()
