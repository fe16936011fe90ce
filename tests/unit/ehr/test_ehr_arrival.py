"""Which FHIR types did not arrive whole: each way in which data can be missing, through to the chart (R2)."""

import json
from datetime import date
from typing import Any

import pytest
import responses
from synthetic import (
    CPT,
    PATIENT,
    SIGN,
    Json,
    bundle,
    buttock_to_calf,
    call,
    concept,
    condition,
    observation,
    order,
    outcome,
    patient,
    resource,
)

from cds_service.chart.chart_reader import ChartReader
from cds_service.ehr.access import NO_SERVER, Access
from cds_service.ehr.client import EhrClient
from cds_service.ehr.draft_orders import decode_draft_orders
from cds_service.ehr.gatherer import Gatherer
from cds_service.ehr.prefetch_templates import PrefetchKey
from cds_service.errors import BadRequest
from cds_service.fhir.bundles import TYPED_ENVELOPE
from cds_service.model.facts import Chart
from cds_service.wire.request import decode_request

TODAY = date(2026, 3, 10)
BASE = "https://r4.smarthealthit.org"
ASKED = "?patient={{context.patientId}}"
KEYS = (
    PrefetchKey("patient", "Patient/{{context.patientId}}", "patient", is_required=True),
    PrefetchKey("conditions", f"Condition{ASKED}", "conditions", is_required=True),
    PrefetchKey("observations", f"Observation{ASKED}&code=a", "observations"),
    PrefetchKey("observations2", f"Observation{ASKED}&code=b", "observations"),
    PrefetchKey("imagingStudies", f"ImagingStudy{ASKED}", "imaging studies"),
    PrefetchKey("serviceRequests", f"ServiceRequest{ASKED}", "orders"),
    PrefetchKey("procedures", f"Procedure{ASKED}", "procedures"),
    PrefetchKey("medicationRequests", f"MedicationRequest{ASKED}", "medication orders"),
    PrefetchKey("medicationStatements", f"MedicationStatement{ASKED}", "medication statements"),
    PrefetchKey("reports", f"DiagnosticReport{ASKED}", "reports"),
)
NEXT = {"link": [{"relation": "next", "url": f"{BASE}/more"}]}
PROCEDURE = resource("Procedure", status="completed", code=concept("80146002"))
WHOLE: Json = {
    "patient": patient(),
    "conditions": bundle(*buttock_to_calf()) | {"total": 2},
    **{key.name: bundle() | {"total": 0} for key in KEYS[2:]},
}


class Reads:
    """Reads the chart of a call as the service does."""

    def __init__(self, reader: ChartReader, client: EhrClient) -> None:
        self._reader = reader
        self._gatherer = Gatherer(KEYS, client)

    def chart(self, *drafts: Json, access: Access | None = None, **prefetch: Any) -> Chart:
        sent = {name: value for name, value in (WHOLE | prefetch).items() if value is not ...}
        body = call(SIGN, *drafts, prefetch=sent)
        request = decode_request(json.dumps(body).encode(), frozenset({"order-sign"}), TYPED_ENVELOPE)
        data = self._gatherer.gather(request, decode_draft_orders(request), access or NO_SERVER)
        return self._reader.build_chart(data, PATIENT, TODAY)


@pytest.fixture
def reads(reader: ChartReader, fhir: EhrClient) -> Reads:
    return Reads(reader, fhir)


def test_of_a_whole_chart_nothing_is_missing(reads: Reads) -> None:
    chart = reads.chart()
    assert (chart.missing_types, chart.incomplete, chart.is_deceased) == (frozenset(), (), False)


@pytest.mark.parametrize("key", KEYS[2:])
@pytest.mark.parametrize(
    "value",
    [
        pytest.param(..., id="not sent"),
        pytest.param(outcome(), id="an error instead"),
        pytest.param(outcome("warning"), id="a warning instead"),
        pytest.param(bundle(outcome()), id="an error in the Bundle"),
        pytest.param(bundle() | NEXT, id="an empty first page"),
        pytest.param(bundle() | {"total": 52}, id="a total above the entries"),
        pytest.param(bundle({"id": "untyped"}), id="a resource without a type"),
        pytest.param({"resourceType": "Bundle", "entry": [{"resource": 5}]}, id="no resource"),
        pytest.param(bundle({"resourceType": "MedicationOrder", "id": "x"}), id="a type of another version of FHIR"),
        pytest.param(bundle(patient(), condition("x")), id="other types than were asked for"),
        pytest.param({}, id="an empty object"),
        pytest.param([], id="an empty list"),
        pytest.param("none", id="a text"),
        pytest.param({"resourceType": "Bundle", "entry": "none"}, id="a text for the entries"),
    ],
)
def test_each_way_of_missing_data_names_the_type(reads: Reads, key: PrefetchKey, value: Any) -> None:
    assert reads.chart(**{key.name: value}).missing_types == {key.resource_type}


