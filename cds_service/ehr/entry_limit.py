"""The limits on how much one call may send or have fetched, in entries, JSON objects and drafts.

All are counted before anything is read: the time that a call takes grows with them, not with its bytes alone.
"""

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
# Objects of one call: every resource, concept, coding, answer and reference is one. An ordinary resource has 10 to 25.
DEFAULT_OBJECT_LIMIT: Final = 120_000
DRAFT_LIMIT: Final = 200  # each is judged against all other orders of the chart
_MIN_ENTRY_BYTES = 2  # the smallest possible entry with its comma, valid or not: `1,`


class _Entries(msgspec.Struct):
    entry: list[msgspec.Raw] | None = None


_ENTRIES = msgspec.json.Decoder(_Entries)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


@dataclass(frozen=True, slots=True)
class EntryLimit:
    """The most entries and JSON objects that all Bundles of a call may hold. `keys`: the prefetch keys we ask for."""

    max_entries: int
    keys: frozenset[str]
    max_objects: int = DEFAULT_OBJECT_LIMIT

    def check_body(self, body: bytes) -> None:
        """Check that a body has no more objects than a call may have. It is not decoded for that.

        Raises:
            TooManyEntries: It has more.
        """
        if len(body) > _LEAST_OBJECT * self.max_objects and count_objects(body) > self.max_objects:
            raise TooManyEntries(f"the body has more than {self.max_objects} JSON objects", "prefetch")

    def check(self, request: HookRequest) -> None:
        """Check that a request stays within the limit.

        Raises:
            TooManyEntries: Names the Bundle that exceeds the limit.
        """
        if _count_entries(request.draft_orders) > DRAFT_LIMIT:
            raise TooManyEntries(f"has more than {DRAFT_LIMIT} entries", DRAFT_ORDERS_FIELD)
        if sum(map(_max_entry_count, [*request.prefetch.values(), request.draft_orders])) <= self.max_entries:
            return  # so few bytes cannot hold more
        total = 0
        for name, bundle in _collect_bundles(request):
            total += _count_entries(bundle)
            if total > self.max_entries:
                text = f"takes the call over the limit of {self.max_entries} entries"
                raise TooManyEntries(text, self._field(name))

    def _field(self, name: str | None) -> str:
        """Return the field to name in an error. A key we do not ask for is the caller's word and is not repeated."""
        if name is None:
            return DRAFT_ORDERS_FIELD
        return f"prefetch.{name}" if name in self.keys else "prefetch"


_LEAST_OBJECT: Final = len("{}")  # bytes, so that nothing is counted of most bodies


def count_objects(data: bytes | msgspec.Raw) -> int:
    """Return an upper bound for the JSON objects: a brace in a string counts too."""
    return bytes(data).count(b"{")


def limit_entries(
    limit: EntryLimit, request: HookRequest, results: Mapping[str, SearchResult]
) -> dict[str, SearchResult]:
    """Return the search results, cut so that request and results together hold no more than the limit allows.

    The page that exceeds the limit is left out, with all later pages of its search. That search is then incomplete,
    like any other that ended early.
    """
    entries = limit.max_entries - sum(_count_entries(bundle) for _, bundle in _collect_bundles(request))
    remaining = (entries, limit.max_objects - count_objects(request.body))
    limited: dict[str, SearchResult] = {}
    for key, result in results.items():
        limited[key], remaining = _truncate(result, remaining)
    return limited


def _truncate(result: SearchResult, remaining: tuple[int, int]) -> tuple[SearchResult, tuple[int, int]]:
    """Return the pages of a search that fit into the entries and objects that remain, and how many remain after it."""
    entries, objects = remaining
    for number, page in enumerate(result.pages):
        page_objects = count_objects(page)
        page_entries = _count_entries(page) if page_objects <= objects else 0
        if page_entries > entries or page_objects > objects:
            return SearchResult(result.pages[:number], TOO_MANY_ENTRIES), (entries, objects)
        entries, objects = entries - page_entries, objects - page_objects
    return result, (entries, objects)


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
