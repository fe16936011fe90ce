"""The running service: any directory, no configuration; feedback outlives a killed process; no clear identifiers."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from liveness import CLOCK, LIVENESS_S

COMMAND = str(Path(sys.executable).parent / "hip-spine-cds")
PATIENT, USER, CARD = "patient-CANARY-17", "Practitioner/user-CANARY-23", "4f1c9c9e-3f0e-4c55-9d3f-0f6f2f8f2a11"
DATABASE = ".local/share/hip-spine-cds/hip-spine-cds.sqlite3"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run `serve` from an empty directory, with only a home directory."""
    home = tmp_path / "home"
    home.mkdir()
    base = f"http://127.0.0.1:{(port := free_port())}"
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], **CLOCK}
    with (tmp_path / "log").open("wb") as log:
        command = [COMMAND, "serve", "--port", str(port)]
        process = subprocess.Popen(command, cwd=home, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            wait_until_ready(base)
            yield base, process
        finally:
            kill(process)


def wait_until_ready(base: str) -> None:
    until = time.monotonic() + LIVENESS_S
    while time.monotonic() < until:
        try:
            if requests.get(f"{base}/cds-services", timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    pytest.fail("the service did not become ready")


def kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(LIVENESS_S)


def alarming_call() -> dict[str, object]:
    condition = {
        "resourceType": "Condition",
        "id": "c1",
        "subject": {"reference": f"Patient/{PATIENT}"},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "G83.4"}]},
    }
    return {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": USER, "patientId": PATIENT},
        "prefetch": {
            "patient": {"resourceType": "Patient", "id": PATIENT, "birthDate": "1970-01-01"},
            "conditions": {"resourceType": "Bundle", "entry": [{"resource": condition}]},
        },
    }


def test_feedback_answered_200_is_in_the_database_after_kill_9(
    running: tuple[str, subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    base, process = running
    url = f"{base}/cds-services/hip-spine-patient-view"
    cards = requests.post(url, json=alarming_call(), timeout=LIVENESS_S).json()["cards"]
    item = {"card": cards[0]["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-03-10T12:00:00Z"}
    assert requests.post(f"{url}/feedback", json={"feedback": [item]}, timeout=LIVENESS_S).status_code == 200
    kill(process)
    with sqlite3.connect(tmp_path / "home" / DATABASE) as database:
        rows = database.execute("select card, outcome, known_card from feedback_event").fetchall()
    database.close()
    assert rows == [(cards[0]["uuid"], "overridden", 1)]


def test_neither_database_nor_log_holds_a_patient_or_user_in_clear(
    running: tuple[str, subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    base, process = running
    url = f"{base}/cds-services/hip-spine-patient-view"
    assert requests.post(url, json=alarming_call(), timeout=LIVENESS_S).json()["cards"]
    item = {"card": CARD, "outcome": "overridden", "outcomeTimestamp": "2026-03-10T12:00:00Z"}
    item["overrideReason"] = {"userComment": "comment-CANARY-5"}  # type: ignore[assignment]
    requests.post(f"{url}/feedback", json={"feedback": [item]}, timeout=LIVENESS_S)
    time.sleep(0.3)  # the cards are written after the response
    kill(process)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "log" and path.stat().st_size for path in files)
    for path in files:
        assert b"CANARY" not in path.read_bytes(), path


def test_the_default_files_are_for_their_owner_alone(
    running: tuple[str, subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    del running
    folder = (tmp_path / "home" / DATABASE).parent
    assert {path.name: path.stat().st_mode & 0o077 for path in folder.iterdir()} == dict.fromkeys(
        (path.name for path in folder.iterdir()), 0
    )
    assert (folder / "hash.key").stat().st_size == 32


def test_the_service_goes_on_after_bodies_that_cannot_be_read(running: tuple[str, subprocess.Popen[bytes]]) -> None:
    base, _ = running
    url = f"{base}/cds-services/hip-spine-patient-view"
    headers = {"Content-Type": "application/json"}
    for body in (b"{", b'{"hook":NaN}', b"[" * 100_000, json.dumps({"hook": "patient-view"}).encode()):
        assert 400 <= requests.post(url, data=body, headers=headers, timeout=LIVENESS_S).status_code < 500
    assert requests.post(url, json=alarming_call(), timeout=LIVENESS_S).json()["cards"]


def test_a_port_in_use_is_told_in_plain_words(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], **CLOCK}
        done = subprocess.run(
            [COMMAND, "serve", "--port", port], env=environment, capture_output=True, timeout=LIVENESS_S, check=False
        )
    assert done.returncode == 1
    assert b"in use" in done.stderr
    assert b"Traceback" not in done.stderr
