"""Decoding Bundles and single resources: each resource alone, and what means "none" and "failed"."""

import pytest
from msgspec import Raw
from synthetic import Json, bundle, condition, encoded, outcome, patient

from cds_service.errors import BadRequest
from cds_service.fhir.bundles import decode_draft_entries, decode_resources


def kinds(body: Json) -> list[str]:
    return [type(resource).__name__ for resource in decode_resources(encoded(body), "prefetch.test").resources]


def test_a_bundle_of_any_type_is_its_resources() -> None:
    for kind in ("searchset", "collection", None):
        assert kinds(bundle(patient(), condition("x"), kind=kind)) == ["Patient", "Condition"]


def test_a_single_resource_is_a_bundle_of_one() -> None:
    assert kinds(condition("x")) == ["Condition"]


def test_a_bundle_without_type_name_is_known_by_its_entries() -> None:
    assert kinds({"entry": [{"resource": condition("x")}]}) == ["Condition"]


@pytest.mark.parametrize("body", [bundle(), {"resourceType": "Bundle"}, {"resourceType": "Bundle", "entry": None}])
def test_an_empty_bundle_is_no_failure(body: Json) -> None:
    decoded = decode_resources(encoded(body), "prefetch.test")
    assert (decoded.resources, decoded.is_failure) == ((), False)


@pytest.mark.parametrize(
    ("body", "fails"),
    [
        (outcome(), True),
        (outcome("warning"), True),  # alone it is in the place of the data
        (bundle(outcome()), True),
        (bundle(outcome("fatal"), condition("x")), True),
        (bundle({"resourceType": "OperationOutcome"}), True),
        (bundle({"resourceType": "OperationOutcome", "issue": [{}]}), True),
        (bundle(outcome("warning")), False),
        (bundle(condition("x"), outcome("information")), False),
        (bundle(condition("x"), {"resourceType": "Unheard"}, outcome("information")), False),
        (bundle(condition("x"), {"resourceType": "Unheard"}, outcome()), True),
    ],
)
def test_an_operation_outcome_is_a_failure_unless_it_only_warns_beside_results(body: Json, fails: bool) -> None:
    decoded = decode_resources(encoded(body), "prefetch.test")
    assert decoded.is_failure is fails
    assert "OperationOutcome" not in [type(resource).__name__ for resource in decoded.resources]


def test_a_broken_resource_is_counted_and_the_others_are_read() -> None:
    body = bundle(condition("x"), condition("x", code=5), {"resourceType": "Patient", "id": 5}, {"id": "untyped"})
    body["entry"] += [None, {}, {"resource": None}, {"resource": 5}, {"resource": {"resourceType": "Unheard"}}]
    decoded = decode_resources(encoded(body), "prefetch.test")
    assert len(decoded.resources) == 1
    assert decoded.unreadable == {"Condition": 1, "Patient": 1, "resource": 2}
    assert decoded.unsupported == 1


@pytest.mark.parametrize("broken", [False, True])
@pytest.mark.parametrize(
    ("total", "number"),
    [(52, 52), ("52", 52), (0, 0), (None, 0), (-1, 0), (2.5, 0), ("many", 0), ([52], 0), (True, 0), (10**30, 0)],
)
def test_the_total_of_a_bundle_is_read_if_it_is_a_number(total: object, number: int, broken: bool) -> None:
    body = bundle(condition("x", **({"code": 5} if broken else {}))) | {"total": total}
    assert decode_resources(encoded(body), "prefetch.test").total == number


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"[]", "prefetch.test"),
        (b"{}", "prefetch.test.resourceType"),
        (b'{"resourceType": 5}', "prefetch.test.resourceType"),
        (b'{"resourceType": "Bundle", "entry": {}}', "prefetch.test.entry"),
        (b'{"resourceType": "Bundle", "entry": [5]}', "prefetch.test.entry[0]"),
        (b'{"resourceType": "Condition", "code": {"text": "\xff"}}', "prefetch.test"),
        (
            b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Condition", "id": "\xff"}}, null]}',
            "prefetch.test",
        ),
    ],
)
def test_an_error_names_its_field(body: bytes, field: str) -> None:
    with pytest.raises(BadRequest) as refused:
        decode_resources(body, "prefetch.test")
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (bundle(condition("x"), condition("y")), 2),
        ({"entry": [{"resource": condition("x")}]}, 1),
        (condition("x"), 1),
        ({"resourceType": "Bundle"}, 0),
        ({"resourceType": "Bundle", "entry": [None, {}, {"resource": None}]}, 0),
    ],
)
def test_draft_entries(body: Json, count: int) -> None:
    assert len(decode_draft_entries(Raw(encoded(body)), "context.draftOrders")) == count


def test_drafts_of_no_type_are_refused() -> None:
    with pytest.raises(BadRequest) as refused:
        decode_draft_entries(Raw(b"{}"), "context.draftOrders")
    assert refused.value.field == "context.draftOrders.resourceType"
