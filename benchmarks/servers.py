"""The servers that are measured: our service, a reply that only parses the body, and peers with one rule."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.launching import ROOT, Server, launched
from benchmarks.parsing_reply import ANSWER_VARIABLE
from cds_service.settings import environment_variable
from tests.peers.healthchain_client import healthchain_python
from tests.peers.node_packages import install_node_packages

WORKERS = 2
COMMAND = Path(sys.executable).with_name("hip-spine-cds")
PEERS = ROOT / "benchmarks" / "peers"


@contextmanager
def our_service(workers: int = WORKERS, home: str | None = None, **settings: str) -> Iterator[Server]:
    """Run our service as a user starts it, with its database under `home` or in a temporary folder, and settings."""
    variables = {environment_variable(name): value for name, value in settings.items()}
    command = [str(COMMAND), "serve", "--workers", str(workers), "--port"]
    with (
        tempfile.TemporaryDirectory() as folder,
        launched(command, "/cds-services", {"HOME": home or folder, **variables}) as server,
    ):
        yield server


@contextmanager
def parsing_reply(answer: bytes) -> Iterator[Server]:
    """Run the same server without our body intake: it parses the body, and returns a fixed answer."""
    command = [sys.executable, "-m", "benchmarks.parsing_reply", str(WORKERS)]
    with tempfile.NamedTemporaryFile() as file:
        file.write(answer)
        file.flush()
        with launched(command, "/", {ANSWER_VARIABLE: file.name}) as server:
            yield server


@contextmanager
def express() -> Iterator[Server]:
    """Run Express 5 with rule 3 in its handler, in a cluster of as many processes as we have workers."""
    folder = PEERS / "express"
    install_node_packages(folder, "Express")
    command = ["node", str(folder / "service.mjs"), str(WORKERS)]
    with launched(command, "/cds-services", {"NODE_ENV": "production"}) as server:
        yield server


@contextmanager
def healthchain() -> Iterator[Server]:
    """Run HealthChain 0.16.1 with rule 3 in its handler."""
    command = [str(healthchain_python()), str(PEERS / "healthchain_service.py"), "--workers", str(WORKERS), "--port"]
    with launched(command, "/health", {}) as server:
        yield server
