"""Merge the pages of a search: what can be read of them, each resource once, and whether that is everything."""

from collections import Counter

import msgspec

from cds_service.ehr.search_result import MALFORMED, OTHERS_DATA, OUTCOME, Fault, SearchResult
from cds_service.errors import BadRequest
from cds_service.fhir.bundles import NONE_UNREADABLE, DecodedResources, decode_resources
from cds_service.fhir.resources import SupportedResource
from cds_service.fhir.subject import belongs_to_patient


def merge_pages(
    result: SearchResult, patient_id: str, first_pages: DecodedResources | None = None
) -> tuple[DecodedResources | None, Fault | None]:
    """Return the resources of a search, or None if there are none, and the fault if they are not all.

    `first_pages`: pages the caller already had. A server that sends another patient's records did not run the search
    it was asked for, so it may also have left records out.
    """
    parts = [first_pages] if first_pages else []
    fault = result.fault
    for page in result.pages:
        part = _decode_page(page)
        if part is None:
            fault = MALFORMED
            break
        parts.append(part)
    if any(part.is_failure for part in parts):
        fault = OUTCOME
    # A record added while pages are read moves others on to the next page, so they arrive twice.
    by_id: dict[tuple[type, str | int], SupportedResource] = {
        (type(resource), resource.id if resource.id is not None else id(resource)): resource
        for part in parts
        for resource in part.resources
    }
    resources = tuple(by_id.values())
    of_patient = sum(belongs_to_patient(resource, patient_id) for resource in resources)
    if of_patient < len(resources):
        fault = OTHERS_DATA
    if fault and not of_patient:
        return None, fault
    return _merge_counts(parts, resources), fault


def _merge_counts(parts: list[DecodedResources], resources: tuple[SupportedResource, ...]) -> DecodedResources:
    """Return the distinct resources of all pages with what the pages say of their number."""
    unreadable: Counter[str] = Counter()
    for part in parts:
        unreadable.update(part.unreadable)
    return DecodedResources(
        resources,
        unreadable or NONE_UNREADABLE,
        total=max((part.total for part in parts), default=0),
        unsupported=sum(part.unsupported for part in parts),
        repeated=sum(len(part.resources) for part in parts) - len(resources),
    )


def _decode_page(page: bytes) -> DecodedResources | None:
    try:
        return decode_resources(msgspec.Raw(page), "page")
    except (BadRequest, msgspec.DecodeError):
        return None
