"""Every command of README.md, CONTRIBUTING.md and docs/ works as written, from a checkout after `make serve`.

Each page runs in a copy of the checkout, block by block. Only ports are replaced, by free ones; a command that
serves runs in the background until the page ends.
"""

import compileall
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from doc_pages import ROOT, WITH_COMMANDS, blocks, name_of

NOT_RUN = {
    "make serve": "installs; the service that it starts is started here",
    "make population": "installs",
    "make quick": "runs the tests themselves",
    "make test": "runs the tests themselves",
    "make bench": "measures for minutes; tests/attack/test_bench.py takes its smallest round",
    "make bench AGAINST=build/before.json": "as above",
    ".venv/bin/pytest tests/test_cases.py": "runs the tests themselves",
    ".venv/bin/hip-spine-cds try --fhir https://r4.smarthealthit.org --patient 7c903acf-a200-46d9-8b3e-453273f85dfa "
    "--order 72148 --why": "needs the public network",
    "docker compose up --build": "needs a container engine",
    "curl -s http://127.0.0.1:8080/cds-services/hip-spine-patient-view -H 'Content-Type: application/json' "
    "--data @examples/chart-opened.json": "needs compose; tests/peers/test_compose_loader.py sends it",
    ".venv/bin/hip-spine-cds try --fhir http://127.0.0.1:8081/fhir --patient article-patient": "as above",
    ".venv/bin/hip-spine-cds suppressed --tenant north-main --of-patient": "asks for a patient's id",
}
# What a page's commands must print, in this order.
PRINTED = {
    "README.md": ["Right buttock and calf pain", "S1", '"cards":[{"'],
    "docs/how-to/answered-cards.md": ["No card is suppressed.", "lifted: 0 cards"],
    "docs/how-to/count-alerts.md": ["alerts per 1,000 calls", "restraint held back in"],
    "docs/how-to/dry-run-report.md": [
        "written: build/report",
        "patients: 300",
        "site overlay Fill in",
        "No problem found",
    ],
    "docs/how-to/production.md": [
        "Production mode at https://cds.example",
        '"cards":[{"',
        "401\n401\n",
        '{"stored":1}',
    ],
    "docs/how-to/sign-off.md": ["signed off by Dr A. Example"],
    "docs/how-to/site-content.md": ["Example General", "cauda equina"],
    "docs/how-to/what-is-read.md": ["groin pain [1 present]", '"findings": ['],
    "docs/how-to/why-no-card.md": ["No card."],
    "docs/tutorial/first-card-to-own-site.md": [
        "its code stands for no finding here",
        "only a right hip MRI is ordered",
        "signed off",
        "by Dr A. Example",
        '"cards":[{"',
    ],
}
PAGES = [page for page in WITH_COMMANDS if blocks(page, "sh")]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", ".*_cache", ".hypothesis", "*.pyc.*", "build", "node_modules")
SERVES = re.compile(r"^(?:\w+=\S+ )*\.venv/bin/hip-spine-cds serve\b", re.MULTILINE)
DEMO_PORT = "8080"
PORT = re.compile(r"\b80\d\d\b")
READY_WITHIN = 60  # seconds


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@dataclass
class Checkout:
    """A copy of the checkout in which the commands of one page run."""

    root: Path
    home: Path
    ports: dict[str, str]
    serving: list[subprocess.Popen[bytes]] = field(default_factory=list)
    exports: str = ""

    def environment(self) -> dict[str, str]:
        paths = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(self.home), "PYTHONPATH": str(self.root)}
        return {**paths, "HIP_SPINE_CDS_PORT": self.ports[DEMO_PORT], "LANG": "C.UTF-8"}

    def run(self, block: str) -> str:
        """Run a block, or start what it serves; return what it printed."""
        script = "".join(line for line in block.splitlines(True) if line.partition(" #")[0].strip() not in NOT_RUN)
        if SERVES.search(script):
            self._serve(script)
            return ""
        output = self._bash(self._with_ports(self.exports + script))
        self.exports += "".join(line for line in script.splitlines(True) if line.startswith("export "))
        return output

    def _serve(self, script: str) -> None:
        self.ports[(PORT.search(script) or [DEMO_PORT])[0]] = port = free_port()
        with (self.home / f"{port}.log").open("wb") as log:
            self.serving.append(
                subprocess.Popen(
                    ["bash", "-c", self._with_ports(self.exports + script)],
                    cwd=self.root, env=self.environment(), stdout=log, stderr=log, start_new_session=True,
                )
            )  # fmt: skip
        wait_until_ready(port, self.serving[-1], self.home / f"{port}.log")

    def _bash(self, script: str) -> str:
        command = ["bash", "-eu", "-o", "pipefail", "-c", script]
        done = subprocess.run(
            command, cwd=self.root, env=self.environment(), capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        assert "OperationOutcome" not in done.stdout, f"{script}\n{done.stdout}"
        return done.stdout

    def _with_ports(self, script: str) -> str:
        return PORT.sub(lambda port: self.ports.get(port[0], port[0]), script)


def wait_until_ready(port: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"http://127.0.0.1:{port}/readyz", timeout=1).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    pytest.fail(f"the service did not become ready: {log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the checkout with its modules compiled, so that no page's first command compiles them anew."""
    copied = Path(shutil.copytree(ROOT, tmp_path_factory.mktemp("compiled") / "checkout", ignore=LEFT_OUT))
    assert compileall.compile_dir(copied / "cds_service", quiet=1)
    return copied


@contextmanager
def checkout(compiled: Path, folder: Path, ports: dict[str, str]) -> Iterator[Checkout]:
    """Copy the checkout as `make serve` leaves it, with the programs of .venv/bin, and stop its servers at the end."""
    root, home = folder / "checkout", folder / "home"
    home.mkdir()
    shutil.copytree(compiled, root)
    programs = root / ".venv" / "bin"
    programs.mkdir(parents=True)
    run_command = "-c 'from cds_service.cli import main; main(prog_name=\"hip-spine-cds\")'"
    for name, arguments in {"python": "", "hip-spine-cds": run_command}.items():
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {arguments} "$@"\n', encoding="utf-8")
        (programs / name).chmod(0o755)
    made = Checkout(root, home, ports)
    try:
        yield made
    finally:
        for process in made.serving:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


@pytest.fixture(scope="module")
def demo_port(compiled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a service in demo mode, as `make serve` does, and yield its port."""
    if missing := [name for name in ("bash", "curl") if shutil.which(name) is None]:
        say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        say(f"left out for want of a system package: {', '.join(missing)}, for the commands of the documentation")
    with checkout(compiled, tmp_path_factory.mktemp("demo"), {DEMO_PORT: ""}) as made:
        made.run(".venv/bin/hip-spine-cds serve")
        yield made.ports[DEMO_PORT]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_commands_of_a_page_work(page: Path, compiled: Path, demo_port: str, tmp_path: Path) -> None:
    with checkout(compiled, tmp_path, {DEMO_PORT: demo_port}) as made:
        printed = "".join(made.run(block) for block in blocks(page, "sh"))
    for text in PRINTED.get(name_of(page), []):
        assert text in printed, f"{text!r} is not in, or not after what comes before it:\n{printed}"
        printed = printed.partition(text)[2]


def test_only_what_is_listed_is_not_run() -> None:
    lines = {
        line.partition(" #")[0].strip() for page in PAGES for block in blocks(page, "sh") for line in block.splitlines()
    }
    assert NOT_RUN.keys() <= lines
    assert PRINTED.keys() <= {name_of(page) for page in PAGES}
