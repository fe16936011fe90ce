"""A request decoded in one pass gives the same resources as one decoded resource by resource."""

import json
from typing import Any

import msgspec
import pytest

from cds_service.ehr.client import EhrClient
from cds_service.ehr.draft_orders import decode_draft_orders
from cds_service.ehr.gatherer import Gatherer
from cds_service.ehr.prefetch_templates import build_prefetch_keys
from cds_service.fhir.bundles import TYPED_ENVELOPE
from cds_service.fhir.chart_data import ChartData
from cds_service.service.catalogue import SERVICES
from cds_service.wire.request import HookRequest, decode_request
from tests.pathways.scenarios import Scenario, all_scenarios
from tests.shipped import shipped_knowledge

KNOWLEDGE = shipped_knowledge()
GATHERER = Gatherer(build_prefetch_keys(KNOWLEDGE.content, KNOWLEDGE.terminology), EhrClient())


def gathered(request: HookRequest) -> ChartData:
    return GATHERER.gather(request, decode_draft_orders(request))


def is_raw(request: HookRequest) -> bool:
    return any(isinstance(value, msgspec.Raw) for value in request.prefetch.values())


def both(scenario: Scenario, body: dict[str, Any]) -> tuple[HookRequest, HookRequest]:
    encoded, accepted = json.dumps(body).encode(), SERVICES[scenario.service].accepted_hooks
    return decode_request(encoded, accepted, TYPED_ENVELOPE), decode_request(encoded, accepted)


@pytest.mark.parametrize("scenario", all_scenarios(), ids=lambda scenario: scenario.name)
def test_one_pass_gives_the_same_as_resource_by_resource(scenario: Scenario) -> None:
    typed, raw = both(scenario, scenario.request)
    assert not is_raw(typed)
    assert is_raw(raw)
    assert gathered(typed) == gathered(raw)


@pytest.mark.parametrize(
    "broken", [{"resourceType": "Condition", "code": "text"}, {"resourceType": "Immunization"}, {}]
)
def test_a_bundle_with_an_unusual_resource_is_decoded_separately(broken: dict[str, Any]) -> None:
    scenario = all_scenarios()[0]
    body = scenario.request
    body["prefetch"]["conditions"]["entry"].append({"resource": broken})
    typed, raw = both(scenario, body)
    assert is_raw(typed)
    assert gathered(typed) == gathered(raw)


def test_an_incomplete_page_is_recognized_either_way() -> None:
    scenario = all_scenarios()[0]
    body = scenario.request
    body["prefetch"]["conditions"]["link"] = [{"relation": "next", "url": "https://ehr.example/fhir/Condition?page=2"}]
    typed, raw = both(scenario, body)
    assert not is_raw(typed)
    assert gathered(typed) == gathered(raw)
    assert gathered(typed).gap_codes == {"conditions": "incomplete:no-access"}
