"""Parses a JSON Web Key Set strictly into the keys that can verify signatures, by key id and algorithm."""

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from jwt import PyJWK
from jwt.exceptions import PyJWTError

# Each algorithm with its key type and, for elliptic curves, its curve. Symmetric algorithms are never allowed.
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
# The public sandbox and its key. The private half is in its public repository, so it proves nothing for any issuer.
SANDBOX_HOST: Final = "sandbox.cds-hooks.org"
_SANDBOX_X = "dw_JGR8nB2I6XveNxUOl2qk699ZPLM2nYI5STSdiEl9avAkrm3CkfYMbrrjr8laB"
# Members that only private and symmetric keys have (RFC 7518 §6).
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

Keys = Mapping[tuple[str, str], tuple[PyJWK, ...]]
"""Keys by key id and algorithm; several if the set uses one id more than once."""


class KeysRefused(Exception):
    """A key set has no usable key. The message says why and holds none of its content."""


def parse_key_set(data: bytes, algorithms: frozenset[str]) -> Keys:
    """Return the keys of a JSON Web Key Set (RFC 7517) that fit these algorithms. Other keys are ignored.

    Raises:
        KeysRefused: it is not a key set, or none of its keys is usable.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise KeysRefused("is not JSON") from None
    members = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(members, list) or len(members) > _MAX_KEYS:
        raise KeysRefused(f"is not a JSON Web Key Set of at most {_MAX_KEYS} keys")
    keys: dict[tuple[str, str], tuple[PyJWK, ...]] = {}
    for member in members:
        for algorithm, key in _usable_keys(member, algorithms):
            key_id = (member["kid"], algorithm)
            keys[key_id] = (*keys.get(key_id, ()), key)
    if not keys:
        raise KeysRefused(f"has no public key with a kid for {', '.join(sorted(algorithms))}")
    return keys


def _usable_keys(member: Any, algorithms: frozenset[str]) -> Iterator[tuple[str, PyJWK]]:
    """Yield each algorithm that the key can be used for, with the key prepared for it."""
    if not isinstance(member, dict) or not _is_verification_key(member):
        return
    for algorithm in algorithms:
        key_type, curve = ALGORITHMS[algorithm]
        if (
            member.get("kty") != key_type
            or (curve and member.get("crv") != curve)
            or member.get("alg", algorithm) != algorithm
        ):
            continue
        try:
            yield algorithm, PyJWK(member, algorithm)
        except (PyJWTError, ValueError, TypeError, OverflowError):
            continue  # malformed: only this key is lost


def _is_verification_key(member: dict[str, Any]) -> bool:
    """Return whether it is a public key for signatures. Keys whose private half is public are rejected."""
    operations = member.get("key_ops", ["verify"])
    return (
        isinstance(member.get("kid"), str)
        and not _PRIVATE_MEMBERS & member.keys()
        and member.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
        and member.get("x") != _SANDBOX_X
    )
