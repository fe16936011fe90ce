"""Charts with records that are broken, foreign, unknown or many: each costs itself alone, and the card says so."""

import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from synthetic import (
    CPT,
    LOINC,
    SELECT,
    SIGN,
    Json,
    bundle,
    buttock_to_calf,
    call,
    concept,
    condition,
    observation,
    order,
    prefetch,
    resource,
)

from cds_service.model.facts import Chart


def hip_order(**fields: Any) -> Json:
    return order("73721", **{"bodySite": [concept("287579007")], **fields})


def cards(client: FlaskClient, body: Json, service: str = SIGN) -> list[Json]:
    response = client.post(f"/cds-services/{service}", json=body)
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()["cards"]


def topics(client: FlaskClient, *drafts: Json, chart: Json) -> list[str]:
    return [card["source"]["topic"]["code"] for card in cards(client, call(SIGN, *drafts, prefetch=chart))]


BROKEN: list[Json] = [
    {"resourceType": "Condition", "code": "not a concept"},
    {"resourceType": "Condition", "code": {"coding": "23056005"}},
    {"resourceType": "Condition", "recordedDate": 2026},
    {"resourceType": "Condition", "bodySite": "hip"},
    {"resourceType": "Condition", "code": {"coding": [{"system": [], "code": "x"}]}},
    {"resourceType": "Condition", "subject": "Patient/patient-1"},
]


@pytest.mark.parametrize("broken", BROKEN)
def test_one_malformed_condition_among_good_ones_costs_itself_and_is_told(client: FlaskClient, broken: Json) -> None:
    first, second = buttock_to_calf()
    [card] = cards(client, call(SIGN, hip_order(), prefetch=prefetch(first, broken, second)))
    assert card["source"]["topic"]["code"] == "SpinePatternHipImaging"
    assert "1 Condition" in card["detail"]


def test_sound_charts_are_not_said_to_be_unreadable(client: FlaskClient) -> None:
    [card] = cards(client, call(SIGN, hip_order(), prefetch=prefetch(*buttock_to_calf())))
    assert "1 Condition" not in card["detail"]


@pytest.mark.parametrize("entry", [None, {}, {"resource": None}, {"fullUrl": "urn:uuid:x"}, {"resource": {}}])
def test_an_entry_without_a_readable_resource_costs_no_card(client: FlaskClient, entry: Json | None) -> None:
    chart = prefetch(*buttock_to_calf())
    chart["conditions"]["entry"].append(entry)
    assert topics(client, hip_order(), chart=chart) == ["SpinePatternHipImaging"]


@pytest.mark.parametrize("kind", ["Practitioner", "Provenance", "Unheard"])
def test_a_resource_of_a_type_nobody_reads_is_passed_over_without_complaint(client: FlaskClient, kind: str) -> None:
    [card] = cards(client, call(SIGN, hip_order(), prefetch=prefetch(*buttock_to_calf(), resource(kind))))
    assert kind not in card["detail"]
    assert "resource" not in card["detail"].lower().replace("resources", "")


def test_a_malformed_draft_costs_itself_and_is_told(client: FlaskClient) -> None:
    broken = {"resourceType": "ServiceRequest", "id": "b", "code": "73721"}
    [card] = cards(client, call(SIGN, broken, hip_order(), prefetch=prefetch(*buttock_to_calf())))
    assert "1 ServiceRequest" in card["detail"]


@pytest.mark.parametrize("reference", ["Patient/another", "https://ehr.example/Patient/another", "Group/patient-1"])
@pytest.mark.parametrize("name", ["subject", "patient"])
def test_records_of_another_patient_are_not_used(client: FlaskClient, name: str, reference: str) -> None:
    chart = [{**record, "subject": None, name: {"reference": reference}} for record in buttock_to_calf()]
    assert topics(client, hip_order(), chart=prefetch(*chart)) == ["PlainFilmsFirst"]  # of the order alone


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/patient-1",
        "https://ehr.example/fhir/Patient/patient-1",
        "Patient/patient-1/_history/3",
        "urn:uuid:patient-1",
        None,
    ],
)
def test_records_of_this_patient_are_used_however_they_name_it(client: FlaskClient, reference: str | None) -> None:
    chart = [{**record, "subject": {"reference": reference}} for record in buttock_to_calf()]
    assert topics(client, hip_order(), chart=prefetch(*chart)) == ["SpinePatternHipImaging"]


def test_a_draft_of_another_patient_is_not_judged(client: FlaskClient) -> None:
    foreign = hip_order(subject={"reference": "Patient/another"})
    assert topics(client, foreign, chart=prefetch(*buttock_to_calf())) == []


@pytest.mark.parametrize("drafts", [{}, {"resourceType": "Bundle"}, {"resourceType": "Bundle", "entry": []}])
def test_drafts_without_entry_are_a_call_without_orders(client: FlaskClient, drafts: Json) -> None:
    body = call(SIGN, prefetch=prefetch(*buttock_to_calf()))
    body["context"]["draftOrders"] = drafts or {"resourceType": "Bundle", "type": "collection"}
    assert cards(client, body) == []


