"""A caller: under which tenant its cards are kept, which FHIR servers it may name, and what its users are shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cds_service.trust.dialect import Dialect
from cds_service.trust.urls import Url, parse_url

_STANDARD: Final = Dialect()


@dataclass(frozen=True, slots=True)
class FhirServers:
    """The FHIR servers a caller may have us read: each at its base URL and below.

    `any_port` on this machine, for demo mode; `private`: hosts with private addresses may be connected to.
    """

    bases: tuple[Url, ...] = ()
    private: bool = False
    loopback: bool = False

    def may_read(self, base: str) -> bool:
        """Whether the FHIR server at `base` is one of them."""
        url = parse_url(base)
        if url is None:
            return False
        return (self.loopback and url.is_loopback) or any(one.covers(url) for one in self.bases)

    def allows_private(self, base: str) -> bool:
        """Whether it is one of them and may lie at a private or loopback address: its name alone does not tell."""
        url = parse_url(base)
        return url is not None and self.may_read(base) and (self.private or url.is_loopback)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. `client` is its id in the client table; `claims` are what of its token may be logged.

    `silent`: its calls are judged and remembered, and no card is shown. `exempt_roles`: holders of these
    PractitionerRole codes (`system|code` or `code`) get no info cards.
    """

    client: str
    tenant: str
    fhir: FhirServers
    silent: bool = False
    exempt_roles: frozenset[str] = frozenset()
    dialect: Dialect = _STANDARD
    claims: Mapping[str, str] = field(default_factory=dict, compare=False)

    def may_read(self, base: str) -> bool:
        """Whether this caller may have us read the FHIR server at `base`."""
        return self.fhir.may_read(base)

    def allows_private(self, base: str) -> bool:
        """Whether the FHIR server at `base`, which it may name, may lie at a private or loopback address."""
        return self.fhir.allows_private(base)


# Open SMART servers with synthetic patients (https://docs.smarthealthit.org).
_SMART = ("launch.smarthealthit.org", "r4.smarthealthit.org", "r3.smarthealthit.org", "r2.smarthealthit.org")
DEMO: Final = Caller("demo", "demo", FhirServers(tuple(Url("https", host, 443, ()) for host in _SMART), loopback=True))
