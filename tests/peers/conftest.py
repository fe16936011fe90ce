"""The peers as fixtures, started once. A peer that cannot be installed is reported as skipped; in CI it fails."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from left_out import leave_out
from pathways.scenarios import all_scenarios

from .errors import NotInstalled
from .healthchain_client import healthchain_python
from .medplum_server import Medplum, medplum
from .node_packages import node_is_missing
from .service_process import Service, running_service

TOKEN = "token-of-the-tests"  # noqa: S105 - opens only the server of these tests


@pytest.fixture(scope="session")
def medplum_server() -> Iterator[Medplum]:
    """A FHIR server that asks for `TOKEN` and holds every scenario's resources, all at once."""
    if missing := node_is_missing():
        leave_out(f"{missing}, for the Medplum FHIR server")
    with ExitStack() as opened:
        try:
            server = opened.enter_context(medplum(token=TOKEN))
        except NotInstalled as error:
            leave_out(f"a package index, for the Medplum FHIR server ({str(error)[:200]})")
        for scenario in all_scenarios():
            server.load(scenario.server)
        yield server


@pytest.fixture(scope="session")
def client_python() -> Path:
    """HealthChain's Python."""
    try:
        return healthchain_python()
    except NotInstalled as error:
        leave_out(f"a package index, for HealthChain ({str(error)[:200]})")


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service as it is really started, in a process of its own."""
    with running_service(tmp_path_factory.mktemp("service")) as running:
        yield running
