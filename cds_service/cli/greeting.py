"""What `serve` prints once it listens: where it is; on a terminal also how to see a card, and how to stop it."""

import shutil
import socket
import sys
import time
from pathlib import Path
from threading import Thread
from typing import Any

import click

from cds_service.settings import Settings

_EXAMPLE = "buttock-to-calf-hip-order"
_SAVED_REQUEST = Path("examples/saved-request.json")  # there in a checkout, where `make serve` runs


def greet_once_listening(server: Any, settings: Settings) -> None:
    """Have granian's server print the greeting when its first worker accepts connections.

    On standard error, because the output of a pipe is none of it. The log goes there too, so that one line is enough
    where nobody is watching a terminal.
    """
    start_workers = server.startup

    def startup(*arguments: Any) -> None:
        start_workers(*arguments)  # they are forked: a thread must not be there before
        Thread(target=_wait_and_greet, args=(settings,), daemon=True).start()

    server.startup = startup


def greeting(settings: Settings) -> str:
    """Return what to try next. Production mode shows no calls, because each needs a token."""
    address = _address(settings)
    lines = [f"Listening on {address}. Stop with Ctrl-C.", ""]
    if settings.clients is None:
        lines += ["See a card, in a browser:", f"  {address}/try"]
        lines += ["See a card, in another terminal:", f"  {_own_command()} try --example {_EXAMPLE}"]
    if settings.clients is None and _SAVED_REQUEST.is_file():
        url = f"{address}/cds-services/hip-spine-order-sign"
        lines += ["Call it as an EHR does:"]
        lines += [f"  curl -s {url} -H 'Content-Type: application/json' -d @{_SAVED_REQUEST}"]
    lines += ["Purpose, evidence and limits:", f"  {address}/about"]
    lines += ["CDS Hooks discovery:", f"  {address}/cds-services"]
    return "\n".join(lines) + "\n"


def _wait_and_greet(settings: Settings) -> None:
    while not _accepts_connections(settings):
        time.sleep(0.05)
    click.echo(greeting(settings) if sys.stderr.isatty() else f"Listening on {_address(settings)}.", err=True)


def _accepts_connections(settings: Settings) -> bool:
    try:
        with socket.create_connection((settings.host, settings.port), 1):
            return True
    except OSError:
        return False


def _address(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def _own_command() -> str:
    """Return how to run this command again: by its name alone where the PATH leads to it."""
    called = Path(sys.argv[0])
    return called.name if shutil.which(called.name) == str(called) else str(called)
