"""Verifies a token, in the order of checks of the specification's best practices.

Until the signature is verified, the token's content is only used to look up configuration, and no URL that it names is
ever fetched (CDS Hooks 2.0, "Trusting CDS Clients").
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
from cds_service.trust.refusal_reason import RefusalReason
from cds_service.trust.schema import VISIBLE_ASCII

MAX_HEADER_LENGTH: Final = 8192  # characters
_BEARER = re.compile(r"Bearer +([A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+) *", re.IGNORECASE)
_VISIBLE = re.compile(VISIBLE_ASCII)
_LOGGED_CLAIMS = ("iss", "tenant", "jti")
# Keys and key locations that a token brings along, and parameters that change how it must be read.
_FORBIDDEN_PARAMETERS = frozenset({"jwk", "x5u", "crit", "b64"})
_JWS = PyJWS(list(ALGORITHMS), {"verify_signature": True, "enforce_minimum_key_length": True})

Claims = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """A client and its keys."""

    client: Client
    key_ring: KeyRing


def refusal(reason: RefusalReason, claims: Claims | None = None) -> Unauthenticated:
    """Build the error for this reason. It carries only the claims that may be logged."""
    return Unauthenticated("not authenticated", reason.value, loggable_claims(claims or {}))


def loggable_claims(claims: Claims) -> dict[str, str]:
    """Return issuer, tenant and token id if they are well formed. Nothing else of a token may be logged."""
    return {name: claims[name] for name in _LOGGED_CLAIMS if is_visible_ascii(claims.get(name))}


def is_visible_ascii(value: object) -> bool:
    """Return whether a claim is visible ASCII of at most 255 characters."""
    return isinstance(value, str) and bool(_VISIBLE.fullmatch(value))


def verify_token(
    authorization: str | None, clients: Mapping[str, RegisteredClient], now: datetime
) -> tuple[Client, Claims]:
    """Verify the signature of a token and return its client and its claims, which are not checked here.

    Raises:
        Unauthenticated: with the first reason found.
    """
    token = _extract_token(authorization)
    header, claims = _decode_unverified(token)
    _check_header(header)
    issuer = claims.get("iss")
    registered = clients.get(issuer) if isinstance(issuer, str) else None
    # Each client has its own algorithms, so the issuer is looked up first. Unknown issuers may use any of ours.
    algorithms = registered.client.algorithms if registered else ALGORITHMS
    if header.get("alg") not in algorithms:
        raise refusal(RefusalReason.ALGORITHM, claims)
    if registered is None:
        raise refusal(RefusalReason.ISSUER, claims)
    if "jku" in header and header["jku"] != registered.client.jku:
        raise refusal(RefusalReason.KEY_URL, claims)
    return registered.client, _verify_signature(token, header, claims, registered, now)


def _extract_token(authorization: str | None) -> str:
    if not authorization:
        raise refusal(RefusalReason.NO_TOKEN)
    if len(authorization) > MAX_HEADER_LENGTH:
        raise refusal(RefusalReason.TOO_LARGE)
    match = _BEARER.fullmatch(authorization)
    if not match:
        raise refusal(RefusalReason.MALFORMED)
    return match[1]


def _decode_unverified(token: str) -> tuple[Claims, Claims]:
    """Return header and claims without verifying them."""
    try:
        decoded = _JWS.decode_complete(token, options={"verify_signature": False})
        claims = json.loads(decoded["payload"])
    except (PyJWTError, ValueError, RecursionError):
        raise refusal(RefusalReason.MALFORMED) from None
    if not isinstance(claims, dict):
        raise refusal(RefusalReason.MALFORMED)
    return decoded["header"], claims


def _check_header(header: Claims) -> None:
    token_type = header.get("typ")
    if not isinstance(token_type, str) or token_type.upper() != "JWT" or not is_visible_ascii(header.get("kid")):
        raise refusal(RefusalReason.MALFORMED)
    if not isinstance(header.get("alg"), str):
        raise refusal(RefusalReason.ALGORITHM)
    if not _FORBIDDEN_PARAMETERS.isdisjoint(header):
        raise refusal(RefusalReason.HEADER)


def _verify_signature(
    token: str, header: Claims, claims: Claims, registered: RegisteredClient, now: datetime
) -> Claims:
    """Return the claims once one of the client's keys with the token's key id verifies them."""
    try:
        keys = registered.key_ring.find(header["kid"], header["alg"], now)
    except KeysUnavailable:
        raise refusal(RefusalReason.KEYS_UNAVAILABLE, claims) from None
    if not keys:
        raise refusal(RefusalReason.KEY_UNKNOWN, claims)
    for key in keys:
        try:
            _JWS.decode_complete(token, key, [header["alg"]])
        except PyJWTError:
            continue
        return claims
    raise refusal(RefusalReason.SIGNATURE, claims)
