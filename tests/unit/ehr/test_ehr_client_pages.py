"""The EHR client and the pages of a search: which are followed, how much is read, and what is reported as missing."""

import gzip
from threading import Event

import pytest
import responses
from ehr_pages import ACCESS, BOTH, CONDITIONS, PAGE, PROCEDURES, SEARCH, SEARCHED, after, faults, page, pages

from cds_service.ehr.client import EhrClient


def test_the_pages_that_came_by_the_deadline_are_kept(
    ehr: responses.RequestsMock, fhir: EhrClient, released: Event
) -> None:
    fhir.timeout_s = 2
    first = page("Condition?page=2")
    ehr.post(SEARCHED, body=first)
    ehr.add_callback(responses.GET, CONDITIONS, after(released))
    results = fhir.fetch(ACCESS, SEARCH)
    assert (pages(results), faults(results)) == ({"conditions": [first]}, {"conditions": "deadline"})


@pytest.mark.parametrize("following", [f"{CONDITIONS}?page=2", "/fhir/Condition?page=2", "Condition?page=2"])
def test_the_next_page_under_the_base_is_followed(ehr: responses.RequestsMock, fhir: EhrClient, following: str) -> None:
    second = page(number=2)
    ehr.post(SEARCHED, body=page(following))
    ehr.get(CONDITIONS, body=second, match=[responses.matchers.query_param_matcher({"page": "2"})])
    results = fhir.fetch(ACCESS, SEARCH)
    assert (pages(results), faults(results)) == ({"conditions": [page(following), second]}, {})


def test_the_next_page_elsewhere_is_not_followed_and_the_search_is_incomplete(
    ehr: responses.RequestsMock, fhir: EhrClient
) -> None:
    following = "https://elsewhere.example/fhir/Condition"
    ehr.post(SEARCHED, body=page(following))
    results = fhir.fetch(ACCESS, SEARCH)
    assert (pages(results), faults(results)) == ({"conditions": [page(following)]}, {"conditions": "elsewhere"})
    assert len(ehr.calls) == 1


def test_no_more_than_ten_pages_are_read_and_the_search_is_incomplete(
    ehr: responses.RequestsMock, fhir: EhrClient
) -> None:
    ehr.post(SEARCHED, body=page("Condition?page=2"))
    for number in range(2, 15):
        following = page(f"Condition?page={number + 1}")
        ehr.get(CONDITIONS, body=following, match=[responses.matchers.query_param_matcher({"page": str(number)})])
    results = fhir.fetch(ACCESS, SEARCH)
    assert (len(pages(results)["conditions"]), faults(results)) == (10, {"conditions": "pages"})
    assert len(ehr.calls) == 10


def test_pages_that_form_a_loop_are_read_once(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    ehr.post(SEARCHED, body=page("Condition?page=2"))
    ehr.get(CONDITIONS, body=page("Condition?page=2"))
    results = fhir.fetch(ACCESS, SEARCH)
    assert (len(pages(results)["conditions"]), faults(results)) == (2, {"conditions": "circle"})


def test_a_read_has_one_page(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    ehr.get(PROCEDURES, body=page("Procedure?page=2"))
    assert faults(fhir.fetch(ACCESS, {"procedure": "Procedure/1"})) == {}
    assert len(ehr.calls) == 1


def test_a_page_that_is_not_json_has_no_next_page(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    ehr.post(SEARCHED, body=b"<html>")
    assert pages(fhir.fetch(ACCESS, SEARCH)) == {"conditions": [b"<html>"]}


def test_the_pages_after_a_known_page_are_read(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    ehr.get(CONDITIONS, body=PAGE)
    results = fhir.fetch(ACCESS, {}, {"conditions": "Condition?page=2", "reports": "https://elsewhere.example/"})
    assert (pages(results), faults(results)) == ({"conditions": [PAGE]}, {"reports": "elsewhere"})


def test_a_second_page_that_fails_leaves_the_first_incomplete(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    ehr.post(SEARCHED, body=page("/fhir/more"))
    ehr.get("https://ehr.example/fhir/more", status=500)
    results = fhir.fetch(ACCESS, SEARCH)
    assert (pages(results), faults(results)) == ({"conditions": [page("/fhir/more")]}, {"conditions": "status-500"})


def test_a_page_that_is_too_large_fails_only_that_search(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    ehr.post(SEARCHED, body=b" " * 5_000_001)
    ehr.get(PROCEDURES, body=b" " * 5_000_000)
    results = fhir.fetch(ACCESS, BOTH)
    assert (list(pages(results)), faults(results)) == (["procedure"], {"conditions": "too-large"})


def test_all_searches_of_a_call_share_a_byte_budget(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    ehr.get(PROCEDURES, body=b" " * 5_000_000)
    results = fhir.fetch(ACCESS, {str(number): "Procedure/1" for number in range(6)})
    assert len(pages(results)) <= 4  # of 5 MB each, where 20 are allowed
    assert set(faults(results).values()) == {"too-large"}


def test_a_page_that_is_too_large_when_decompressed_fails_that_search(
    ehr: responses.RequestsMock, fhir: EhrClient
) -> None:
    packed = gzip.compress(b" " * 50_000_000)
    ehr.post(SEARCHED, body=packed, headers={"Content-Encoding": "gzip"})
    assert faults(fhir.fetch(ACCESS, SEARCH)) == {"conditions": "too-large"}


def test_a_compressed_page_is_read(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    ehr.post(SEARCHED, body=gzip.compress(PAGE), headers={"Content-Encoding": "gzip"})
    assert pages(fhir.fetch(ACCESS, SEARCH)) == {"conditions": [PAGE]}


def test_a_page_that_cannot_be_decompressed_fails_that_search(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    ehr.post(SEARCHED, body=PAGE, headers={"Content-Encoding": "gzip"})
    assert faults(fhir.fetch(ACCESS, SEARCH)) == {"conditions": "broken-off"}
