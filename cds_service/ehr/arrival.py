"""Whether the data of each prefetch key arrived whole, by FHIR type (clinical design, second edition, R2)."""

from collections.abc import Mapping, Sequence
from typing import Final, get_args

from cds_service.ehr.gaps import Gap, GapKind
from cds_service.ehr.prefetch_templates import PrefetchKey
from cds_service.fhir.bundles import UNTYPED, DecodedResources
from cds_service.fhir.resources import SupportedResource

# Older versions of FHIR know an order by another name. Whoever asks for the one gets the other.
_CURRENT_NAMES: Final[Mapping[str, str]] = {"ProcedureRequest": "ServiceRequest"}


def _current_name(kind: str) -> str:
    return _CURRENT_NAMES.get(kind, kind)


def _kinds_by_type() -> dict[str, set[type]]:
    kinds: dict[str, set[type]] = {}
    for kind in get_args(SupportedResource):
        kinds.setdefault(_current_name(kind.__name__), set()).add(kind)
    return kinds


_KINDS: Final[Mapping[str, set[type]]] = _kinds_by_type()  # what counts as a resource of a type


def is_short(key: PrefetchKey, decoded: DecodedResources) -> bool:
    """Return whether a Bundle says itself that results are missing.

    Its `total` is more than it holds, as when a server loses the link to the next page, or all it holds is of other
    types than the key asks for.
    """
    if not (decoded.total or decoded.resources or decoded.unsupported):
        return False
    wanted = _KINDS[key.resource_type]
    if not decoded.total and decoded.resources and type(decoded.resources[0]) in wanted:
        return False  # as nearly always: this runs for every key of every call
    is_pure = wanted.issuperset(map(type, decoded.resources))
    arrived = len(decoded.resources) if is_pure else sum(type(one) in wanted for one in decoded.resources)
    arrived += decoded.repeated + sum(decoded.unreadable.values())
    return decoded.total > arrived or (arrived == 0 and bool(decoded.resources or decoded.unsupported))


def list_missing_types(
    keys: Sequence[PrefetchKey],
    gaps: Mapping[str, Gap],
    received: Mapping[str, DecodedResources],
    unreadable_drafts: Mapping[str, int],
) -> frozenset[str]:
    """Return the FHIR types of which some data did not arrive or could not be read.

    A type that several keys ask for is missing if any of them is. A resource whose type cannot be read counts as one
    of the type that was asked for, or as a draft order. A source of words that is not sent misses nothing.
    """
    missing = {
        key.resource_type
        for key in keys
        if (gap := gaps.get(key.name)) is not None and not (key.has_words and gap.kind is GapKind.NOT_SENT)
    }
    for name, decoded in received.items():
        if decoded.unreadable:
            asked = next(key.resource_type for key in keys if key.name == name)
            missing.update(asked if kind == UNTYPED else _current_name(kind) for kind in decoded.unreadable)
    missing.update("ServiceRequest" if kind == UNTYPED else _current_name(kind) for kind in unreadable_drafts)
    return frozenset(missing)