def test_without_orders_only_rule_1_speaks(client: FlaskClient) -> None:
    chart = prefetch(*buttock_to_calf(), observations=bundle(observation("saddle-anaesthesia")))
    assert topics(client, chart=chart) == ["CaudaEquina"]


@pytest.mark.parametrize(
    "code",
    [None, {}, {"coding": []}, {"coding": [{}]}, {"coding": [None]}, concept("99999", CPT), {"text": "MRI"}],
)
def test_an_order_without_a_usable_code_yields_no_card_and_no_error(client: FlaskClient, code: Json | None) -> None:
    assert topics(client, hip_order(code=code, bodySite=None), chart=prefetch(*buttock_to_calf())) == []


def test_sixty_observations_of_unknown_codes_change_nothing(client: FlaskClient) -> None:
    unknown = [observation(str(10_000 + number), LOINC, number, valueString="x") for number in range(60)]
    chart = prefetch(*buttock_to_calf())
    plain = cards(client, call(SIGN, hip_order(), prefetch={**chart, "observations": bundle()}))
    many = cards(client, call(SIGN, hip_order(), prefetch={**chart, "observations": bundle(*unknown)}))
    assert [card["detail"] for card in many] == [card["detail"] for card in plain]


def test_the_sandboxes_imaging_screen_without_a_choice_gets_no_cards(client: FlaskClient) -> None:
    """Its exact request: nothing in coding, no reason, no Bundle type, and a DSTU2 chart."""
    draft = {
        "resourceType": "ServiceRequest",
        "id": "example-request-id",
        "status": "draft",
        "intent": "plan",
        "code": {"coding": [{}]},
        "subject": {"reference": "Patient/patient-1"},
        "reasonCode": [],
    }
    problem = {
        "resourceType": "Condition",
        "id": "c",
        "patient": {"reference": "Patient/patient-1"},
        "code": concept("279043006", text="Buttock pain"),
        "clinicalStatus": "active",
        "verificationStatus": "confirmed",
        "dateRecorded": "2026-01-05",
    }
    named = {"resourceType": "Patient", "id": "patient-1", "birthDate": "1960-05-01", "name": [{"family": ["Doe"]}]}
    chart = {"patient": named, "conditions": bundle(problem)}
    body = call(SELECT, draft, prefetch=chart)
    body["context"]["draftOrders"] = {"resourceType": "Bundle", "entry": [{"resource": draft}]}
    assert cards(client, body, SELECT) == []


def test_a_lower_limb_joint_ordered_for_sciatica_is_taken_for_the_hip(client: FlaskClient) -> None:
    draft = order("73721", reasonCode=[concept("23056005")])
    assert topics(client, draft, chart=prefetch(*buttock_to_calf())) == ["SpinePatternHipImaging"]


def test_lumbar_mri_with_groin_pain_on_record(client: FlaskClient) -> None:
    assert topics(client, order("72148"), chart=prefetch(condition("102570003"))) == ["HipPatternSpineImaging"]


def _large(count: int, padding: str = "") -> Json:
    unknown = [observation(str(n), LOINC, n, note=[{"text": padding}]) for n in range(count - 2)]
    return call(SIGN, hip_order(), prefetch=prefetch(*buttock_to_calf(), observations=bundle(*unknown)))


@pytest.mark.parametrize("body", [_large(1000), _large(500, "x" * 2000)], ids=["1,000 resources", "1 MB"])
def test_large_charts_get_the_right_card(client: FlaskClient, body: Json) -> None:
    [card] = cards(client, body)
    assert card["source"]["topic"]["code"] == "SpinePatternHipImaging"


def test_work_grows_no_faster_than_the_chart(client: FlaskClient) -> None:
    """Ten times the chart takes at most about ten times the calls of functions; quadratic work would take a hundred."""

    def count_calls(body: Json) -> int:
        events: Counter[str] = Counter()
        sys.setprofile(lambda _frame, event, _function: events.update([event]))
        try:
            cards(client, body)
        finally:
            sys.setprofile(None)
        return events["call"] + events["c_call"]

    cards(client, _large(100))  # warm up: lazy initialization must not be counted
    assert count_calls(_large(1000)) < 12 * count_calls(_large(100))


@pytest.mark.parametrize("service", [SIGN, SELECT])
def test_a_thousand_records_of_other_things_give_no_card_and_no_fact(
    client: FlaskClient, chart: Callable[..., Chart], service: str
) -> None:
    others = [condition(str(code), number=number) for number, code in enumerate(range(44_054_006, 44_064_006, 10))]
    read = chart(*others)
    assert (read.findings, read.imaging) == ((), ())
    assert cards(client, call(service, order("72148"), prefetch=prefetch(*others)), service) == []
