"""Gather the resources of a call: from its prefetch, and what is missing there from the FHIR server.

A prefetch key can hold four things: nothing (not sent: fetch it), null or an empty Bundle (there is no such data), an
OperationOutcome (the client could not read it: do not ask again), and data (CDS Hooks 2.0, "Prefetch"). The data may
be a first page: the next pages are then fetched. Anything else, such as `{}` or a text, is never "no such data": it is
fetched, and counts as not read where it cannot be.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import chain

from cds_service.ehr.access import NO_SERVER, Access, NoAccess
from cds_service.ehr.arrival import list_missing_types
from cds_service.ehr.client import EhrClient
from cds_service.ehr.decoded_prefetch import decode_prefetch
from cds_service.ehr.draft_orders import DraftOrders
from cds_service.ehr.entry_limit import DEFAULT_ENTRY_LIMIT, EntryLimit
from cds_service.ehr.gaps import group_by_label, list_missing
from cds_service.ehr.gathering import Gathering
from cds_service.ehr.note_contents import read_contents
from cds_service.ehr.notes import NO_NOTES, NoteChooser
from cds_service.ehr.prefetch_status import classify_prefetch
from cds_service.ehr.prefetch_templates import ENCOUNTER_KEY, NOTES_KEY, PrefetchKey
from cds_service.errors import BadRequest, MissingData
from cds_service.fhir.bundles import DecodedResources
from cds_service.fhir.chart_data import ChartData
from cds_service.fhir.resources import Patient
from cds_service.wire.request import HookRequest


class Gatherer:
    """Gathers the resources of calls. Built once, with the prefetch keys that the content needs.

    `limit`: the most that a call may send and have fetched, together. `notes`: which clinical notes are read.
    """

    def __init__(
        self,
        keys: Iterable[PrefetchKey],
        client: EhrClient,
        limit: EntryLimit | None = None,
        notes: NoteChooser = NO_NOTES,
    ) -> None:
        self._keys = tuple(keys)
        self._keys_without_visit = tuple(key for key in self._keys if key.name != ENCOUNTER_KEY)
        self._client = client
        self._limit = limit or EntryLimit(DEFAULT_ENTRY_LIMIT, frozenset(key.name for key in self._keys))
        self._notes = notes

    def gather(
        self,
        request: HookRequest,
        orders: DraftOrders,
        access: Access | NoAccess = NO_SERVER,
        today: date | None = None,
    ) -> ChartData:
        """Return all the data that the call is judged on. Without `today`, no note is too old.

        Raises:
            MissingData: If a required key was not sent and could not be fetched.
        """
        if isinstance(access, Access):  # notes are fetched after the searches, within the same time
            access = replace(access, deadline=self._client.deadline_of(access))
        has_visit = request.encounter_id is not None or ENCOUNTER_KEY in request.prefetch
        keys = self._keys if has_visit else self._keys_without_visit
        received, odd = _decode_all(request, keys)
        statuses = classify_prefetch(keys, received, odd)
        call = Gathering(request, keys, received, access, today, odd)
        call.complete(self._client, self._limit)
        _require_matching_patient(received, request.patient_id)
        choice = self._notes.choose(call.of_key(NOTES_KEY), request.patient_id, today)
        notes = read_contents(choice.chosen, access, self._client) if choice.chosen else ()
        data_gaps = group_by_label(keys, call.gaps)
        missing_types = list_missing_types(keys, call.gaps, received, orders.unreadable)
        call.note_faults(notes)
        return ChartData(
            resources=tuple(chain.from_iterable(decoded.resources for decoded in received.values())),
            drafts=orders.drafts,
            unreadable=_count_unreadable(orders, received),
            data_gaps=data_gaps,
            prefetch_statuses=statuses,
            gap_codes={name: gap.code for name, gap in call.gaps.items()},
            missing_types=missing_types,
            missing=list_missing(keys, call.gaps),
            notes=notes,
            notes_left_out=choice.left_out,
            size=len(request.body) + call.fetched_bytes,
        )


def _count_unreadable(orders: DraftOrders, received: dict[str, DecodedResources]) -> dict[str, int]:
    parts = [decoded.unreadable for decoded in received.values() if decoded.unreadable]
    return dict(sum(map(Counter, parts), Counter(orders.unreadable))) if parts else dict(orders.unreadable)


def _require_matching_patient(received: dict[str, DecodedResources], patient_id: str) -> None:
    """Refuse to judge without the patient's own record: a mix-up must not look like "no concern"."""
    patients = [resource for resource in received["patient"].resources if isinstance(resource, Patient)]
    if not patients:
        raise MissingData("is required and holds no Patient", "prefetch.patient")
    if not any(patient.id in {None, patient_id} for patient in patients):
        raise MissingData("is of another patient than context.patientId", "prefetch.patient")


def _decode_all(
    request: HookRequest, keys: Iterable[PrefetchKey]
) -> tuple[dict[str, DecodedResources], dict[str, BadRequest]]:
    """Return what was sent by key, and what is wrong with each key that holds neither Bundle nor resource."""
    received, odd = {}, {}
    for key in keys:
        try:
            decoded = decode_prefetch(request, key)
        except BadRequest as error:
            odd[key.name] = error
        else:
            if decoded is not None:
                received[key.name] = decoded
    return received, odd
