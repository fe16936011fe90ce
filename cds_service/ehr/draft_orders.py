"""Reading the drafts of a call: those that can be judged, and the caller's own bytes of each."""

from collections import Counter
from typing import NamedTuple

from cds_service.fhir.bundles import decode_draft_entries, decode_resource
from cds_service.fhir.chart_data import DraftOrder
from cds_service.fhir.resources import ProcedureRequest, ServiceRequest
from cds_service.wire.json_decoder import exceeds_depth
from cds_service.wire.request import HookRequest

DRAFT_ORDERS_FIELD = "context.draftOrders"
_MAX_NESTING = 200  # arrays and objects in each other; what encodes the answer stops at 255


class DraftOrders(NamedTuple):
    """The drafts of a call as read, the caller's own bytes of each by reference, and what could not be read."""

    drafts: tuple[DraftOrder, ...]
    raw_by_reference: dict[str, bytes]
    unreadable: Counter[str]


def decode_draft_orders(request: HookRequest) -> DraftOrders:
    """The drafts of the call. A draft that cannot be read costs itself; other kinds of order are passed over."""
    unreadable: Counter[str] = Counter()
    if request.draft_orders is None:
        return DraftOrders((), {}, unreadable)
    drafts = []
    raws = {}
    for number, entry in enumerate(decode_draft_entries(request.draft_orders, DRAFT_ORDERS_FIELD), 1):
        resource = decode_resource(entry.resource, DRAFT_ORDERS_FIELD, unreadable)
        if not isinstance(resource, (ServiceRequest, ProcedureRequest)):
            continue
        kind, raw = type(resource).__name__, bytes(entry.resource)
        if exceeds_depth(_MAX_NESTING, raw) or not _is_utf8(raw):  # it could not be sent back, should a card change it
            unreadable[kind] += 1
            continue
        reference = f"{kind}/{resource.id}" if resource.id else f"{kind} number {number}"
        names = {reference, resource.id, entry.fullUrl}
        selected = request.selections is None or not names.isdisjoint(request.selections)
        drafts.append(DraftOrder(reference, resource, selected))
        raws[reference] = raw
    return DraftOrders(tuple(drafts), raws, unreadable)


def _is_utf8(raw: bytes) -> bool:
    """Whether all of it is, members that nobody reads with the rest."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