@pytest.mark.parametrize(
    "value",
    [
        bundle(*buttock_to_calf()) | NEXT,
        bundle(*buttock_to_calf()) | {"total": 3},
        bundle(*buttock_to_calf()) | {"total": "3"},
        bundle(*buttock_to_calf(), outcome()),
        bundle(*buttock_to_calf(), outcome("warning")) | {"total": 3},
        bundle(*buttock_to_calf(), {"resourceType": "Practitioner", "id": "x"}) | {"total": 3},
        bundle(*buttock_to_calf(), patient()) | {"total": 3},
        {"resourceType": "Bundle", "total": 3, "entry": [None, {}, *bundle(*buttock_to_calf())["entry"]]},
    ],
)
def test_a_part_of_the_conditions_is_said_as_incomplete(reads: Reads, value: Json) -> None:
    chart = reads.chart(conditions=value)
    assert (chart.missing_types, chart.incomplete) == ({"Condition"}, ("conditions",))


@pytest.mark.parametrize("total", [None, 0, 1, 2, -1, "many", [3], 2.5])
def test_a_total_that_is_not_more_than_the_entries_is_no_gap(reads: Reads, total: object) -> None:
    assert reads.chart(conditions=bundle(*buttock_to_calf()) | {"total": total}).missing_types == frozenset()


@pytest.mark.parametrize("value", [None, bundle(), bundle(outcome("warning")), {"resourceType": "Bundle"}])
def test_what_was_looked_for_and_is_not_there_is_not_missing(reads: Reads, value: Json | None) -> None:
    assert reads.chart(procedures=value).missing_types == frozenset()


def test_one_malformed_resource_makes_its_type_missing(reads: Reads) -> None:
    broken = condition("x", number=3, code="broken")
    chart = reads.chart(conditions=bundle(*buttock_to_calf(), broken) | {"total": 3})
    assert (chart.missing_types, chart.incomplete, chart.unreadable) == ({"Condition"}, (), {"Condition": 1})


def test_a_malformed_resource_in_anothers_place_makes_both_types_missing(reads: Reads) -> None:
    chart = reads.chart(procedures=bundle(condition("x", code="broken")) | {"total": 2})
    assert chart.missing_types == {"Condition", "Procedure"}


@pytest.mark.parametrize("key", ["observations", "observations2"])
def test_a_type_of_several_keys_is_missing_if_any_of_them_is(reads: Reads, key: str) -> None:
    read = {"observations": bundle(observation("x")), "observations2": bundle(observation("x", number=2))}
    assert reads.chart(**read).missing_types == frozenset()
    assert reads.chart(**read | {key: ...}).missing_types == {"Observation"}


def test_orders_under_their_older_name_are_what_was_asked_for(reads: Reads) -> None:
    older = resource("ProcedureRequest", status="active", code=concept("73721", CPT))
    assert reads.chart(serviceRequests=bundle(older) | {"total": 1}).missing_types == frozenset()
    broken = resource("ProcedureRequest", code="broken")
    assert reads.chart(serviceRequests=bundle(broken) | {"total": 1}).missing_types == {"ServiceRequest"}


@pytest.mark.parametrize("draft", [order("73721", code="broken"), {"id": "untyped", "resourceType": None}])
def test_a_draft_that_cannot_be_read_makes_orders_missing(reads: Reads, draft: Json) -> None:
    assert reads.chart(draft).missing_types == {"ServiceRequest"}


@pytest.mark.parametrize("odd", [{}, [], "none", 0, False, {"resourceType": "Bundle", "entry": "none"}])
@pytest.mark.parametrize(
    ("answer", "missing"),
    [({"json": bundle()}, set()), ({"status": 404}, {"Procedure"}), ({"json": []}, {"Procedure"})],
)
def test_what_was_sent_in_an_odd_form_is_read_anew(
    reads: Reads, ehr: responses.RequestsMock, odd: object, answer: Any, missing: set[str]
) -> None:
    ehr.post(f"{BASE}/Procedure/_search", **answer)
    assert reads.chart(access=Access(BASE), procedures=odd).missing_types == missing
    assert all(f"{BASE}/Procedure" in str(call.request.url) for call in ehr.calls)


