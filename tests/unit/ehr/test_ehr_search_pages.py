"""Merging the pages of a search."""

import pytest
from synthetic import PATIENT, Json, bundle, condition, encoded, outcome

from cds_service.ehr.search_pages import merge_pages
from cds_service.ehr.search_result import TOO_LATE, Fault, SearchResult
from cds_service.fhir.bundles import DecodedResources, decode_resources

STRANGER = {"subject": {"reference": "Patient/another"}}


def joined(
    *pages: Json | bytes, fault: Fault | None = None, before: Json | None = None
) -> tuple[list[str], str | None]:
    """Return the ids of the merged resources, and the code of the fault."""
    raw = tuple(encoded(page) if isinstance(page, dict) else page for page in pages)
    first = decode_resources(encoded(before), "prefetch.test") if before else None
    decoded, wrong = merge_pages(SearchResult(raw, fault), PATIENT, first)
    return _ids(decoded), wrong.code if wrong else None


def _ids(decoded: DecodedResources | None) -> list[str]:
    return [str(resource.id) for resource in decoded.resources] if decoded else []


def test_all_pages_are_merged() -> None:
    assert joined(bundle(condition("a", number=1)), bundle(condition("b", number=2))) == (
        ["Condition-1", "Condition-2"],
        None,
    )


def test_pages_are_merged_with_the_first_page() -> None:
    merged = joined(bundle(condition("b", number=2)), before=bundle(condition("a", number=1)))
    assert merged == (["Condition-1", "Condition-2"], None)


def test_a_resource_counts_once_but_two_without_an_id_are_two() -> None:
    page = bundle(condition("a"), condition("b", id=None))
    assert joined(page, page) == (["Condition-1", "None", "None"], None)


def test_an_empty_search_is_complete() -> None:
    assert joined(bundle()) == ([], None)


def test_a_fault_keeps_the_pages_before_it() -> None:
    assert joined(bundle(condition("a")), fault=TOO_LATE) == (["Condition-1"], "deadline")


@pytest.mark.parametrize("page", [b"<html>", b"[]", b"{}", b"\xff", b'{"resourceType": "Bundle", "entry": 3}'])
def test_a_page_that_is_not_fhir_ends_the_search(page: bytes) -> None:
    assert joined(page) == ([], "malformed")
    assert joined(bundle(condition("a")), page, bundle(condition("b", number=2))) == (["Condition-1"], "malformed")


def test_an_outcome_among_the_entries_keeps_the_others() -> None:
    assert joined(bundle(condition("a"), outcome())) == (["Condition-1"], "outcome")
    assert joined(bundle(outcome())) == ([], "outcome")


def test_another_patients_record_makes_the_search_incomplete_and_alone_a_failure() -> None:
    """It stays among the resources, and the chart reader ignores it and says so."""
    foreign = condition("b", number=2, **STRANGER)
    assert joined(bundle(condition("a"), foreign)) == (["Condition-1", "Condition-2"], "other-patients")
    assert joined(bundle(foreign)) == ([], "other-patients")


def test_what_cannot_be_read_is_counted_over_all_pages() -> None:
    page = encoded(bundle(condition("a", code="broken")))
    decoded, _ = merge_pages(SearchResult((page, page)), PATIENT)
    assert decoded is not None
    assert decoded.unreadable == {"Condition": 2}
