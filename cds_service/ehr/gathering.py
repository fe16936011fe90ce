"""The gathering of one call's resources: what was sent, what is fetched, and what stays missing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from msgspec.structs import replace

from cds_service.ehr.access import Access, NoAccess
from cds_service.ehr.arrival import is_short
from cds_service.ehr.client import EhrClient
from cds_service.ehr.entry_limit import EntryLimit, limit_entries
from cds_service.ehr.gaps import (
    Gap,
    GapKind,
    as_not_sent,
    is_not_offered,
    no_scope_gap,
    not_fetched_gap,
    not_sent_gap,
    odd_gap,
    outcome_gap,
    partly_sent_gap,
    short_gap,
    unread_note_gap,
)
from cds_service.ehr.newest import holds_newest
from cds_service.ehr.prefetch_templates import ENCOUNTER_KEY, NOTES_KEY, PrefetchKey
from cds_service.ehr.search_pages import merge_pages
from cds_service.ehr.search_result import Fault, SearchResult
from cds_service.errors import BadRequest, MissingData
from cds_service.fhir.bundles import DecodedResources
from cds_service.fhir.chart_data import ClinicalNote
from cds_service.fhir.documents import Encounter
from cds_service.fhir.resources import SupportedResource
from cds_service.wire.request import HookRequest

_NOTHING: Final[tuple[SupportedResource, ...]] = ()


@dataclass(slots=True)
class Gathering:
    """One call's gathering. `received`, `odd` and `gaps` are by prefetch key.

    `odd`: what is wrong with keys that hold neither Bundle nor resource. `fetched_bytes` came from the FHIR server.
    """

    request: HookRequest
    keys: Sequence[PrefetchKey]
    received: dict[str, DecodedResources]
    access: Access | NoAccess
    today: date | None
    odd: Mapping[str, BadRequest] = field(default_factory=dict)
    gaps: dict[str, Gap] = field(default_factory=dict)
    fetched_bytes: int = 0

    def complete(self, client: EhrClient, limit: EntryLimit) -> None:
        """Fetch what is missing, and note what stays so.

        Raises:
            MissingData: If a required key was not sent and could not be fetched.
            BadRequest: If a required key holds neither Bundle nor resource and may not be fetched.
        """
        self._drop_older_pages()
        short = self._list_short()
        is_whole = len(self.received) == len(self.keys) and not short
        if not is_whole or any(part.is_failure or part.next_link for part in self.received.values()):
            if self._fetch_missing(client, limit, short):
                self._drop_older_pages()
                short = self._list_short()
            for key in short:
                self.gaps.setdefault(key.name, short_gap())
            self._settle_words()
            self._check_required_keys()
        self._drop_other_visits()

    def of_key(self, name: str) -> tuple[SupportedResource, ...]:
        """Return the resources of a key."""
        decoded = self.received.get(name)
        return decoded.resources if decoded else _NOTHING

    def note_faults(self, notes: Iterable[ClinicalNote]) -> None:
        """Note that the text of a note did not arrive, by the first that did not. Cards count the notes themselves."""
        fault = next((note.content.fault for note in notes if note.content.fault), None)
        if fault:
            self.gaps.setdefault(NOTES_KEY, unread_note_gap(fault))

    def _drop_older_pages(self) -> None:
        """Drop the link to the next page where the newest records, which are all that is wanted, have arrived."""
        for key in self.keys:
            decoded = self.received.get(key.name) if key.newest else None
            if decoded and (decoded.next_link or decoded.total) and self._holds_newest(key, decoded.resources):
                self.received[key.name] = replace(decoded, next_link=None, total=0)

    def _holds_newest(self, key: PrefetchKey, resources: Sequence[SupportedResource]) -> bool:
        return key.newest is not None and holds_newest(resources, key.newest, self.today)

    def _fetch_missing(self, client: EhrClient, limit: EntryLimit, short: list[PrefetchKey]) -> bool:
        """Add to `received` the keys that were not sent and the pages that are missing, and to `gaps` what failed.

        Return whether anything was searched for. What was sent short, without a link to the rest, is read anew: a
        server may have lost the link.
        """
        self.gaps.update(dict.fromkeys(self.odd, odd_gap()))
        for name, decoded in self.received.items():
            if decoded.is_failure:
                self.gaps[name] = outcome_gap(is_partial=bool(decoded.resources))
        absent = [key for key in self.keys if key.name not in self.received]
        next_links = {name: part.next_link for name, part in self.received.items() if part.next_link is not None}
        if not isinstance(self.access, Access):
            self._note_unfetched(self.access, absent, next_links)
            return False
        wanted = [key for key in absent if self._may_fetch(key, self.access)]
        if not (wanted or next_links or short):
            return False
        queries = {key.name: query for key in (*wanted, *short) if (query := self._query(key)) is not None}
        results = client.fetch(self.access, queries, next_links, self._enough_tests(queries, next_links))
        self.fetched_bytes += sum(len(page) for result in results.values() for page in result.pages)
        for name, result in limit_entries(limit, self.request, results).items():
            self._merge_result(name, result, is_anew=name not in next_links)
        return True

    def _note_unfetched(self, access: NoAccess, absent: list[PrefetchKey], next_links: Iterable[str]) -> None:
        absent_names = [key.name for key in absent if key.name not in self.odd]
        self.gaps.update(dict.fromkeys(absent_names, not_sent_gap(access)))
        for name in set(next_links) - self.gaps.keys():
            self.gaps[name] = partly_sent_gap(access, is_partial=bool(self.received[name].resources))

    def _may_fetch(self, key: PrefetchKey, access: Access) -> bool:
        """Return whether a search is worth its time. What is required is asked for, whatever the scopes say."""
        if access.scopes is None or key.is_required:
            return True
        may = access.scopes.allow(key.resource_type, is_search=key.is_search)
        if not may:
            self.gaps.setdefault(key.name, no_scope_gap())
        return may

    def _query(self, key: PrefetchKey) -> str | None:
        return key.build_query(self.request.patient_id, self.request.encounter_id)

    def _enough_tests(
        self, queries: Iterable[str], next_links: Iterable[str]
    ) -> dict[str, Callable[[Sequence[bytes]], bool]]:
        """Return, for keys of which the newest records are enough, the test whether pages hold these."""
        asked = {*queries, *next_links}
        return {key.name: self._enough_test(key) for key in self.keys if key.newest and key.name in asked}

    def _enough_test(self, key: PrefetchKey) -> Callable[[Sequence[bytes]], bool]:
        sent = self.received.get(key.name)
        first_pages = sent if sent and sent.next_link else None

        def is_enough(pages: Sequence[bytes]) -> bool:
            decoded, fault = merge_pages(SearchResult(tuple(pages)), self.request.patient_id, first_pages)
            return fault is None and decoded is not None and self._holds_newest(key, decoded.resources)

        return is_enough

    def _merge_result(self, name: str, result: SearchResult, *, is_anew: bool) -> None:
        """Add the resources of a search to `received`, and what it failed to return to `gaps`.

        `is_anew`: the search began at its first page. It then replaces what was sent, if it returned no less.
        """
        if name in self.odd:
            self.gaps.pop(name, None)  # what was fetched says what is missing
        sent = self.received.get(name)
        decoded, fault = merge_pages(result, self.request.patient_id, None if is_anew else sent)
        if decoded is not None and (sent is None or not is_anew or _is_better(decoded, fault, sent)):
            self.received[name] = decoded
        if fault is not None and name not in self.gaps:
            is_partial = decoded is not None or (is_anew and sent is not None)
            self.gaps[name] = not_fetched_gap(fault, was_sent=sent is not None, is_partial=is_partial)

    def _list_short(self) -> list[PrefetchKey]:
        """Return the keys of which less arrived than their Bundle names, if neither an error nor a link says more."""
        return [
            key
            for key in self.keys
            if (decoded := self.received.get(key.name)) is not None
            and not decoded.is_failure
            and decoded.next_link is None
            and is_short(key, decoded)
        ]

    def _settle_words(self) -> None:
        """Treat a source of words that this server does not offer, or not to this token, as one that is not sent."""
        has_scopes = isinstance(self.access, Access) and self.access.scopes is not None
        for key in self.keys:
            gap = self.gaps.get(key.name) if key.has_words and key.name not in self.odd else None
            if gap and is_not_offered(gap, has_scopes=has_scopes):
                self.gaps[key.name] = as_not_sent(gap)

    def _drop_other_visits(self) -> None:
        """Drop a visit other than the call's: its reasons are about another day."""
        decoded, wanted = self.received.get(ENCOUNTER_KEY), self.request.encounter_id
        if decoded is None or wanted is None:
            return
        own = tuple(one for one in decoded.resources if not isinstance(one, Encounter) or one.id in {None, wanted})
        if len(own) < len(decoded.resources):
            self.received[ENCOUNTER_KEY] = replace(decoded, resources=own)
            self.gaps.setdefault(ENCOUNTER_KEY, short_gap())

    def _check_required_keys(self) -> None:
        for key in self.keys:
            gap = self.gaps.get(key.name) if key.is_required else None
            if gap and gap == odd_gap():
                raise self.odd[key.name]
            if gap and gap.kind is not GapKind.INCOMPLETE:
                raise MissingData(f"is required{gap.text}", f"prefetch.{key.name}")


def _is_better(decoded: DecodedResources, fault: Fault | None, sent: DecodedResources) -> bool:
    return fault is None and len(decoded.resources) >= len(sent.resources)
