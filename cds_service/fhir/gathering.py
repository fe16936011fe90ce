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

from cds_service.errors import MissingData
from cds_service.fhir.access.values import NO_SERVER, Access, Found, NoAccess
from cds_service.fhir.amount import ENTRIES_AT_MOST, within
from cds_service.fhir.arrival import arrivals
from cds_service.fhir.bundles import NONE_UNREADABLE, Decoded, TypedBundle, decode_resources, sort
from cds_service.fhir.chart_data import Gathered
from cds_service.fhir.client import EhrClient
from cds_service.fhir.drafts import CallerOrders
from cds_service.fhir.gaps import Gap, Lack, by_label, not_fetched, not_sent, sent_as_outcome, sent_in_part
from cds_service.fhir.pages import join
from cds_service.fhir.resources import Patient, Readable
from cds_service.fhir.templates import PrefetchKey
from cds_service.wire.request import HookRequest

NOTHING: Final = Decoded((), NONE_UNREADABLE)  # asked for, and there is none


class Gatherer:
    """Gathers the resources of calls. Made once, with the keys the content asks for.

    `entry_limit`: the most entries of Bundles that a call may bring and have read for it, together.
    """

    def __init__(self, keys: Iterable[PrefetchKey], client: EhrClient, entry_limit: int = ENTRIES_AT_MOST) -> None:
        self._keys = tuple(keys)
        self._client = client
        self._entry_limit = entry_limit

    def gather(self, request: HookRequest, orders: CallerOrders, access: Access | NoAccess = NO_SERVER) -> Gathered:
        """Everything the call is judged on.

        Raises:
            MissingData: when a required key can be had neither way.
        """
        found = {key.name: decoded for key in self._keys if (decoded := sent(request, key)) is not None}
        came = arrivals(self._keys, found)
        gaps: dict[str, Gap] = {}
        if len(found) < len(self._keys) or any(one.is_failure or one.following for one in found.values()):
            self._complete(request, found, gaps, access)
            self._require(gaps)
        _require_own_patient(found, request.patient_id)
        unreadable = Counter(orders.unreadable)
        for decoded in found.values():
            if decoded.unreadable:
                unreadable.update(decoded.unreadable)
        resources = tuple(chain.from_iterable(decoded.resources for decoded in found.values()))
        codes = {name: gap.code for name, gap in gaps.items()}
        return Gathered(resources, orders.drafts, dict(unreadable), by_label(self._keys, gaps), came, codes)

    def _complete(
        self, request: HookRequest, found: dict[str, Decoded], gaps: dict[str, Gap], access: Access | NoAccess
    ) -> None:
        """Fetch what was not sent, and the further pages of what was sent in part; enter what still lacks."""
        for name, decoded in found.items():
            if decoded.is_failure:
                gaps[name] = sent_as_outcome(is_partial=bool(decoded.resources))
        absent = [key for key in self._keys if key.name not in found]
        partial = {name: decoded.following for name, decoded in found.items() if decoded.following is not None}
        if isinstance(access, NoAccess):
            gaps.update({key.name: not_sent(access) for key in absent})
            for name in partial.keys() - gaps.keys():
                gaps[name] = sent_in_part(access, is_partial=bool(found[name].resources))
        elif absent or partial:
            self._fetch(request, absent, partial, access, found, gaps)

    def _fetch(
        self,
        request: HookRequest,
        absent: list[PrefetchKey],
        partial: dict[str, str],
        access: Access,
        found: dict[str, Decoded],
        gaps: dict[str, Gap],
    ) -> None:
        queries = {key.name: key.query(request.patient_id) for key in absent}
        answers = self._client.read(access, queries, partial)
        for name, answer in within(self._entry_limit, request, answers).items():
            _take(name, answer, request.patient_id, found, gaps)

    def _require(self, gaps: dict[str, Gap]) -> None:
        for key in self._keys:
            gap = gaps.get(key.name) if key.is_required else None
            if gap and gap.lack is not Lack.INCOMPLETE:
                raise MissingData(f"is required{gap.text}", f"prefetch.{key.name}")


def _take(name: str, answer: Found, patient_id: str, found: dict[str, Decoded], gaps: dict[str, Gap]) -> None:
    """Add what a search brought to what is there, and what it lacks to the gaps."""
    before = found.get(name)
    decoded, fault = join(answer, patient_id, before)
    if decoded is not None:
        found[name] = decoded
    if fault is not None and name not in gaps:
        gaps[name] = not_fetched(fault, was_sent=before is not None, is_partial=decoded is not None)


def _require_own_patient(found: dict[str, Decoded], patient_id: str) -> None:
    """Without the patient's own record nothing is judged: a mix-up must not look like "no concern"."""
    patients = [one for one in found["patient"].resources if isinstance(one, Patient)]
    if not patients:
        raise MissingData("is required and holds no Patient", "prefetch.patient")
    if not any(one.id in {None, patient_id} for one in patients):
        raise MissingData("is of another patient than context.patientId", "prefetch.patient")


def sent(request: HookRequest, key: PrefetchKey) -> Decoded | None:
    """What the prefetch holds in the key's place; None when it was not sent."""
    if key.name not in request.prefetch:
        return None
    held = request.prefetch[key.name]
    if held is None:
        return NOTHING
    if isinstance(held, msgspec.Raw):
        return NOTHING if bytes(held) == b"null" else decode_resources(held, f"prefetch.{key.name}")
    return sort(cast("TypedBundle | Readable", held))
