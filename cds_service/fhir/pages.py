"""The pages of a search as one: what can be read of them, each resource once, and whether that is all."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from cds_service.errors import BadRequest
from cds_service.fhir.access.values import MALFORMED, OTHERS_DATA, OUTCOME, Fault, Found
from cds_service.fhir.bundles import NONE_UNREADABLE, Decoded, decode_resources
from cds_service.fhir.resources import Readable
from cds_service.fhir.subject import is_of


def join(found: Found, patient_id: str, before: Decoded | None = None) -> tuple[Decoded | None, Fault | None]:
    """What a search brought, `before` being its first pages, and why that is not all; None when it is nothing.

    A server that sends another patient's records did not search as it was asked: it may have left out as well.
    """
    parts = [before] if before else []
    fault = found.fault
    for page in found.pages:
        part = _decoded(page)
        if part is None:
            fault = MALFORMED
            break
        parts.append(part)
    if any(part.is_failure for part in parts):
        fault = OUTCOME
    resources = _once(resource for part in parts for resource in part.resources)
    own = [one for one in resources if is_of(one, patient_id)]
    if len(own) < len(resources):
        fault = OTHERS_DATA
    if fault and not own:
        return None, fault
    return Decoded(tuple(resources), _unreadable(parts)), fault


def _decoded(page: bytes) -> Decoded | None:
    try:
        return decode_resources(msgspec.Raw(page), "page")
    except (BadRequest, msgspec.DecodeError):
        return None


def _once(resources: Iterable[Readable]) -> list[Readable]:
    """Each resource once: a record that is added while pages are read moves others on to the next page."""
    known = {(type(one), one.id if one.id is not None else id(one)): one for one in resources}
    return list(known.values())


def _unreadable(parts: Iterable[Decoded]) -> Counter[str] | dict[str, int]:
    counted: Counter[str] = Counter()
    for part in parts:
        counted.update(part.unreadable)
    return counted or dict(NONE_UNREADABLE)
