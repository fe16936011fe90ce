"""The server: its limits, how it stops without losing anything, and what it logs about its workers."""

import signal
from collections.abc import Callable
from pathlib import Path
from threading import Timer
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops, RuntimeModes
from granian.http import HTTP1Settings

from cds_service.operations.shared_folder import mark_stopping
from cds_service.settings import Settings

_HTTP1_LIMITS = HTTP1Settings(
    header_read_timeout=10_000, max_buffer_size=65_536
)  # milliseconds; bytes: hyper reads up to twice that
# Its messages go to our log, which keeps those about workers and drops the rest.
_GRANIAN_LOGGING = {"loggers": {"_granian": {"handlers": [], "propagate": True}, "granian.access": {"level": "ERROR"}}}


def build_server(settings: Settings, folder: Path) -> Any:  # granian picks its server class at run time
    """Build the server of these settings. It tells its workers through `folder` that it is stopping.

    On SIGTERM, `/readyz` answers 503 for `drain_seconds`; then the server accepts nothing more, finishes running calls,
    and each worker stores the cards it has issued. A worker that takes longer than `stop_seconds` is killed. A worker
    that dies is restarted; if it dies again within 5.5 s, the service ends, so that its supervisor notices.
    """
    server: Any = Granian(
        "cds_service.worker:create_rsgi_app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.RSGI,
        loop=Loops.asyncio,
        http=HTTPModes.http1,  # with HTTP/2 enabled, an idle connection is never closed
        runtime_mode=RuntimeModes.mt,  # connections have threads of their own and never wait for Python
        workers=settings.workers,
        backlog=1024,
        factory=True,
        respawn_failed_workers=True,
        workers_kill_timeout=settings.stop_seconds,
        websockets=False,
        http1_settings=_HTTP1_LIMITS,
        log_dictconfig=_GRANIAN_LOGGING,
    )
    server.signal_handler_interrupt = StopHandler(server.signal_handler_interrupt, folder, settings.drain_seconds)
    return server


class StopHandler:
    """Handles a signal to stop: tells the workers, and stops the server once load balancers have noticed."""

    def __init__(self, stop_server: Callable[[], None], folder: Path, drain_seconds: int) -> None:
        self._stop_server = stop_server
        self._folder = folder
        self._drain_seconds = drain_seconds
        self._is_stopping = False

    def __call__(self, signal_number: int, _frame: object) -> None:
        """Begin to stop, or stop at once."""
        mark_stopping(self._folder)
        # Ctrl-C reaches the workers too; and whoever asks twice does not want to wait.
        if signal_number == signal.SIGINT or self._is_stopping or not self._drain_seconds:
            self._stop_server()
            return
        self._is_stopping = True
        timer = Timer(self._drain_seconds, self._stop_server)
        timer.daemon = True
        timer.start()
