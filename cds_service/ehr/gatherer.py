"""Gather the resources of a call: from its prefetch, and what is missing there from the FHIR server.

A prefetch key can hold four things: nothing (not sent: fetch it), null or an empty Bundle (there is no such data), an
OperationOutcome (the client could not read it: do not ask again), and data (CDS Hooks 2.0, "Prefetch"). The data may
be a first page: the next pages are then fetched.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import chain
from typing import Final, cast

import msgspec

from cds_service.ehr.access import NO_SERVER, Access, NoAccess
from cds_service.ehr.arrival import is_short, list_missing_types
from cds_service.ehr.client import EhrClient
from cds_service.ehr.draft_orders import DraftOrders
from cds_service.ehr.entry_limit import DEFAULT_ENTRY_LIMIT, limit_entries
from cds_service.ehr.gaps import (
    Gap,
    GapKind,
    group_by_label,
    not_fetched_gap,
    not_sent_gap,
    outcome_gap,
    partly_sent_gap,
    short_gap,
)
from cds_service.ehr.prefetch_status import classify_prefetch
from cds_service.ehr.prefetch_templates import PrefetchKey
from cds_service.ehr.search_pages import merge_pages
from cds_service.ehr.search_result import Fault, SearchResult
from cds_service.errors import MissingData
from cds_service.fhir.bundles import NONE_UNREADABLE, DecodedResources, TypedBundle, collect_resources, decode_resources
from cds_service.fhir.chart_data import ChartData
from cds_service.fhir.resources import Patient, SupportedResource
from cds_service.wire.request import HookRequest

EMPTY_RESULT: Final = DecodedResources((), NONE_UNREADABLE)  # the client looked, and there is no such data


class Gatherer:
    """Gathers the resources of calls. Built once, with the prefetch keys that the content needs.

    `max_entries`: the most Bundle entries that a call may send and have fetched, together.
    """

    def __init__(self, keys: Iterable[PrefetchKey], client: EhrClient, max_entries: int = DEFAULT_ENTRY_LIMIT) -> None:
        self._keys = tuple(keys)
        self._client = client
        self._max_entries = max_entries

    def gather(self, request: HookRequest, orders: DraftOrders, access: Access | NoAccess = NO_SERVER) -> ChartData:
        """Return all the data that the call is judged on.

        Raises:
            MissingData: If a required key was not sent and could not be fetched.
        """
        received = {key.name: decoded for key in self._keys if (decoded := decode_prefetch(request, key)) is not None}
        statuses = classify_prefetch(self._keys, received)
        gaps: dict[str, Gap] = {}
        short = self._list_short(received)
        is_cut = short or any(part.is_failure or part.next_link for part in received.values())
        if is_cut or len(received) < len(self._keys):
            self._fetch_missing(request, received, gaps, access, short)
            for key in self._list_short(received):
                gaps.setdefault(key.name, short_gap())
            self._check_required_keys(gaps)
        _require_matching_patient(received, request.patient_id)
        unreadable = Counter(orders.unreadable)
        for decoded in received.values():
            if decoded.unreadable:
                unreadable.update(decoded.unreadable)
        resources = tuple(chain.from_iterable(decoded.resources for decoded in received.values()))
        gap_codes = {name: gap.code for name, gap in gaps.items()}
        data_gaps = group_by_label(self._keys, gaps)
        missing_types = list_missing_types(self._keys, gaps, received, orders.unreadable)
        return ChartData(resources, orders.drafts, dict(unreadable), data_gaps, statuses, gap_codes, missing_types)

    def _fetch_missing(
        self,
        request: HookRequest,
        received: dict[str, DecodedResources],
        gaps: dict[str, Gap],
        access: Access | NoAccess,
        short: list[PrefetchKey],
    ) -> None:
        """Add to `received` the keys that were not sent and the pages that are missing, and to `gaps` what failed.

        What was sent short, without a link to the rest, is read anew: a server may have lost the link.
        """
        for name, decoded in received.items():
            if decoded.is_failure:
                gaps[name] = outcome_gap(is_partial=bool(decoded.resources))
        absent = [key for key in self._keys if key.name not in received]
        next_links = {name: decoded.next_link for name, decoded in received.items() if decoded.next_link is not None}
        if isinstance(access, NoAccess):
            gaps.update({key.name: not_sent_gap(access) for key in absent})
            for name in next_links.keys() - gaps.keys():
                gaps[name] = partly_sent_gap(access, is_partial=bool(received[name].resources))
        elif absent or next_links or short:
            queries = {key.name: key.build_query(request.patient_id) for key in (*absent, *short)}
            results = self._client.fetch(access, queries, next_links)
            for name, result in limit_entries(self._max_entries, request, results).items():
                _merge_result(name, result, request.patient_id, received, gaps, is_anew=name not in next_links)

    def _list_short(self, received: dict[str, DecodedResources]) -> list[PrefetchKey]:
        """Return the keys of which less arrived than their Bundle names, if neither an error nor a link says more."""
        return [
            key
            for key in self._keys
            if (decoded := received.get(key.name)) is not None
            and not decoded.is_failure
            and decoded.next_link is None
            and is_short(key, decoded)
        ]

    def _check_required_keys(self, gaps: dict[str, Gap]) -> None:
        for key in self._keys:
            gap = gaps.get(key.name) if key.is_required else None
            if gap and gap.kind is not GapKind.INCOMPLETE:
                raise MissingData(f"is required{gap.text}", f"prefetch.{key.name}")


def _merge_result(
    name: str,
    result: SearchResult,
    patient_id: str,
    received: dict[str, DecodedResources],
    gaps: dict[str, Gap],
    *,
    is_anew: bool,
) -> None:
    """Add the resources of a search to `received`, and what it failed to return to `gaps`.

    `is_anew`: the search began at its first page. It then replaces what was sent, if it returned no less.
    """
    sent = received.get(name)
    decoded, fault = merge_pages(result, patient_id, None if is_anew else sent)
    if decoded is not None and (sent is None or not is_anew or _is_better(decoded, fault, sent)):
        received[name] = decoded
    if fault is not None and name not in gaps:
        is_partial = decoded is not None or (is_anew and sent is not None)
        gaps[name] = not_fetched_gap(fault, was_sent=sent is not None, is_partial=is_partial)


def _is_better(decoded: DecodedResources, fault: Fault | None, sent: DecodedResources) -> bool:
    return fault is None and len(decoded.resources) >= len(sent.resources)


def _require_matching_patient(received: dict[str, DecodedResources], patient_id: str) -> None:
    """Refuse to judge without the patient's own record: a mix-up must not look like "no concern"."""
    patients = [resource for resource in received["patient"].resources if isinstance(resource, Patient)]
    if not patients:
        raise MissingData("is required and holds no Patient", "prefetch.patient")
    if not any(patient.id in {None, patient_id} for patient in patients):
        raise MissingData("is of another patient than context.patientId", "prefetch.patient")


def decode_prefetch(request: HookRequest, key: PrefetchKey) -> DecodedResources | None:
    """Decode what the prefetch holds for a key. Return None if the key was not sent."""
    if key.name not in request.prefetch:
        return None
    value = request.prefetch[key.name]
    if value is None:
        return EMPTY_RESULT
    if isinstance(value, msgspec.Raw):
        return EMPTY_RESULT if bytes(value) == b"null" else decode_resources(value, f"prefetch.{key.name}")
    return collect_resources(cast("TypedBundle | SupportedResource", value))
