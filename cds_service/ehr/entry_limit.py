"""The limit on how many Bundle entries one call may send or have fetched. Entries are counted before they are read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from cds_service.ehr.draft_orders import DRAFT_ORDERS_FIELD
from cds_service.ehr.search_result import TOO_MANY_ENTRIES, SearchResult
from cds_service.errors import TooManyEntries
from cds_service.fhir.bundles import TypedBundle
from cds_service.wire.request import HookRequest

DEFAULT_ENTRY_LIMIT: Final = 10_000  # entries of one call, unless a site sets another number
_MIN_ENTRY_BYTES = 2  # the smallest possible entry with its comma, valid or not: `1,`


class _Entries(msgspec.Struct):
    entry: list[msgspec.Raw] | None = None


_ENTRIES = msgspec.json.Decoder(_Entries)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


@dataclass(frozen=True, slots=True)
class EntryLimit:
    """The most entries that all Bundles of a call may hold together. `keys` are the prefetch keys we ask for."""

    max_entries: int
    keys: frozenset[str]

    def check(self, request: HookRequest) -> None:
        """Check that a request stays within the limit.

        Raises:
            TooManyEntries: Names the Bundle that exceeds the limit.
        """
        bundles = _collect_bundles(request)
        if sum(_max_entry_count(bundle) for _, bundle in bundles) <= self.max_entries:
            return  # so few bytes cannot hold more
        total = 0
        for name, bundle in bundles:
            total += _count_entries(bundle)
            if total > self.max_entries:
                text = f"takes the call over the limit of {self.max_entries} entries"
                raise TooManyEntries(text, self._field(name))

    def _field(self, name: str | None) -> str:
        """Return the field to name in an error. A key we do not ask for is the caller's word and is not repeated."""
        if name is None:
            return DRAFT_ORDERS_FIELD
        return f"prefetch.{name}" if name in self.keys else "prefetch"


def limit_entries(
    max_entries: int, request: HookRequest, results: Mapping[str, SearchResult]
) -> dict[str, SearchResult]:
    """Return the search results, cut so that request and results together hold at most `max_entries`.

    The page that exceeds the limit is left out, with all later pages of its search. That search is then incomplete,
    like any other that ended early.
    """
    remaining = max_entries - sum(_count_entries(bundle) for _, bundle in _collect_bundles(request))
    limited: dict[str, SearchResult] = {}
    for key, result in results.items():
        limited[key], remaining = _truncate(result, remaining)
    return limited


def _truncate(result: SearchResult, remaining: int) -> tuple[SearchResult, int]:
    """Return the pages of a search that fit into the remaining entries, and how many entries remain after it."""
    for number, page in enumerate(result.pages):
        entries = _count_entries(page)
        if entries > remaining:
            return SearchResult(result.pages[:number], TOO_MANY_ENTRIES), remaining
        remaining -= entries
    return result, remaining


def _collect_bundles(request: HookRequest) -> list[tuple[str | None, object]]:
    return [*request.prefetch.items(), (None, request.draft_orders)]


def _max_entry_count(bundle: object) -> int:
    """Return an upper bound for the number of entries without parsing the Bundle."""
    if type(bundle) is TypedBundle:
        return len(bundle.entry or ())
    return len(bundle) // _MIN_ENTRY_BYTES if isinstance(bundle, msgspec.Raw) else 0


def _count_entries(bundle: object) -> int:
    if isinstance(bundle, TypedBundle):
        return len(bundle.entry or ())
    if not isinstance(bundle, (msgspec.Raw, bytes)):
        return 0
    try:
        is_list = bytes(bundle)[:1] == b"["
        return len(_LIST.decode(bundle) if is_list else _ENTRIES.decode(bundle).entry or ())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return 0  # the code that reads it reports what is wrong
