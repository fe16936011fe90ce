"""The servers that are measured: our service, a static reply on the same server, and the HealthChain peer."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.launching import ROOT, Server, launched
from benchmarks.static_reply import ANSWER_VARIABLE
from tests.peers.healthchain_client import healthchain_python

WORKERS = 2
COMMAND = Path(sys.executable).with_name("hip-spine-cds")
PEERS = ROOT / "benchmarks" / "peers"


@contextmanager
def our_service(workers: int = WORKERS, home: str | None = None) -> Iterator[Server]:
    """Run our service as a user starts it, with its database under `home` or in a temporary folder."""
    command = [str(COMMAND), "serve", "--workers", str(workers), "--port"]
    with (
        tempfile.TemporaryDirectory() as folder,
        launched(command, "/cds-services", {"HOME": home or folder}) as server,
    ):
        yield server


@contextmanager
def static_reply(answer: bytes, kind: str = "read", workers: int = WORKERS) -> Iterator[Server]:
    """Run the same server without our body intake, with a fixed answer; of kind `parse`, it parses the body too."""
    command = [sys.executable, "-m", "benchmarks.static_reply", kind]
    with tempfile.NamedTemporaryFile() as file:
        file.write(answer)
        file.flush()
        with launched(command, "/", {ANSWER_VARIABLE: file.name}, [str(workers)]) as server:
            yield server


@contextmanager
def healthchain(workers: int = WORKERS) -> Iterator[Server]:
    """Run HealthChain 0.16.1 with rule 3 in its handler."""
    command = [str(healthchain_python()), str(PEERS / "healthchain_service.py"), "--workers", str(workers), "--port"]
    with launched(command, "/health", {}) as server:
        yield server
