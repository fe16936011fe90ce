"""Gathering a call's resources: from the prefetch, and what that lacks from the FHIR server.

Four things can be in a prefetch key's place: nothing (not sent: fetch it), null or an empty Bundle (there is
none), an OperationOutcome (could not be read: not asked for again), and data (CDS Hooks 2.0, "Prefetch").
"""

from collections import Counter
from collections.abc import Iterable
from itertools import chain
from typing import Final, NamedTuple, cast

import msgspec

from cds_service.errors import BadRequest, MissingData
from cds_service.fhir.arrival import arrivals
from cds_service.fhir.bundles import (
    NONE_UNREADABLE,
    Decoded,
    TypedBundle,
    decode_one,
    decode_resources,
    draft_entries,
    sort,
)
from cds_service.fhir.charting import Draft, Gathered
from cds_service.fhir.client import Access, EhrClient
from cds_service.fhir.resources import Patient, ProcedureRequest, Readable, ServiceRequest
from cds_service.fhir.templates import PrefetchKey
from cds_service.wire.decoding import is_deeper_than
from cds_service.wire.request import HookRequest

DRAFTS = "context.draftOrders"
NOTHING: Final = Decoded((), NONE_UNREADABLE)  # asked for, and there is none
_DEEPEST = 200  # arrays and objects in each other; what encodes the answer stops at 255


class CallerOrders(NamedTuple):
    """The drafts of a call as read, the caller's own bytes of each by reference, and what could not be read."""

    drafts: tuple[Draft, ...]
    raw: dict[str, bytes]
    unreadable: Counter[str]


class Gatherer:
    """Gathers the resources of calls. Made once, with the keys the content asks for."""

    def __init__(self, keys: Iterable[PrefetchKey], client: EhrClient) -> None:
        self._keys = tuple(keys)
        self._client = client

    def gather(self, request: HookRequest, orders: CallerOrders, access: Access | None) -> Gathered:
        """Everything the call is judged on.

        Raises:
            MissingData: when a required key can be had neither way.
        """
        sent = {key.name: decoded for key in self._keys if (decoded := _sent(request, key)) is not None}
        absent = [key for key in self._keys if key.name not in sent]
        found = sent | (self._fetch(request, absent, access) if access and absent else {})
        gaps = {key.name: "unread:fetch" if access else "not-sent:no-access" for key in absent if key.name not in found}
        gaps |= {name: "unread:outcome" for name, decoded in found.items() if decoded.is_failure}
        self._require(found, access)
        _require_own_patient(found, request.patient_id)
        unreadable = Counter(orders.unreadable)
        for decoded in found.values():
            if decoded.unreadable:
                unreadable.update(decoded.unreadable)
        failed = [key.label for key in self._keys if key.name not in found or found[key.name].is_failure]
        resources = tuple(chain.from_iterable(decoded.resources for decoded in found.values()))
        lacking = tuple(dict.fromkeys(failed))
        return Gathered(resources, orders.drafts, dict(unreadable), lacking, arrivals(self._keys, sent), gaps)

    def _fetch(self, request: HookRequest, keys: list[PrefetchKey], access: Access) -> dict[str, Decoded]:
        pages = self._client.read(access, {key.name: key.query(request.patient_id) for key in keys})
        return {name: decoded for name, answer in pages.items() if (decoded := _joined(answer)) is not None}

    def _require(self, found: dict[str, Decoded], access: Access | None) -> None:
        for key in self._keys:
            if not key.is_required:
                continue
            decoded = found.get(key.name)
            if decoded is None:
                reason = "nor could it be read from the FHIR server" if access else "and no FHIR server may be read"
                raise MissingData(f"is required, was not sent, {reason}", f"prefetch.{key.name}")
            if decoded.is_failure and not decoded.resources:
                raise MissingData(
                    "is required and is an OperationOutcome: it could not be read", f"prefetch.{key.name}"
                )


def _require_own_patient(found: dict[str, Decoded], patient_id: str) -> None:
    """Without the patient's own record nothing is judged: a mix-up must not look like "no concern"."""
    patients = [one for one in found["patient"].resources if isinstance(one, Patient)]
    if not patients:
        raise MissingData("is required and holds no Patient", "prefetch.patient")
    if not any(one.id in {None, patient_id} for one in patients):
        raise MissingData("is of another patient than context.patientId", "prefetch.patient")


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
        if is_deeper_than(_DEEPEST, raw):  # it could not be sent back, should a card change it
            unreadable[kind] += 1
            continue
        reference = f"{kind}/{resource.id}" if resource.id else f"{kind} number {number}"
        names = {reference, resource.id, entry.fullUrl}
        selected = request.selections is None or not names.isdisjoint(request.selections)
        drafts.append(Draft(reference, resource, selected))
        raws[reference] = raw
    return CallerOrders(tuple(drafts), raws, unreadable)


def _sent(request: HookRequest, key: PrefetchKey) -> Decoded | None:
    """What the prefetch holds in the key's place; None when it was not sent."""
    if key.name not in request.prefetch:
        return None
    held = request.prefetch[key.name]
    if held is None:
        return NOTHING
    if isinstance(held, msgspec.Raw):
        return NOTHING if bytes(held) == b"null" else decode_resources(held, f"prefetch.{key.name}")
    return sort(cast("TypedBundle | Readable", held))


def _joined(pages: list[bytes]) -> Decoded | None:
    """A search's pages as one; None when they are no FHIR at all."""
    resources: list[Readable] = []
    unreadable: Counter[str] = Counter()
    is_failure = False
    for page in pages:
        try:
            decoded = decode_resources(msgspec.Raw(page), "page")
        except (BadRequest, msgspec.DecodeError):
            return None
        resources.extend(decoded.resources)
        unreadable.update(decoded.unreadable)
        is_failure = is_failure or decoded.is_failure
    return Decoded(tuple(resources), unreadable, is_failure)
