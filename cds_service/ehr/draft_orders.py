"""Decode the draft orders of a call, and keep the caller's own bytes of each."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from cds_service.fhir.bundles import decode_draft_entries, decode_resource
from cds_service.fhir.chart_data import DraftOrder
from cds_service.fhir.resources import ProcedureRequest, ServiceRequest
from cds_service.wire.json_decoder import exceeds_depth
from cds_service.wire.request import HookRequest

DRAFT_ORDERS_FIELD = "context.draftOrders"
_MAX_NESTING = 200  # nested arrays and objects; the encoder of the response stops at 255


class DraftOrders(NamedTuple):
    """The decoded drafts of a call, the caller's own bytes of each by reference, and what could not be read."""

    drafts: tuple[DraftOrder, ...]
    raw_by_reference: Mapping[str, bytes]
    unreadable: Mapping[str, int]


NO_DRAFT_ORDERS: Final = DraftOrders((), MappingProxyType({}), MappingProxyType({}))


def decode_draft_orders(request: HookRequest) -> DraftOrders:
    """Decode the drafts of a call. Count those that cannot be read; skip other order types."""
    if request.draft_orders is None:
        return NO_DRAFT_ORDERS
    unreadable: Counter[str] = Counter()
    selections = None if request.selections is None else frozenset(request.selections)
    drafts = []
    raw_by_reference = {}
    for number, entry in enumerate(decode_draft_entries(request.draft_orders, DRAFT_ORDERS_FIELD), 1):
        resource = decode_resource(entry.resource, DRAFT_ORDERS_FIELD, unreadable)
        if not isinstance(resource, (ServiceRequest, ProcedureRequest)):
            continue
        kind, raw = type(resource).__name__, bytes(entry.resource)
        if exceeds_depth(_MAX_NESTING, raw) or not _is_utf8(raw):  # a card that changes it could not send it back
            unreadable[kind] += 1
            continue
        reference = f"{kind}/{resource.id}" if resource.id else f"{kind} number {number}"
        names = {reference, resource.id, entry.fullUrl}
        is_selected = selections is None or not names.isdisjoint(selections)
        drafts.append(DraftOrder(reference, resource, is_selected))
        raw_by_reference[reference] = raw
    return DraftOrders(tuple(drafts), raw_by_reference, unreadable)


def _is_utf8(raw: bytes) -> bool:
    """Return whether every byte is UTF-8, including members that nobody reads."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
