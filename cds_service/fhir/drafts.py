"""Reading the drafts of a call: those that can be judged, and the caller's own bytes of each."""

from collections import Counter
from typing import NamedTuple

from cds_service.fhir.bundles import decode_one, draft_entries
from cds_service.fhir.chart_data import Draft
from cds_service.fhir.resources import ProcedureRequest, ServiceRequest
from cds_service.wire.decoding import is_deeper_than
from cds_service.wire.request import HookRequest

DRAFTS = "context.draftOrders"
_DEEPEST = 200  # arrays and objects in each other; what encodes the answer stops at 255


class CallerOrders(NamedTuple):
    """The drafts of a call as read, the caller's own bytes of each by reference, and what could not be read."""

    drafts: tuple[Draft, ...]
    raw: dict[str, bytes]
    unreadable: Counter[str]


def read_orders(request: HookRequest) -> CallerOrders:
    """The drafts of the call. A draft that cannot be read costs itself; other kinds of order are passed over."""
    unreadable: Counter[str] = Counter()
    if request.draft_orders is None:
        return CallerOrders((), {}, unreadable)
    drafts = []
    raws = {}
    for number, entry in enumerate(draft_entries(request.draft_orders, DRAFTS), 1):
        resource = decode_one(entry.resource, DRAFTS, unreadable)
        if not isinstance(resource, (ServiceRequest, ProcedureRequest)):
            continue
        kind, raw = type(resource).__name__, bytes(entry.resource)
        if is_deeper_than(_DEEPEST, raw) or not _is_utf8(raw):  # it could not be sent back, should a card change it
            unreadable[kind] += 1
            continue
        reference = f"{kind}/{resource.id}" if resource.id else f"{kind} number {number}"
        names = {reference, resource.id, entry.fullUrl}
        selected = request.selections is None or not names.isdisjoint(request.selections)
        drafts.append(Draft(reference, resource, selected))
        raws[reference] = raw
    return CallerOrders(tuple(drafts), raws, unreadable)


def _is_utf8(raw: bytes) -> bool:
    """Whether all of it is, members that nobody reads with the rest."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
