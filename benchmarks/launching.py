"""Starts a server in a process of its own on a free loopback port, waits until it answers, and stops it."""

import http.client
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from benchmarks import processes
from benchmarks.load import HOST
from cds_service.settings import PREFIX

ROOT = Path(__file__).parents[1]
_READY_WITHIN, _STOP_WITHIN = 180.0, 10.0  # seconds; a busy machine may need minutes
_POLL = 0.01  # seconds


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `ready_after` is the seconds from the start of its process to its first answer.

    `log` is the file that it writes to; it is deleted when the server ends.
    """

    pid: int
    port: int
    ready_after: float
    log: Path

    def cpu_ms(self) -> float:
        """Return the milliseconds of processor time that it and its children have used so far."""
        return processes.cpu_ms(self.pid)

    def worker_mib(self) -> float:
        """Return the MiB of its largest process, except the first, which only supervises the workers."""
        return max(processes.pss_mib(pid) for pid in processes.tree(self.pid) if pid != self.pid)


@contextmanager
def launched(
    command: Sequence[str], ready_at: str, variables: Mapping[str, str], more: Sequence[str] = ()
) -> Iterator[Server]:
    """Run `command PORT more` until the block is left, with its output in a file, as a service's log is."""
    port = _free_port()
    arguments = [*command, str(port), *more]
    with tempfile.NamedTemporaryFile() as log:
        started = time.perf_counter()
        process = subprocess.Popen(arguments, cwd=ROOT, env=environment(variables), stdout=log, stderr=log)
        try:
            _wait(process, port, ready_at, log)
            yield Server(process.pid, port, time.perf_counter() - started, Path(log.name))
        finally:
            _stop(process)


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with these variables, without settings that would change the measurement."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith((PREFIX, "XDG_"))}
    return {**inherited, **variables}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, path: str, log: IO[bytes]) -> None:
    until = time.monotonic() + _READY_WITHIN
    while not _answers(port, path):
        assert process.poll() is None, f"the server ended with {process.returncode}: {_tail(log)}"
        assert time.monotonic() < until, f"no answer within {_READY_WITHIN:g} s: {_tail(log)}"
        time.sleep(_POLL)


def _tail(log: IO[bytes]) -> str:
    log.seek(0)
    return log.read()[-2000:].decode(errors="replace")


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the server to end; kill it and its workers if it does not end in time."""
    family = list(processes.tree(process.pid)) if process.poll() is None else []
    process.terminate()
    try:
        process.wait(_STOP_WITHIN)
    except subprocess.TimeoutExpired:
        for pid in {*family, *processes.tree(process.pid)}:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