@pytest.mark.parametrize("odd", [{}, [], "none"])
def test_a_required_key_in_an_odd_form_is_named_unless_it_can_be_read_anew(
    reads: Reads, ehr: responses.RequestsMock, odd: object
) -> None:
    with pytest.raises(BadRequest) as caught:
        reads.chart(conditions=odd)
    assert (caught.value.field or "").startswith("prefetch.conditions")
    ehr.post(f"{BASE}/Condition/_search", json=bundle(*buttock_to_calf()))
    assert reads.chart(access=Access(BASE), conditions=odd).missing_types == frozenset()


def test_what_was_sent_short_is_read_anew(reads: Reads, ehr: responses.RequestsMock) -> None:
    """A server that loses the link to the next page still answers the search."""
    ehr.post(f"{BASE}/Condition/_search", json=bundle(*buttock_to_calf(), condition("38341003", number=3)))
    chart = reads.chart(access=Access(BASE), conditions=bundle(*buttock_to_calf()) | {"total": 3})
    assert (chart.missing_types, chart.incomplete) == (frozenset(), ())
    assert len(ehr.calls) == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500},
        {"json": bundle(*buttock_to_calf()) | {"total": 3}},
        {"json": bundle() | {"total": 3}},
        {"json": outcome()},
    ],
)
def test_what_is_short_when_read_anew_stays_missing_and_what_was_sent_counts(
    reads: Reads, ehr: responses.RequestsMock, answer: Any
) -> None:
    ehr.post(f"{BASE}/Condition/_search", **answer)
    chart = reads.chart(access=Access(BASE), conditions=bundle(*buttock_to_calf()) | {"total": 3})
    assert (chart.missing_types, chart.incomplete) == ({"Condition"}, ("conditions",))
    assert chart.findings


@pytest.mark.parametrize(("total", "missing"), [(1, set()), (2, set()), (3, {"Procedure"})])
def test_the_total_counts_over_all_pages(
    reads: Reads, ehr: responses.RequestsMock, total: int, missing: set[str]
) -> None:
    second = PROCEDURE | {"id": "another"}
    ehr.get(f"{BASE}/more", json=bundle(second) | {"total": total})
    chart = reads.chart(access=Access(BASE), procedures=bundle(PROCEDURE) | NEXT | {"total": total})
    assert chart.missing_types == missing


def test_a_record_that_comes_on_two_pages_is_counted_as_the_server_counts_it(
    reads: Reads, ehr: responses.RequestsMock
) -> None:
    ehr.get(f"{BASE}/more", json=bundle(PROCEDURE) | {"total": 2})
    chart = reads.chart(access=Access(BASE), procedures=bundle(PROCEDURE) | NEXT | {"total": 2})
    assert chart.missing_types == frozenset()


@pytest.mark.parametrize("answer", [{"status": 403}, {"json": outcome()}, {"body": b"<html>"}])
def test_what_the_server_does_not_give_is_missing(reads: Reads, ehr: responses.RequestsMock, answer: Any) -> None:
    ehr.post(f"{BASE}/MedicationRequest/_search", **answer)
    assert reads.chart(access=Access(BASE), medicationRequests=...).missing_types == {"MedicationRequest"}


@pytest.mark.parametrize(
    ("fields", "is_deceased"),
    [
        ({}, False),
        ({"deceasedBoolean": True}, True),
        ({"deceasedBoolean": "true"}, True),
        ({"deceasedBoolean": False}, False),
        ({"deceasedBoolean": None}, False),
        ({"deceasedBoolean": "false"}, False),
        ({"deceasedDateTime": "2026-03-09T10:00:00Z"}, True),
        ({"deceasedDateTime": "2026"}, True),
        ({"deceasedDateTime": "last winter"}, True),
        ({"deceasedDateTime": 2026}, True),
        ({"deceasedDateTime": None}, False),
        ({"deceasedDateTime": ""}, False),
        ({"deceasedBoolean": False, "deceasedDateTime": "2026-03-09"}, True),
    ],
)
def test_a_patient_who_has_died_is_known(reads: Reads, fields: Json, is_deceased: bool) -> None:
    assert reads.chart(patient={**patient(), **fields}).is_deceased is is_deceased


def test_the_death_of_another_patient_is_not_this_ones(reads: Reads) -> None:
    other = {**patient(), "id": "another", "deceasedBoolean": True}
    assert not reads.chart(patient=bundle(patient(), other)).is_deceased
