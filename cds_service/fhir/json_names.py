"""Name values of FHIR by their JSON: equal values have the same, and the value can be read from it again."""

from typing import Generic, TypeVar

import msgspec

K = TypeVar("K")
_encode = msgspec.json.Encoder().encode


class JsonNames(Generic[K]):
    """Names values of a type. Created once; safe to share between threads."""

    def __init__(self, kind: type[K]) -> None:
        self._decoder = msgspec.json.Decoder(kind)

    def name(self, value: K) -> str:
        """Return the JSON of a value."""
        return _encode(value).decode()

    def read(self, name: str) -> K:
        """Return the value that has this name."""
        return self._decoder.decode(name)
