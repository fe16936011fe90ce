"""The entries of a call are counted over all its Bundles. A refusal names the Bundle that exceeds the limit."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from error_shape import assert_error
from flask import Flask
from synthetic import SIGN, VIEW, Json, bundle, call, condition, order, patient, prefetch

from cds_service.ehr.entry_limit import DRAFT_LIMIT, EntryLimit, count_objects, limit_entries
from cds_service.ehr.search_result import TOO_MANY_ENTRIES, SearchResult
from cds_service.wire.request import decode_request

LIMIT = 100


def post(build: Callable[..., Flask], service: str, body: dict[str, Any]) -> Any:
    data = json.dumps(body)
    return (
        build(entry_limit=LIMIT)
        .test_client()
        .post(f"/cds-services/{service}", data=data, content_type="application/json")
    )


def conditions(number: int) -> dict[str, Any]:
    return bundle(*(condition("44054006", number=index) for index in range(number)))


@pytest.mark.parametrize(("number", "status"), [(LIMIT, 200), (LIMIT + 1, 422)])
def test_a_bundle_of_more_than_the_limit_is_422(build: Callable[..., Flask], number: int, status: int) -> None:
    response = post(build, VIEW, call(prefetch={"patient": patient(), "conditions": conditions(number)}))
    assert response.status_code == status
    if status == 422:
        assert (
            assert_error(response, 422, "prefetch.conditions", says="the limit of 100 entries")["code"] == "too-costly"
        )


def test_bundles_count_together(build: Callable[..., Flask]) -> None:
    half = conditions(LIMIT // 2 + 1)
    response = post(build, VIEW, call(prefetch={"patient": patient(), "conditions": half, "observations": half}))
    assert_error(response, 422, "prefetch.observations")


@pytest.mark.parametrize("odd", [{}, {"resource": None}, {"resource": {"resourceType": "Account"}}, 5])
def test_unreadable_entries_count_too(build: Callable[..., Flask], odd: Any) -> None:
    many = {"resourceType": "Bundle", "entry": [odd] * (LIMIT + 1)}
    assert_error(post(build, VIEW, call(prefetch=prefetch(observations=many))), 422, "prefetch.observations")


def test_an_unknown_key_counts_and_its_name_is_not_repeated(build: Callable[..., Flask]) -> None:
    body = call(prefetch=prefetch(**{"Erika Mustermann": conditions(LIMIT + 1)}))
    response = post(build, VIEW, body)
    assert_error(response, 422, "prefetch")
    assert "Erika" not in response.get_data(as_text=True)


def test_drafts_count(build: Callable[..., Flask]) -> None:
    drafts = [order("73721", number=number) for number in range(LIMIT + 1)]
    assert_error(post(build, SIGN, call(SIGN, *drafts)), 422, "context.draftOrders")


def test_a_malformed_bundle_is_reported_by_its_decoder(build: Callable[..., Flask]) -> None:
    long = {"resourceType": "Bundle", "entry": "x" * 1_000}
    sent = {"patient": patient(), "conditions": long}
    assert_error(post(build, VIEW, call(prefetch=sent)), 400, "prefetch.conditions.entry")


def test_more_codings_than_a_call_may_have_are_422_before_they_are_decoded(build: Callable[..., Flask]) -> None:
    one = condition("44054006")
    one["code"]["coding"] *= 1_000
    client = build(object_limit=1_000).test_client()
    body = call(prefetch=prefetch(conditions=bundle(one)))
    response = client.post(f"/cds-services/{VIEW}", json=body)
    assert assert_error(response, 422, "prefetch", says="more than 1000 JSON objects")["code"] == "too-costly"
    one["code"]["coding"] = one["code"]["coding"][:10]
    assert client.post(f"/cds-services/{VIEW}", json=body).status_code == 200


@pytest.mark.parametrize(("number", "status"), [(DRAFT_LIMIT, 200), (DRAFT_LIMIT + 1, 422)])
def test_more_drafts_than_are_judged_are_422(build: Callable[..., Flask], number: int, status: int) -> None:
    drafts = [order("73721", number=index) for index in range(number)]
    response = build().test_client().post(f"/cds-services/{SIGN}", json=call(SIGN, *drafts))
    assert response.status_code == status
    if status == 422:
        assert_error(response, 422, "context.draftOrders", says="more than 200 entries")


def test_a_page_with_too_many_codings_is_left_out_with_the_pages_after_it() -> None:
    small, dense = b'{"entry":[{"resource":{}}]}', b'{"entry":[' + b"{}," * 50 + b"{}]}"
    request = decode_request(json.dumps(call()).encode(), frozenset({"patient-view"}))
    limit = EntryLimit(1_000, frozenset(), count_objects(request.body) + 40)
    results = limit_entries(limit, request, {"conditions": SearchResult((small, dense, small))})
    assert results == {"conditions": SearchResult((small,), TOO_MANY_ENTRIES)}


@pytest.mark.parametrize("wrap", [lambda draft: draft, lambda draft: {"resource": draft}])
def test_drafts_in_a_list_are_counted_too(build: Callable[..., Flask], wrap: Callable[[Json], Json]) -> None:
    body = call(SIGN)
    body["context"]["draftOrders"] = [wrap(order("73721", number=number)) for number in range(LIMIT + 1)]
    assert_error(post(build, SIGN, body), 422, "context.draftOrders")
