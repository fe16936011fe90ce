"""The peers as fixtures, started once. A peer that cannot be installed is reported as skipped; in CI it fails."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

import pytest
from pathways.scenarios import all_scenarios

from .errors import NotInstalled
from .healthchain_client import healthchain_python
from .medplum_server import Medplum, medplum, node_is_missing
from .service_process import Service, running_service

TOKEN = "token-of-the-tests"  # noqa: S105 - opens only the server of these tests
SKIP_REASON = "left out for want of a system package: "


@pytest.fixture(scope="session")
def medplum_server() -> Iterator[Medplum]:
    """A FHIR server that asks for `TOKEN` and holds every scenario's resources, all at once."""
    if missing := node_is_missing():
        _leave_out(f"{missing}, for the Medplum FHIR server")
    with ExitStack() as opened:
        try:
            server = opened.enter_context(medplum(token=TOKEN))
        except NotInstalled as error:
            _leave_out(f"a package index, for the Medplum FHIR server ({str(error)[:200]})")
        for scenario in all_scenarios():
            server.load(scenario.server)
        yield server


@pytest.fixture(scope="session")
def client_python() -> Path:
    """HealthChain's Python."""
    try:
        return healthchain_python()
    except NotInstalled as error:
        _leave_out(f"a package index, for HealthChain ({str(error)[:200]})")


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service as it is really started, in a process of its own."""
    with running_service(tmp_path_factory.mktemp("service")) as running:
        yield running


def _leave_out(what: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI leaves nothing out, but this is missing: {what}")
    pytest.skip(SKIP_REASON + what)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = {str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])}
    missing = sorted(reason.split(SKIP_REASON, 1)[1] for reason in reasons if SKIP_REASON in reason)
    for what in missing:
        terminalreporter.write_line(f"Left out for want of a system package: {what}", yellow=True)
