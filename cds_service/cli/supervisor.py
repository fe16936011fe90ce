"""The server: its limits, how it stops without losing anything, and how it tells of its workers."""

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
# Its own words go to our log, which tells of workers and withholds the rest.
_GRANIAN_LOGGING = {"loggers": {"_granian": {"handlers": [], "propagate": True}, "granian.access": {"level": "ERROR"}}}


def build_server(settings: Settings, folder: Path) -> Any:  # granian picks its server class at run time
    """The server of these settings; it tells its workers in `folder` that it stops.

    On SIGTERM, `/readyz` says no for `drain_seconds`; then nothing more is accepted, running calls are finished, and
    each worker writes the cards it has issued. What takes longer than `stop_seconds` is killed. A worker that dies is
    started anew; one that dies again within 5.5 s ends the service, for whoever supervises it to see.
    """
    server: Any = Granian(
        "cds_service.worker:create_rsgi_app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.RSGI,
        loop=Loops.asyncio,
        http=HTTPModes.http1,  # where HTTP/2 may come too, a connection that says nothing is never closed
        runtime_mode=RuntimeModes.mt,  # its own threads for connections: none of them waits for Python
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
    """What a signal to stop does: tells the workers, and stops the server when load balancers have noticed."""

    def __init__(self, stop_server: Callable[[], None], folder: Path, drain_seconds: int) -> None:
        self._stop_server = stop_server
        self._folder = folder
        self._drain_seconds = drain_seconds
        self._is_stopping = False

    def __call__(self, signal_number: int, _frame: object) -> None:
        """Begin to stop, or stop, on the signal of this number."""
        mark_stopping(self._folder)
        # Ctrl-C reaches the workers too; and who asks twice does not want to wait.
        if signal_number == signal.SIGINT or self._is_stopping or not self._drain_seconds:
            self._stop_server()
            return
        self._is_stopping = True
        timer = Timer(self._drain_seconds, self._stop_server)
        timer.daemon = True
        timer.start()
