"""How much one call may bring: the entries of its Bundles, counted before anything is read from them."""

from dataclasses import dataclass

import msgspec

from cds_service.errors import TooManyEntries
from cds_service.fhir.bundles import TypedBundle
from cds_service.wire.request import HookRequest

_SHORTEST = 3  # bytes of an entry with its comma: `{},`


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
        held: list[tuple[str | None, object]] = [*request.prefetch.items(), (None, request.draft_orders)]
        typed = sum(len(one.entry or ()) for _, one in held if isinstance(one, TypedBundle))
        raw = sum(len(one) for _, one in held if isinstance(one, msgspec.Raw))
        if typed + raw // _SHORTEST <= self.most:
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


def _count(held: object) -> int:
    if isinstance(held, TypedBundle):
        return len(held.entry or ())
    try:
        return len(_ENTRIES.decode(held).entry or ()) if isinstance(held, msgspec.Raw) else 0
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return 0  # whoever reads it will say what is wrong with it
