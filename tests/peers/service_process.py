"""Starts the service as its README says, in a process of its own on a free loopback port, and stops it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from .errors import PeerError

COMMAND = Path(sys.executable).parent / "hip-spine-cds"
READY_WITHIN = 60.0  # seconds; 2-3 s on an idle machine


@dataclass(frozen=True)
class Service:
    """A running service and where its log goes."""

    base: str
    log: Path

    def url(self, service_id: str) -> str:
        """Return the URL for hook calls to a service."""
        return f"{self.base}/cds-services/{service_id}"


@contextmanager
def running_service(folder: Path) -> Iterator[Service]:
    """Run the service with its database and log in `folder`."""
    port = _free_port()
    service = Service(f"http://127.0.0.1:{port}", folder / "service.log")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HIP_SPINE_CDS_")}
    environment["HIP_SPINE_CDS_DATABASE"] = f"sqlite:///{folder / 'cards.sqlite3'}"
    with service.log.open("wb") as log:
        command = [str(COMMAND), "serve", "--port", str(port)]
        with subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log) as process:
            try:
                _wait_for(service, process)
                yield service
            finally:
                _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(service: Service, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"{service.base}/cds-services", timeout=1).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise PeerError(
        f"the service was not ready within {READY_WITHIN:.0f} s; it said: {service.log.read_text()[-2000:]}"
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
