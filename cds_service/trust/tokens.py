"""One token from its text to claims that hold: the order of checks is that of the specification's best practices.

Nothing a token says is used before its place in the order but to look up what is configured, and no URL that it names
is ever fetched (CDS Hooks 2.0, "Trusting CDS Clients").
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from jwt import PyJWS
from jwt.exceptions import PyJWTError

from cds_service.errors import Unauthenticated
from cds_service.trust.clients import Client
from cds_service.trust.keyring import KeyRing, KeysUnavailable
from cds_service.trust.keys import ALGORITHMS
from cds_service.trust.reason import Reason
from cds_service.trust.schema import VISIBLE

SIZE_LIMIT: Final = 8192  # characters
_BEARER = re.compile(r"Bearer +([A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+) *", re.IGNORECASE)
_VISIBLE = re.compile(VISIBLE)
_LOGGED = ("iss", "tenant", "jti")
# Keys, and places of keys, that a token brings along; and what changes how it is to be read.
_NOT_ALLOWED = frozenset({"jwk", "x5u", "crit", "b64"})
_JWS = PyJWS(list(ALGORITHMS), {"verify_signature": True, "enforce_minimum_key_length": True})

Claims = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Registered:
    """A client and its keys."""

    client: Client
    ring: KeyRing


def refused(reason: Reason, claims: Claims | None = None) -> Unauthenticated:
    """The refusal for this reason; of claims only what may be logged goes with it."""
    return Unauthenticated("not authenticated", reason.value, loggable(claims or {}))


def loggable(claims: Claims) -> dict[str, str]:
    """Issuer, tenant and token id, where they are texts of a sane form: nothing else of a token may be logged."""
    return {name: claims[name] for name in _LOGGED if is_visible(claims.get(name))}


def is_visible(value: object) -> bool:
    """Whether a claim is visible ASCII of at most 255 characters."""
    return isinstance(value, str) and bool(_VISIBLE.fullmatch(value))


def verify(authorization: str | None, clients: Mapping[str, Registered], now: datetime) -> tuple[Client, Claims]:
    """Whose token it is, and its claims once the signature holds. The claims themselves are not yet judged.

    Raises:
        Unauthenticated: with the first reason found.
    """
    token = _token(authorization)
    header, claims = _unverified(token)
    _check_header(header)
    issuer = claims.get("iss")
    registered = clients.get(issuer) if isinstance(issuer, str) else None
    # The algorithms are the client's, so its issuer is looked up first; a stranger's token may use those anyone may.
    algorithms = registered.client.algorithms if registered else ALGORITHMS
    if header.get("alg") not in algorithms:
        raise refused(Reason.ALGORITHM, claims)
    if registered is None:
        raise refused(Reason.ISSUER, claims)
    if "jku" in header and header["jku"] != registered.client.jku:
        raise refused(Reason.KEY_URL, claims)
    return registered.client, _verified(token, header, claims, registered, now)


def _token(authorization: str | None) -> str:
    if not authorization:
        raise refused(Reason.NO_TOKEN)
    if len(authorization) > SIZE_LIMIT:
        raise refused(Reason.TOO_LARGE)
    match = _BEARER.fullmatch(authorization)
    if not match:
        raise refused(Reason.MALFORMED)
    return match[1]


def _unverified(token: str) -> tuple[Claims, Claims]:
    """Header and claims as they stand. Nothing is believed of them here."""
    try:
        decoded = _JWS.decode_complete(token, options={"verify_signature": False})
        claims = json.loads(decoded["payload"])
    except (PyJWTError, ValueError, RecursionError):
        raise refused(Reason.MALFORMED) from None
    if not isinstance(claims, dict):
        raise refused(Reason.MALFORMED)
    return decoded["header"], claims


def _check_header(header: Claims) -> None:
    kind = header.get("typ")
    if not isinstance(kind, str) or kind.upper() != "JWT" or not is_visible(header.get("kid")):
        raise refused(Reason.MALFORMED)
    if not isinstance(header.get("alg"), str):
        raise refused(Reason.ALGORITHM)
    if not _NOT_ALLOWED.isdisjoint(header):
        raise refused(Reason.HEADER)


def _verified(token: str, header: Claims, claims: Claims, registered: Registered, now: datetime) -> Claims:
    """The same claims, once one of the client's keys of that id bears them out."""
    try:
        keys = registered.ring.find(header["kid"], header["alg"], now)
    except KeysUnavailable:
        raise refused(Reason.KEYS_UNAVAILABLE, claims) from None
    if not keys:
        raise refused(Reason.KEY_UNKNOWN, claims)
    for key in keys:
        try:
            _JWS.decode_complete(token, key, [header["alg"]])
        except PyJWTError:
            continue
        return claims
    raise refused(Reason.SIGNATURE, claims)
