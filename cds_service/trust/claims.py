"""Checks the claims of a token whose signature holds: lifetime, token id, audience, tenant."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from cds_service.errors import NotAllowed
from cds_service.trust.clients import Client
from cds_service.trust.refusal_reason import RefusalReason
from cds_service.trust.tokens import Claims, is_visible_ascii, loggable_claims, refusal
from cds_service.trust.urls import Url, parse_url

LEEWAY: Final = timedelta(seconds=60)  # between the client's clock and ours
MAX_LIFETIME: Final = timedelta(hours=1)  # of a token
# How long after its expiry a used token is remembered. By a clock that runs ahead no token is valid beyond its lifetime
# and leeway, so what is forgotten by such a clock has expired by the right one too.
MEMORY: Final = MAX_LIFETIME + 3 * LEEWAY
_MAX_AUDIENCES = 20  # in one token


def check_claims(claims: Claims, client: Client, endpoints: Iterable[Url], now: datetime) -> None:
    """Check a token's claims for a call of this client to an endpoint known by these URLs.

    Raises:
        Unauthenticated: the token is not valid here and now.
        NotAllowed: the token is valid, but its tenant may not call.
    """
    _check_times(claims, now)
    tenant = claims.get("tenant")
    if not is_visible_ascii(claims.get("jti")) or not (tenant is None or is_visible_ascii(tenant)):
        raise refusal(RefusalReason.CLAIM, claims)
    if not any(_matches_endpoint(endpoints, audience) for audience in _parse_audiences(claims)):
        raise refusal(RefusalReason.AUDIENCE, claims)
    # A client without tenants sends no tenant; one with tenants always names one of them.
    if not (tenant in client.tenants if client.tenants else tenant is None):
        raise NotAllowed(
            "the token's tenant may not call this service", RefusalReason.TENANT.value, loggable_claims(claims)
        )


def _check_times(claims: Claims, now: datetime) -> None:
    expires, issued = _parse_numeric_date(claims, "exp"), _parse_numeric_date(claims, "iat")
    not_before = _parse_numeric_date(claims, "nbf") if "nbf" in claims else issued
    present, leeway = now.timestamp(), LEEWAY.total_seconds()
    if expires <= present - leeway:
        raise refusal(RefusalReason.EXPIRED, claims)
    if max(issued, not_before) > present + leeway:
        raise refusal(RefusalReason.NOT_YET_VALID, claims)
    if not 0 < expires - issued <= MAX_LIFETIME.total_seconds():
        raise refusal(RefusalReason.LIFETIME, claims)


def _parse_numeric_date(claims: Claims, name: str) -> float:
    """Parse a NumericDate (RFC 7519 §2): a number of seconds, with or without a fraction."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e11:
        raise refusal(RefusalReason.CLAIM, claims)
    return float(value)


def _parse_audiences(claims: Claims) -> list[str]:
    """Return the audiences: one URL or an array of them (CDS Hooks 2.0, JWT payload `aud`)."""
    claim = claims.get("aud")
    values = claim if isinstance(claim, list) else [claim]
    audiences = [value for value in values if isinstance(value, str) and value]
    if not 0 < len(values) == len(audiences) <= _MAX_AUDIENCES:
        raise refusal(RefusalReason.CLAIM, claims)
    return audiences


def _matches_endpoint(endpoints: Iterable[Url], audience: str) -> bool:
    """Return whether the audience is one of the endpoints. Trailing or doubled slashes and default ports are equal."""
    url = parse_url(re.sub(r"(?<=[^:/])/{2,}", "/", audience[:2048]))
    return url is not None and url in endpoints
