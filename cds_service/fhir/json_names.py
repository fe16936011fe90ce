"""Name values of FHIR by their JSON: equal values have the same, and the value can be read from it again."""

from collections.abc import Callable
from typing import Final, Generic, TypeVar

import msgspec

K = TypeVar("K")
write_name: Final[Callable[[object], bytes]] = msgspec.json.Encoder().encode


class NameReader(Generic[K]):
    """Reads values of a type from their names. Created once; safe to share between threads."""

    def __init__(self, kind: type[K]) -> None:
        self._decoder = msgspec.json.Decoder(kind)

    def read(self, name: str) -> K:
        """Return the value that has this name."""
        return self._decoder.decode(name)
