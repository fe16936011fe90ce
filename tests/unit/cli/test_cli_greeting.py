"""The greeting of `serve`: its commands work when copied from a terminal; elsewhere it is one line."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from flask import Flask
from liveness import CLOCK, LIVENESS_S
from test_cli_serve import COMMAND, free_port, kill, wait_until_ready

from cds_service.cli.greeting import greeting
from cds_service.settings import Settings

ROOT = Path(__file__).parents[3]
SAVED_REQUEST = ROOT / "examples" / "saved-request.json"
SUMMARY = "Right buttock and lower-leg pain; only a leg joint MRI is ordered: consider a spine exam"


@contextmanager
def serving_on_a_terminal(home: Path, port: int) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run `serve` from the checkout with a terminal as standard error, and yield the terminal's other end."""
    ours, theirs = pty.openpty()
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], **CLOCK}
    command = [COMMAND, "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=theirs, start_new_session=True)
    try:
        yield ours, process
    finally:
        kill(process)
        os.close(ours)
        os.close(theirs)


def read_until(terminal: int, wanted: str) -> str:
    shown = ""
    while wanted not in shown:
        assert select.select([terminal], [], [], LIVENESS_S)[0], shown
        shown += os.read(terminal, 65_536).decode()
    return shown.replace("\r\n", "\n")


def printed_line(shown: str, start: str) -> str:
    found = re.search(rf"^  ({start}.*)$", shown, re.MULTILINE)
    assert found, shown
    return found[1]


def run_as_printed(line: str) -> str:
    return subprocess.run(["sh", "-c", line], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_on_a_terminal_the_printed_lines_work_as_they_stand(tmp_path: Path) -> None:
    port = free_port()
    with serving_on_a_terminal(tmp_path, port) as (terminal, process):
        shown = read_until(terminal, "/cds-services\r\n")
        assert f"Listening on http://127.0.0.1:{port}. Stop with Ctrl-C." in shown
        trial, call = (printed_line(shown, start) for start in (r"\S+ try ", "curl "))
        assert "Right buttock and calf pain" in run_as_printed(trial)
        assert json.loads(run_as_printed(call))["cards"][0]["summary"] == SUMMARY
        for page in (r"http\S+/try", r"http\S+/about"):
            assert requests.get(printed_line(shown, page), timeout=LIVENESS_S).ok
        process.send_signal(signal.SIGINT)
        assert process.wait(LIVENESS_S) == 0


def test_in_a_log_one_line_says_where_it_listens(tmp_path: Path) -> None:
    port = free_port()
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], **CLOCK}
    with (tmp_path / "log").open("wb") as log:
        command = [COMMAND, "serve", "--port", str(port)]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log, start_new_session=True)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}")
        until = time.monotonic() + LIVENESS_S
        while f"\nListening on http://127.0.0.1:{port}.\n" not in (tmp_path / "log").read_text():
            assert time.monotonic() < until, "it does not say so"
            time.sleep(0.05)
    finally:
        kill(process)
    assert "curl" not in (tmp_path / "log").read_text()


def test_away_from_a_checkout_no_file_is_named_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert " try --example " in greeting(Settings())
    assert "curl" not in greeting(Settings())


def test_in_production_mode_no_call_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (tmp_path / "clients.toml").write_text("")
    shown = greeting(Settings(clients=tmp_path / "clients.toml", host="::1"))
    assert "http://[::1]:8080/about" in shown
    assert "curl" not in shown
    assert " try " not in shown
    assert "/try" not in shown


@pytest.mark.parametrize(("path", "command"), [("", "elsewhere/hip-spine-cds"), ("elsewhere", "hip-spine-cds")])
def test_the_command_is_named_as_it_can_be_run_again(
    path: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "hip-spine-cds").touch(mode=0o755)
    monkeypatch.setenv("PATH", path)
    monkeypatch.setattr(sys, "argv", ["elsewhere/hip-spine-cds", "serve"])
    assert f"  {command} try --example " in greeting(Settings())


def test_the_saved_request_earns_its_card_on_any_day(build: Callable[..., Flask]) -> None:
    """It contains no date that could become outdated."""
    request = SAVED_REQUEST.read_bytes()
    response = (
        build().test_client().post("/cds-services/hip-spine-order-sign", data=request, content_type="application/json")
    )
    assert [card["summary"] for card in response.get_json()["cards"]] == [SUMMARY]
    assert set(re.findall(rb"\d{4}-\d\d-\d\d", request)) == {b"1968-05-01"}
