"""One parameter for all pathway tests: `pathway`, each scenario in turn. And a FHIR server that isn't there."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
import requests
import responses

from .ehr import Ehr
from .scenarios import Scenario, all_scenarios

LOOPBACK = "http://127.0.0.1:8099/fhir"  # nothing listens there: `responses` answers


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "pathway" in metafunc.fixturenames:
        metafunc.parametrize("pathway", all_scenarios(), ids=lambda one: one.name)


@pytest.fixture
def mocked_ehr() -> Iterator[Callable[[Scenario], str]]:
    """Serve a scenario's `server.json`, another patient's records too; gives the base to read."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:

        def serve(scenario: Scenario) -> str:
            ehr = Ehr(scenario.server, is_strict=False)

            def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
                found = ehr.answer(str(request.url).removeprefix(f"{LOOPBACK}/"))
                return 200, {"Content-Type": "application/fhir+json"}, json.dumps(found)

            mock.add_callback(responses.GET, re.compile(re.escape(LOOPBACK)), answer)
            return LOOPBACK

        yield serve
