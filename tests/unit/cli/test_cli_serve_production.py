"""The running service in production mode: its refusals to start, its log, and a token sent to two workers."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from liveness import CLOCK, LIVENESS_S
from signing import PUBLIC, SigningEhr, client_table
from synthetic import VIEW, call

COMMAND = str(Path(sys.executable).parent / "hip-spine-cds")
HASH_KEY = "a key for tests alone"
PAIRS = 24  # the chance that no token reaches both workers is one in 16 million


def environment(folder: Path, **more: str) -> dict[str, str]:
    home = folder / "home"
    home.mkdir(exist_ok=True)
    paths = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {**paths, "HOME": str(home), **CLOCK, **more}


@pytest.fixture
def two_workers(tmp_path: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    clients = client_table(tmp_path)
    command = [COMMAND, "serve", "--port", str(port), "--workers", "2"]
    command += ["--clients", str(clients), "--public-url", PUBLIC]
    given = environment(tmp_path, HIP_SPINE_CDS_HASH_KEY=HASH_KEY)
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=tmp_path, env=given, stdout=log, stderr=log, start_new_session=True)
        base = f"http://127.0.0.1:{port}"
        try:
            wait_until_ready(base, process)
            yield base
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(LIVENESS_S)


def wait_until_ready(base: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + LIVENESS_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"{base}/cds-services", timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    pytest.fail("the service did not become ready")


def post(base: str, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}", "Connection": "close"}
    return requests.post(f"{base}/cds-services/{VIEW}", json=call(), headers=headers, timeout=LIVENESS_S).status_code


def test_a_token_counts_once_whichever_worker_it_meets(two_workers: str, tmp_path: Path) -> None:
    """Send each token twice at once, and once more later."""
    ehr = SigningEhr(datetime.now(UTC))
    tokens = [ehr.token(f"/{VIEW}") for _ in range(PAIRS)]
    with ThreadPoolExecutor(8) as pool:
        twice = list(
            pool.map(
                lambda token: post(two_workers, token), [repeated for token in tokens for repeated in (token,) * 2]
            )
        )
    assert [sorted(twice[place : place + 2]) for place in range(0, 2 * PAIRS, 2)] == [[200, 401]] * PAIRS
    assert {post(two_workers, token) for token in tokens} == {401}
    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert "Production mode at https://cds.example; clients: north." in log
    assert "DEMO" not in log
    assert '"reason":"replayed"' in log
    assert not any(token in log for token in tokens)


def refused(folder: Path, *options: str, **given: str) -> str:
    command = [COMMAND, "serve", *options]
    given_environment = environment(folder, **given)
    done = subprocess.run(command, env=given_environment, capture_output=True, timeout=LIVENESS_S, check=False)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    return done.stderr.decode()


def test_it_does_not_start_with_anything_wrong_and_tells_all_of_it(tmp_path: Path) -> None:
    clients = client_table(tmp_path, issuer="https://sandbox.cds-hooks.org", fhir_servers=["http://ehr.example"])
    origins = {"HIP_SPINE_CDS_ALLOWED_ORIGINS": '["*"]'}
    error = refused(tmp_path, "--clients", str(clients), "--public-url", "http://cds.example", **origins)
    assert "5 problem(s):" in error
    for start in (
        "clients.toml: client.north.fhir_servers.0: must be https",
        "clients.toml: client.north.issuer: the public sandbox is never trusted",
        "settings: allowed_origins: ",
        "settings: hash_key: ",
        "settings: public_url: ",
    ):
        assert start in error


@pytest.mark.parametrize("missing", ["public_url", "hash_key"])
def test_it_does_not_start_without(tmp_path: Path, missing: str) -> None:
    given = {
        "HIP_SPINE_CDS_CLIENTS": str(client_table(tmp_path)),
        "HIP_SPINE_CDS_PUBLIC_URL": PUBLIC,
        "HIP_SPINE_CDS_HASH_KEY": HASH_KEY,
    }
    del given[f"HIP_SPINE_CDS_{missing.upper()}"]
    error = refused(tmp_path, **given)
    assert "1 problem(s):" in error
    assert f"settings: {missing}: production needs" in error


def test_a_table_that_is_not_there_never_means_demo_mode(tmp_path: Path) -> None:
    given = {"HIP_SPINE_CDS_PUBLIC_URL": PUBLIC, "HIP_SPINE_CDS_HASH_KEY": HASH_KEY}
    error = refused(tmp_path, "--clients", str(tmp_path / "none.toml"), **given)
    assert "none.toml: No such file" in error
    assert "DEMO" not in error
