"""A client's public keys: a JSON Web Key Set read strictly into keys that can verify, by key id and algorithm."""

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from jwt import PyJWK
from jwt.exceptions import PyJWTError

# Algorithm: the key type, and for elliptic curves the curve, it goes with. Nothing symmetric has a place here.
ALGORITHMS: Final[Mapping[str, tuple[str, str | None]]] = MappingProxyType(
    {
        "ES384": ("EC", "P-384"),
        "RS384": ("RSA", None),
        "ES256": ("EC", "P-256"),
        "RS256": ("RSA", None),
        "PS384": ("RSA", None),
    }
)
_MAX_KEYS = 100
# The public sandbox's key. Its private half lies in its public repository, so it proves nothing under any issuer.
_SANDBOX_X = "dw_JGR8nB2I6XveNxUOl2qk699ZPLM2nYI5STSdiEl9avAkrm3CkfYMbrrjr8laB"
# The members that only a private or symmetric key has (RFC 7518 §6).
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

Keys = Mapping[tuple[str, str], tuple[PyJWK, ...]]
"""Keys by key id and algorithm; more than one where the set names several alike."""


class KeysRefused(Exception):
    """A key set holds no key that could be used. The message says why, without its content."""


def parse_key_set(data: bytes, algorithms: frozenset[str]) -> Keys:
    """The keys of a JSON Web Key Set (RFC 7517) that fit these algorithms; others in it are passed over.

    Raises:
        KeysRefused: it is no key set, or none of its keys can be used.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise KeysRefused("is not JSON") from None
    rows = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(rows, list) or len(rows) > _MAX_KEYS:
        raise KeysRefused(f"is not a JSON Web Key Set of at most {_MAX_KEYS} keys")
    found: dict[tuple[str, str], tuple[PyJWK, ...]] = {}
    for row in rows:
        for algorithm, key in _usable_keys(row, algorithms):
            place = (row["kid"], algorithm)
            found[place] = (*found.get(place, ()), key)
    if not found:
        raise KeysRefused(f"has no public key with a kid for {', '.join(sorted(algorithms))}")
    return found


def _usable_keys(member: Any, algorithms: frozenset[str]) -> Iterator[tuple[str, PyJWK]]:
    """The algorithms a key can be used for, each with the key made ready for it."""
    if not isinstance(member, dict) or not _is_verification_key(member):
        return
    for algorithm in algorithms:
        kind, curve = ALGORITHMS[algorithm]
        if (
            member.get("kty") != kind
            or (curve and member.get("crv") != curve)
            or member.get("alg", algorithm) != algorithm
        ):
            continue
        try:
            yield algorithm, PyJWK(member, algorithm)
        except (PyJWTError, ValueError, TypeError, OverflowError):
            continue  # malformed: it costs itself


def _is_verification_key(member: dict[str, Any]) -> bool:
    """Whether it is a public key meant for signatures. One whose private half is published is nobody's."""
    operations = member.get("key_ops", ["verify"])
    return (
        isinstance(member.get("kid"), str)
        and not _PRIVATE_MEMBERS & member.keys()
        and member.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
        and member.get("x") != _SANDBOX_X
    )
