"""How much one call may bring, or have read for it: entries of Bundles, counted before anything is read from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from cds_service.ehr.search_result import TOO_MANY_ENTRIES, SearchResult
from cds_service.errors import TooManyEntries
from cds_service.fhir.bundles import TypedBundle
from cds_service.wire.request import HookRequest

DEFAULT_ENTRY_LIMIT: Final = 10_000  # of a call, unless a site sets another number
_MIN_ENTRY_BYTES = 2  # bytes of an entry with its comma, be it no entry at all: `1,`


class _Entries(msgspec.Struct):
    entry: list[msgspec.Raw] | None = None


_ENTRIES = msgspec.json.Decoder(_Entries)


@dataclass(frozen=True, slots=True)
class EntryLimit:
    """The most entries that all Bundles of a call may hold together; `keys` are the prefetch keys asked for."""

    max_entries: int
    keys: frozenset[str]

    def check(self, request: HookRequest) -> None:
        """See that the request keeps to it.

        Raises:
            TooManyEntries: naming the Bundle at which there were too many.
        """
        held = _collect_bundles(request)
        if sum(_max_entry_count(one) for _, one in held) <= self.max_entries:
            return  # so few bytes cannot hold more
        total = 0
        for name, one in held:
            total += _count_entries(one)
            if total > self.max_entries:
                text = f"brings the entries of the call to more than the {self.max_entries} that are read"
                raise TooManyEntries(text, self._field(name))

    def _field(self, name: str | None) -> str:
        """A key that is not ours is the caller's own word, which is not repeated."""
        if name is None:
            return "context.draftOrders"
        return f"prefetch.{name}" if name in self.keys else "prefetch"


def limit_entries(
    max_entries: int, request: HookRequest, results: Mapping[str, SearchResult]
) -> dict[str, SearchResult]:
    """What searches brought, in their order, as far as there is room beside what the request brought itself.

    A page with which a call would have more than `most` entries is left out, with all after it of its search, which
    then lacks something like any other search that broke off.
    """
    left = max_entries - sum(_count_entries(one) for _, one in _collect_bundles(request))
    kept: dict[str, SearchResult] = {}
    for key, one in results.items():
        kept[key], left = _truncate(one, left)
    return kept


def _truncate(result: SearchResult, remaining: int) -> tuple[SearchResult, int]:
    """A search cut off where `left` is not enough, and what is left after it."""
    for number, page in enumerate(result.pages):
        entries = _count_entries(page)
        if entries > remaining:
            return SearchResult(result.pages[:number], TOO_MANY_ENTRIES), remaining
        remaining -= entries
    return result, remaining


def _collect_bundles(request: HookRequest) -> list[tuple[str | None, object]]:
    return [*request.prefetch.items(), (None, request.draft_orders)]


def _max_entry_count(bundle: object) -> int:
    """How many entries it could hold at most, without a look into it."""
    if type(bundle) is TypedBundle:
        return len(bundle.entry or ())
    return len(bundle) // _MIN_ENTRY_BYTES if isinstance(bundle, msgspec.Raw) else 0


def _count_entries(bundle: object) -> int:
    if isinstance(bundle, TypedBundle):
        return len(bundle.entry or ())
    try:
        return len(_ENTRIES.decode(bundle).entry or ()) if isinstance(bundle, (msgspec.Raw, bytes)) else 0
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return 0  # whoever reads it will say what is wrong with it
