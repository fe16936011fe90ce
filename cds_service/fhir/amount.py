"""How much one call may bring, or have read for it: entries of Bundles, counted before anything is read from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from cds_service.errors import TooManyEntries
from cds_service.fhir.access.values import TOO_MANY_ENTRIES, Found
from cds_service.fhir.bundles import TypedBundle
from cds_service.wire.request import HookRequest

ENTRIES_AT_MOST: Final = 10_000  # of a call, unless a site sets another number
_SHORTEST = 2  # bytes of an entry with its comma, be it no entry at all: `1,`


class _Entries(msgspec.Struct):
    entry: list[msgspec.Raw] | None = None


_ENTRIES = msgspec.json.Decoder(_Entries)


@dataclass(frozen=True, slots=True)
class EntryLimit:
    """The most entries that all Bundles of a call may hold together; `keys` are the prefetch keys asked for."""

    most: int
    keys: frozenset[str]

    def check(self, request: HookRequest) -> None:
        """See that the request keeps to it.

        Raises:
            TooManyEntries: naming the Bundle at which there were too many.
        """
        held = _held(request)
        if sum(_at_most(one) for _, one in held) <= self.most:
            return  # so few bytes cannot hold more
        total = 0
        for name, one in held:
            total += _count(one)
            if total > self.most:
                text = f"brings the entries of the call to more than the {self.most} that are read"
                raise TooManyEntries(text, self._field(name))

    def _field(self, name: str | None) -> str:
        """A key that is not ours is the caller's own word, which is not repeated."""
        if name is None:
            return "context.draftOrders"
        return f"prefetch.{name}" if name in self.keys else "prefetch"


def within(most: int, request: HookRequest, found: Mapping[str, Found]) -> dict[str, Found]:
    """What searches brought, in their order, as far as there is room beside what the request brought itself.

    A page with which a call would have more than `most` entries is left out, with all after it of its search, which
    then lacks something like any other search that broke off.
    """
    left = most - sum(_count(one) for _, one in _held(request))
    kept: dict[str, Found] = {}
    for key, one in found.items():
        kept[key], left = _cut(one, left)
    return kept


def _cut(found: Found, left: int) -> tuple[Found, int]:
    """A search cut off where `left` is not enough, and what is left after it."""
    for number, page in enumerate(found.pages):
        entries = _count(page)
        if entries > left:
            return Found(found.pages[:number], TOO_MANY_ENTRIES), left
        left -= entries
    return found, left


def _held(request: HookRequest) -> list[tuple[str | None, object]]:
    return [*request.prefetch.items(), (None, request.draft_orders)]


def _at_most(held: object) -> int:
    """How many entries it could hold at most, without a look into it."""
    if type(held) is TypedBundle:
        return len(held.entry or ())
    return len(held) // _SHORTEST if isinstance(held, msgspec.Raw) else 0


def _count(held: object) -> int:
    if isinstance(held, TypedBundle):
        return len(held.entry or ())
    try:
        return len(_ENTRIES.decode(held).entry or ()) if isinstance(held, (msgspec.Raw, bytes)) else 0
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return 0  # whoever reads it will say what is wrong with it
