"""A caller: its tenant, the FHIR servers it may name, and what its users see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from cds_service.trust.dialect_config import DialectConfig
from cds_service.trust.urls import Url, parse_url

_STANDARD: Final = DialectConfig()


@dataclass(frozen=True, slots=True)
class AllowedFhirServers:
    """The FHIR servers a caller may have us read: each at its base URL and below.

    `is_private_allowed`: their hosts may have private addresses. `is_open`: they may be read without a token.
    """

    base_urls: tuple[Url, ...] = ()
    is_private_allowed: bool = False
    is_open: bool = False

    def may_read(self, base_url: str) -> bool:
        """Return whether the FHIR server at `base_url` is one of them."""
        url = parse_url(base_url)
        return url is not None and any(base.covers(url) for base in self.base_urls)

    def allows_private(self, base_url: str) -> bool:
        """Return whether it is one of them and may have a private or loopback address, which its name does not show."""
        url = parse_url(base_url)
        return url is not None and self.may_read(base_url) and (self.is_private_allowed or url.is_loopback)


@dataclass(frozen=True, slots=True)
class UnusedToken:
    """A sound token that a call has brought. `keep_until`, in seconds since 1970: how long its use is remembered."""

    issuer: str
    token_id: str
    keep_until: float


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. `client_id` is from the client table; `claims` are the token's claims that may be logged.

    `is_silent`: its calls are judged and recorded, but no card is shown. `exempt_roles`: users with these
    PractitionerRole codes (`system|code` or `code`) see no info cards. `token` is to be used up once the call is
    admitted; the demo caller has none.
    """

    client_id: str
    tenant: str
    fhir_servers: AllowedFhirServers
    is_silent: bool = False
    exempt_roles: frozenset[str] = frozenset()
    dialect: DialectConfig = _STANDARD
    claims: Mapping[str, str] = field(default_factory=dict, compare=False)
    token: UnusedToken | None = field(default=None, compare=False)

    def may_read(self, base_url: str) -> bool:
        """Return whether this caller may have us read the FHIR server at `base_url`."""
        return self.fhir_servers.may_read(base_url)

    def allows_private(self, base_url: str) -> bool:
        """Return whether the FHIR server at `base_url`, which it may name, may have a private or loopback address."""
        return self.fhir_servers.allows_private(base_url)


# Open SMART servers with synthetic patients (https://docs.smarthealthit.org).
_SMART = ("launch.smarthealthit.org", "r4.smarthealthit.org", "r3.smarthealthit.org", "r2.smarthealthit.org")
DEMO_CLIENT_ID: Final = "demo"


def build_demo_caller(local_base_urls: Iterable[str]) -> Caller:
    """Return the caller of demo mode, who may name the open SMART servers and these FHIR servers of this machine.

    No other port of this machine is read: any web page that a user has open can call a service in demo mode, and by its
    answers it could tell which ports are open.
    """
    smart = tuple(Url("https", host, 443, ()) for host in _SMART)
    local = tuple(url for base_url in local_base_urls if (url := parse_url(base_url)) and url.is_loopback)
    return Caller(DEMO_CLIENT_ID, DEMO_CLIENT_ID, AllowedFhirServers((*smart, *local), is_open=True))
