"""The `pathway` parameter, which is each scenario in turn, and a mocked FHIR server."""

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
        metafunc.parametrize("pathway", all_scenarios(), ids=lambda scenario: scenario.name)


@pytest.fixture
def mocked_ehr() -> Iterator[Callable[..., str]]:
    """Serve a scenario's `server.json` and return its base URL. `is_strict`: without other patients' records."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:

        def serve(scenario: Scenario, *, is_strict: bool = True) -> str:
            ehr = Ehr(scenario.server, is_strict=is_strict)

            def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
                path, is_search, _ = str(request.url).removeprefix(f"{LOOPBACK}/").partition("/_search")
                found = ehr.answer(f"{path}?{request.body}" if is_search else path)
                return 200, {"Content-Type": "application/fhir+json"}, json.dumps(found)

            for method in (responses.GET, responses.POST):
                mock.add_callback(method, re.compile(re.escape(LOOPBACK)), answer)
            return LOOPBACK

        yield serve
