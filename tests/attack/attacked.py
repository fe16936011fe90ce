"""Start the service in its own processes, as `serve` does, for tests that attack it from outside."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from liveness import LIVENESS_S

COMMAND = str(Path(sys.executable).parent / "hip-spine-cds")
DATABASE = "store.sqlite3"

# Python runs this in the server and in each worker: it fixes the clock, and adds a bug whose error contains the chart.
PATCH = """
from datetime import UTC, datetime
import cds_service.app
from cds_service.service import hook_service

cds_service.app.build_service.__kwdefaults__["clock"] = lambda: datetime(2026, 3, 10, 12, tzinfo=UTC)
_decide = hook_service.decide

def _decide_or_fail(content, chart, hook, **more):
    if chart.age == {age}:
        try:
            raise KeyError(repr(chart))
        except KeyError:
            raise LookupError("{words}" + repr(chart))
    return _decide(content, chart, hook, **more)

hook_service.decide = _decide_or_fail
"""
AGE_OF_FAULT = 99  # years


@dataclass(frozen=True)
class Attacked:
    """A running service; its log, store and all its other files are in `folder`."""

    base: str
    folder: Path
    pid: int

    @property
    def log(self) -> str:
        """Everything the service has written to standard output and error."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="surrogateescape")


@contextmanager
def attacked(
    folder: Path, *options: str, says: str = "", output: int | None = None, **variables: str
) -> Iterator[Attacked]:
    """Run a service at debug level. Deciding fails for a patient aged `AGE_OF_FAULT`; `says` starts the message.

    `output`: where it writes instead of to its log file.
    """
    (folder / "patch").mkdir()
    (folder / "patch" / "sitecustomize.py").write_text(PATCH.format(age=AGE_OF_FAULT, words=says), encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join([str(folder / "patch"), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
        "HIP_SPINE_CDS_DATABASE": f"sqlite:///{folder / DATABASE}",
        "HIP_SPINE_CDS_LOG_LEVEL": "debug",
        **{f"HIP_SPINE_CDS_{name.upper()}": value for name, value in variables.items()},
    }
    port = free_port()
    command = [COMMAND, "serve", "--port", str(port), *options]
    with (folder / "log").open("wb") as log:
        out = log.fileno() if output is None else output
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out, start_new_session=True)
    running = Attacked(f"http://127.0.0.1:{port}", folder, process.pid)
    try:
        _wait_for(running, process)
        yield running
    finally:
        _stop(process)


def session() -> requests.Session:
    """Return a session that ignores the proxies of the environment."""
    http_session = requests.Session()
    http_session.trust_env = False
    return http_session


def free_port() -> int:
    """Return a free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(running: Attacked, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + LIVENESS_S
    with session() as asking:
        while time.monotonic() < until and process.poll() is None:
            try:
                if asking.get(f"{running.base}/readyz", timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)
    raise AssertionError(f"not ready within {LIVENESS_S:.0f} s: {running.log[-2000:]}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(LIVENESS_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(LIVENESS_S)
