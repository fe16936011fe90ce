"""The SMART scopes of a token, in both versions: what it may read and search.

Version 1: `patient/Observation.read`; version 2: `patient/Observation.rs`, also with a filter behind it. A scope string
that names no clinical data at all says nothing: some clients leave it out or send only what a login needs.
"""

import re
from dataclasses import dataclass
from typing import Final

_SCOPE: Final = re.compile(r"(?:patient|user|system)/(\*|[A-Za-z]+)\.(\*|read|write|[cruds]+)(?:\?\S*)?")
_ANY: Final = "*"
_VERSION_1: Final = {"read": "rs", "write": "cud", _ANY: "cruds"}
READ, SEARCH = "r", "s"


@dataclass(frozen=True, slots=True)
class Scopes:
    """What a token may do, by FHIR type, as the letters of SMART version 2. `*` stands for every type."""

    granted: dict[str, frozenset[str]]

    def allow(self, resource_type: str, *, is_search: bool) -> bool:
        """Return whether the token may search resources of a type, or read one."""
        needed = SEARCH if is_search else READ
        return any(needed in self.granted.get(kind, ()) for kind in (resource_type, _ANY))


def parse_scopes(text: object) -> Scopes | None:
    """Return the scopes of a token, or None if they say nothing of clinical data."""
    if not isinstance(text, str):
        return None
    granted: dict[str, frozenset[str]] = {}
    for match in filter(None, map(_SCOPE.fullmatch, text.split())):
        letters = frozenset(_VERSION_1.get(match[2], match[2]))
        granted[match[1]] = granted.get(match[1], frozenset()) | letters
    return Scopes(granted) if granted else None


def name_scope(owner: str, resource_type: str, *, is_search: bool) -> str:
    """Return the scope that a type needs, as SMART version 2 writes it. `owner`: `patient` or `user`."""
    return f"{owner}/{resource_type}.{READ + SEARCH if is_search else READ}"
