"""Decoding requests: what a checked request holds, whatever its sender left out. The contract tests cover refusals."""

from typing import Any

import pytest
from synthetic import SELECT, SIGN, VIEW, call, encoded, order

from cds_service.errors import BadRequest
from cds_service.wire.request import ORDER_HOOKS, PATIENT_VIEW, HookRequest, decode_request

ALL = ORDER_HOOKS | {PATIENT_VIEW}


def decode(*arguments: Any, **fields: Any) -> HookRequest:
    return decode_request(encoded(call(*arguments, **fields)), ALL)


def test_a_request_as_checked() -> None:
    request = decode(SELECT, order("72148"), fhirServer="https://ehr.example/fhir")
    assert (request.hook, request.user_type, request.user_id) == (
        "order-select",
        "Practitioner",
        "Practitioner/example",
    )
    assert (request.patient_id, request.fhir_server) == ("patient-1", "https://ehr.example/fhir")
    assert request.selections == ("ServiceRequest/ServiceRequest-1",)
    assert request.draft_orders is not None
    assert set(request.prefetch) == {"patient", "conditions"}


def test_members_that_a_hook_lacks_are_none() -> None:
    assert (decode(VIEW).draft_orders, decode(VIEW).selections) == (None, None)
    assert decode(SIGN).selections is None


@pytest.mark.parametrize("sent", [None, {}])
def test_no_prefetch_is_an_empty_one(sent: dict[str, Any] | None) -> None:
    assert dict(decode(prefetch=sent).prefetch) == {}


@pytest.mark.parametrize(
    ("user", "is_by_patient"),
    [("Practitioner/1", False), ("PractitionerRole/1", False), ("Patient/1", True), ("RelatedPerson/1", True)],
)
def test_a_patients_own_call_is_known_as_such(user: str, is_by_patient: bool) -> None:
    body = call()
    body["context"]["userId"] = user
    assert decode_request(encoded(body), ALL).is_user_patient_or_related is is_by_patient


@pytest.mark.parametrize(
    "written", ["4B1D37A5-2A9F-4A2C-8C1D-0D6D9F8C0001", "urn:uuid:4b1d37a5-2a9f-4a2c-8c1d-0d6d9f8c0001"]
)
def test_the_hook_instance_is_normalised(written: str) -> None:
    assert decode(hookInstance=written).hook_instance == "4b1d37a5-2a9f-4a2c-8c1d-0d6d9f8c0001"


def test_the_token_is_in_no_representation() -> None:
    request = decode(
        fhirServer="https://ehr.example", fhirAuthorization={"access_token": "s3cret", "patient": "patient-1"}
    )
    assert request.authorization is not None
    assert request.authorization.access_token == "s3cret"  # noqa: S105 - no secret
    assert "s3cret" not in repr(request) + str(request.authorization)


def test_a_hook_not_accepted_is_refused_with_those_that_are() -> None:
    with pytest.raises(BadRequest, match="must be order-select or order-sign"):
        decode_request(encoded(call()), ORDER_HOOKS)
