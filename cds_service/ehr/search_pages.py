"""The pages of a search as one: what can be read of them, each resource once, and whether that is all."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from cds_service.ehr.search_result import MALFORMED, OTHERS_DATA, OUTCOME, Fault, SearchResult
from cds_service.errors import BadRequest
from cds_service.fhir.bundles import NONE_UNREADABLE, DecodedResources, decode_resources
from cds_service.fhir.resources import SupportedResource
from cds_service.fhir.subject import belongs_to_patient


def merge_pages(
    result: SearchResult, patient_id: str, first_pages: DecodedResources | None = None
) -> tuple[DecodedResources | None, Fault | None]:
    """What a search brought, `before` being its first pages, and why that is not all; None when it is nothing.

    A server that sends another patient's records did not search as it was asked: it may have left out as well.
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
    resources = _deduplicate(resource for part in parts for resource in part.resources)
    own = [one for one in resources if belongs_to_patient(one, patient_id)]
    if len(own) < len(resources):
        fault = OTHERS_DATA
    if fault and not own:
        return None, fault
    return DecodedResources(tuple(resources), _sum_unreadable(parts)), fault


def _decode_page(page: bytes) -> DecodedResources | None:
    try:
        return decode_resources(msgspec.Raw(page), "page")
    except (BadRequest, msgspec.DecodeError):
        return None


def _deduplicate(resources: Iterable[SupportedResource]) -> list[SupportedResource]:
    """Each resource once: a record that is added while pages are read moves others on to the next page."""
    known = {(type(one), one.id if one.id is not None else id(one)): one for one in resources}
    return list(known.values())


def _sum_unreadable(parts: Iterable[DecodedResources]) -> Counter[str] | dict[str, int]:
    counted: Counter[str] = Counter()
    for part in parts:
        counted.update(part.unreadable)
    return counted or dict(NONE_UNREADABLE)
