"""Starts the Medplum FHIR server of `medplum/` for a test and stops it; knows nothing of what the test loads."""

import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from .errors import PeerError
from .node_packages import install_node_packages

SOURCE = Path(__file__).parent / "medplum"
PARTS = ("package.json", "package-lock.json", ".npmrc", "fhir.mjs", "server.mjs")
READY_WITHIN = 30.0  # seconds; it indexes the R4 definitions first, 1-2 s on an idle machine
ANSWER_WITHIN = 30.0  # seconds


@dataclass(frozen=True)
class Medplum:
    """A running FHIR server: its base URL, and the token it asks for, if any."""

    base: str
    token: str | None = None

    def load(self, resources: Iterable[Mapping[str, Any]]) -> None:
        """Put each resource under its own id; a refusal raises with the server's words."""
        with self._session() as session:
            for resource in resources:
                _put(session, self.base, resource)

    def seen(self) -> list[dict[str, Any]]:
        """List the FHIR requests so far, without values: method, path, type, parameters, accept, status."""
        with self._session() as session:
            requests_seen: list[dict[str, Any]] = session.get(self._seen_url, timeout=ANSWER_WITHIN).json()
        return requests_seen

    def forget_seen(self) -> None:
        """Start the list of `seen` anew, as after loading."""
        with self._session() as session:
            session.delete(self._seen_url, timeout=ANSWER_WITHIN).raise_for_status()

    @property
    def _seen_url(self) -> str:
        return self.base.removesuffix("/fhir") + "/_seen"

    def _session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False  # a proxy of the machine must not stand between two programs on loopback
        session.headers["Content-Type"] = "application/fhir+json"
        if self.token:
            session.headers["Authorization"] = f"Bearer {self.token}"
        return session


def _put(session: requests.Session, base: str, resource: Mapping[str, Any]) -> None:
    name = f"{resource['resourceType']}/{resource['id']}"
    answer = session.put(f"{base}/{name}", data=json.dumps(resource).encode(), timeout=ANSWER_WITHIN)
    if not answer.ok:
        raise PeerError(f"{name} was refused with {answer.status_code}: {answer.text}")


@contextmanager
def medplum(install_dir: Path | None = None, token: str | None = None) -> Iterator[Medplum]:
    """Run the server on a free loopback port, empty at first; `install_dir` keeps the packages out of the checkout."""
    folder = _installed(install_dir or SOURCE)
    environment = {name: value for name, value in os.environ.items() if name != "REQUIRE_TOKEN"}
    if token:
        environment["REQUIRE_TOKEN"] = token
    # Unbuffered, so that `select` sees what `readline` has not taken yet.
    with subprocess.Popen(
        ["node", "server.mjs", "0"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
    ) as process:
        try:
            yield Medplum(_base_when_ready(process), token)
        finally:
            _stop(process)


def _base_when_ready(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    output = ""
    deadline = time.monotonic() + READY_WITHIN
    while select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
        line = process.stdout.readline().decode(errors="replace")
        if line.startswith("listening "):
            return line.split()[1]
        if not line:
            break
        output += line
    raise PeerError(f"the FHIR server was not ready within {READY_WITHIN:.0f} s; it said: {output or 'nothing'}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()


def _installed(folder: Path) -> Path:
    if folder != SOURCE:
        folder.mkdir(parents=True, exist_ok=True)
        for part in PARTS:
            shutil.copy2(SOURCE / part, folder / part)
    install_node_packages(folder, "the FHIR server")
    return folder
