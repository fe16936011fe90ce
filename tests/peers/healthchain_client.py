"""Calls a running service with HealthChain's SandboxClient, which lives in an environment of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from .errors import NotInstalled, PeerError
from .installing import alone

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / ".venv-healthchain"
HERE = Path(__file__).parent / "healthchain"
LOCK = ROOT / "requirements" / "healthchain.txt"
INSTALL_WITHIN = 600.0  # seconds
CALLS_WITHIN = 120.0  # seconds; importing HealthChain alone takes a few


def healthchain_python(environment: Path = ENVIRONMENT) -> Path:
    """Give HealthChain's Python, making its environment when it is missing or was made for another lock.

    It pins versions of its own (httpx, fhir.resources) that this project must not be held to.
    """
    python = environment / "bin" / "python"
    stamp = environment / "lock.installed"
    lock = LOCK.read_text()
    with alone(environment):
        if not (python.exists() and stamp.exists() and stamp.read_text() == lock):
            _run([sys.executable, str(ROOT / "release" / "install_lock.py"), str(environment), str(LOCK)])
            stamp.write_text(lock)
    return python


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_WITHIN, check=False)
    if done.returncode:
        raise NotInstalled(
            "HealthChain could not be installed; it needs a package index or a filled pip cache. "
            f"{' '.join(command[1:])} reported: {(done.stderr or done.stdout)[-2000:]}"
        )


def exchange(
    url: str,
    *,
    prefetch: Path | None = None,
    bundle: Path | None = None,
    notes: Path | None = None,
    synthetic: int = 0,
    patient: str | None = None,
    user: str | None = None,
    python: Path | None = None,
) -> list[dict[str, Any]]:
    """Call `url` once for each thing given; list `request` and `response` of each call, an answer other than 200 as {}.

    `prefetch` goes out word for word, `bundle` sorted into one Bundle a resource type, `notes` (CSV, column `text`)
    as a DocumentReference, `synthetic` as HealthChain's own generated patients. Without `patient` the context names
    a random one who isn't the prefetched one; without `user` a random user, who may be a patient or a relative.
    """
    given = {"--prefetch": prefetch, "--bundle": bundle, "--notes": notes, "--patient": patient, "--user": user}
    options = [text for name, value in given.items() if value is not None for text in (name, str(value))]
    interpreter = str(python or healthchain_python())
    return _exchanges([interpreter, str(HERE / "drive.py"), url, "--synthetic", str(synthetic), *options])


def drive(url: str, **given: Any) -> list[dict[str, Any]]:
    """List the answers alone; the arguments are those of `exchange`."""
    return [call["response"] for call in exchange(url, **given)]


def _exchanges(command: list[str]) -> list[dict[str, Any]]:
    # A proxy of the machine must not stand between two programs on loopback.
    environment = {**os.environ, "NO_PROXY": "127.0.0.1,localhost"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=CALLS_WITHIN, check=False)
    sys.stderr.write(done.stderr)  # HealthChain tells a refusal's status only in its log; pytest shows it on failure
    if done.returncode:
        raise PeerError(f"HealthChain's client ended with {done.returncode}: {done.stderr[-2000:]}")
    calls: list[dict[str, Any]] = json.loads(done.stdout)
    return calls
