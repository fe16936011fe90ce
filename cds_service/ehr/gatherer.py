"""Gathering a call's resources: from the prefetch, and what that lacks from the FHIR server.

Four things can be in a prefetch key's place: nothing (not sent: fetch it), null or an empty Bundle (there is
none), an OperationOutcome (could not be read: not asked for again), and data (CDS Hooks 2.0, "Prefetch"). Data may be
a first page: the next ones are fetched.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import chain
from typing import Final, cast

import msgspec

from cds_service.ehr.access import NO_SERVER, Access, NoAccess
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
)
from cds_service.ehr.prefetch_status import classify_prefetch
from cds_service.ehr.prefetch_templates import PrefetchKey
from cds_service.ehr.search_pages import merge_pages
from cds_service.ehr.search_result import SearchResult
from cds_service.errors import MissingData
from cds_service.fhir.bundles import NONE_UNREADABLE, DecodedResources, TypedBundle, collect_resources, decode_resources
from cds_service.fhir.chart_data import ChartData
from cds_service.fhir.resources import Patient, SupportedResource
from cds_service.wire.request import HookRequest

EMPTY_RESULT: Final = DecodedResources((), NONE_UNREADABLE)  # asked for, and there is none


class Gatherer:
    """Gathers the resources of calls. Made once, with the keys the content asks for.

    `entry_limit`: the most entries of Bundles that a call may bring and have read for it, together.
    """

    def __init__(self, keys: Iterable[PrefetchKey], client: EhrClient, entry_limit: int = DEFAULT_ENTRY_LIMIT) -> None:
        self._keys = tuple(keys)
        self._client = client
        self._entry_limit = entry_limit

    def gather(self, request: HookRequest, orders: DraftOrders, access: Access | NoAccess = NO_SERVER) -> ChartData:
        """Everything the call is judged on.

        Raises:
            MissingData: when a required key can be had neither way.
        """
        found = {key.name: decoded for key in self._keys if (decoded := decode_prefetch(request, key)) is not None}
        came = classify_prefetch(self._keys, found)
        gaps: dict[str, Gap] = {}
        if len(found) < len(self._keys) or any(one.is_failure or one.next_link for one in found.values()):
            self._fetch_missing(request, found, gaps, access)
            self._check_required_keys(gaps)
        _require_matching_patient(found, request.patient_id)
        unreadable = Counter(orders.unreadable)
        for decoded in found.values():
            if decoded.unreadable:
                unreadable.update(decoded.unreadable)
        resources = tuple(chain.from_iterable(decoded.resources for decoded in found.values()))
        codes = {name: gap.code for name, gap in gaps.items()}
        return ChartData(resources, orders.drafts, dict(unreadable), group_by_label(self._keys, gaps), came, codes)

    def _fetch_missing(
        self,
        request: HookRequest,
        received: dict[str, DecodedResources],
        gaps: dict[str, Gap],
        access: Access | NoAccess,
    ) -> None:
        """Fetch what was not sent, and the further pages of what was sent in part; enter what still lacks."""
        for name, decoded in received.items():
            if decoded.is_failure:
                gaps[name] = outcome_gap(is_partial=bool(decoded.resources))
        absent = [key for key in self._keys if key.name not in received]
        partial = {name: decoded.next_link for name, decoded in received.items() if decoded.next_link is not None}
        if isinstance(access, NoAccess):
            gaps.update({key.name: not_sent_gap(access) for key in absent})
            for name in partial.keys() - gaps.keys():
                gaps[name] = partly_sent_gap(access, is_partial=bool(received[name].resources))
        elif absent or partial:
            self._run_searches(request, absent, partial, access, received, gaps)

    def _run_searches(
        self,
        request: HookRequest,
        missing_keys: list[PrefetchKey],
        next_links: dict[str, str],
        access: Access,
        received: dict[str, DecodedResources],
        gaps: dict[str, Gap],
    ) -> None:
        queries = {key.name: key.build_query(request.patient_id) for key in missing_keys}
        answers = self._client.fetch(access, queries, next_links)
        for name, answer in limit_entries(self._entry_limit, request, answers).items():
            _merge_result(name, answer, request.patient_id, received, gaps)

    def _check_required_keys(self, gaps: dict[str, Gap]) -> None:
        for key in self._keys:
            gap = gaps.get(key.name) if key.is_required else None
            if gap and gap.kind is not GapKind.INCOMPLETE:
                raise MissingData(f"is required{gap.text}", f"prefetch.{key.name}")


def _merge_result(
    name: str, result: SearchResult, patient_id: str, received: dict[str, DecodedResources], gaps: dict[str, Gap]
) -> None:
    """Add what a search brought to what is there, and what it lacks to the gaps."""
    before = received.get(name)
    decoded, fault = merge_pages(result, patient_id, before)
    if decoded is not None:
        received[name] = decoded
    if fault is not None and name not in gaps:
        gaps[name] = not_fetched_gap(fault, was_sent=before is not None, is_partial=decoded is not None)


def _require_matching_patient(received: dict[str, DecodedResources], patient_id: str) -> None:
    """Without the patient's own record nothing is judged: a mix-up must not look like "no concern"."""
    patients = [one for one in received["patient"].resources if isinstance(one, Patient)]
    if not patients:
        raise MissingData("is required and holds no Patient", "prefetch.patient")
    if not any(one.id in {None, patient_id} for one in patients):
        raise MissingData("is of another patient than context.patientId", "prefetch.patient")


def decode_prefetch(request: HookRequest, key: PrefetchKey) -> DecodedResources | None:
    """What the prefetch holds in the key's place; None when it was not sent."""
    if key.name not in request.prefetch:
        return None
    held = request.prefetch[key.name]
    if held is None:
        return EMPTY_RESULT
    if isinstance(held, msgspec.Raw):
        return EMPTY_RESULT if bytes(held) == b"null" else decode_resources(held, f"prefetch.{key.name}")
    return collect_resources(cast("TypedBundle | SupportedResource", held))
