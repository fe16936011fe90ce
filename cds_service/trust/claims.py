"""What a token with a sound signature claims: that it is in force, for this endpoint, of an allowed tenant."""

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
MAX_LIFETIME: Final = timedelta(hours=1)  # a token may last
_MAX_AUDIENCES = 20  # that one token may name


def check_claims(claims: Claims, client: Client, endpoints: Iterable[Url], now: datetime) -> None:
    """Check the claims of a token of this client for a call of an endpoint that goes by these URLs.

    Raises:
        Unauthenticated: the token does not hold here and now.
        NotAllowed: it holds, and its tenant may not call.
    """
    _check_times(claims, now)
    if not is_visible_ascii(claims.get("jti")) or not _is_absent_or_visible(claims.get("tenant")):
        raise refusal(RefusalReason.CLAIM, claims)
    if not any(_matches_endpoint(endpoints, audience) for audience in _parse_audiences(claims)):
        raise refusal(RefusalReason.AUDIENCE, claims)
    if not _is_tenant_allowed(claims.get("tenant"), client):
        raise NotAllowed(
            "the token's tenant may not call this service", RefusalReason.TENANT.value, loggable_claims(claims)
        )


def expires_at(claims: Claims) -> float:
    """When the token expires, in seconds since 1970. Its claims have been checked."""
    return float(claims["exp"])


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
    """A NumericDate (RFC 7519 §2): a number of seconds, whole or not."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e11:
        raise refusal(RefusalReason.CLAIM, claims)
    return float(value)


def _is_absent_or_visible(value: object) -> bool:
    return value is None or is_visible_ascii(value)


def _parse_audiences(claims: Claims) -> list[str]:
    """One URL or an array of them (CDS Hooks 2.0, JWT payload `aud`)."""
    given = claims.get("aud")
    several = given if isinstance(given, list) else [given]
    named = [one for one in several if isinstance(one, str) and one]
    if not 0 < len(several) == len(named) <= _MAX_AUDIENCES:
        raise refusal(RefusalReason.CLAIM, claims)
    return named


def _matches_endpoint(endpoints: Iterable[Url], audience: str) -> bool:
    """Whether it names one of them, a slash at the end, a doubled one, and the default port making no difference."""
    url = parse_url(re.sub(r"(?<=[^:/])/{2,}", "/", audience[:2048]))
    return url is not None and url in endpoints


def _is_tenant_allowed(tenant: str | None, client: Client) -> bool:
    """A client without tenants sends none; one with tenants always names one of them."""
    return tenant in client.tenants if client.tenants else tenant is None
