"""Who may call: in demo mode anybody, in production whoever brings a token that holds for the endpoint called."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from cds_service.trust.caller import DEMO, Caller
from cds_service.trust.claims import LEEWAY, check_claims, expiry
from cds_service.trust.clients import Client
from cds_service.trust.keyring import KeyRing
from cds_service.trust.reason import Reason
from cds_service.trust.replay import Replays
from cds_service.trust.sources import FileSource, Source, UrlSource
from cds_service.trust.tokens import Claims, Registered, loggable, refused, verify
from cds_service.trust.urls import Url

_SERVICES = "cds-services"


class Admission(Protocol):
    """Finds the caller of a request by its Authorization header."""

    def to_discovery(self, authorization: str | None) -> None:
        """Let a discovery call in.

        Raises:
            CallerFault: 401 or 403.
        """

    def to_service(self, authorization: str | None, service_id: str) -> Caller:
        """The caller of a service.

        Raises:
            CallerFault: 401 or 403.
        """
        ...

    def to_feedback(self, authorization: str | None, service_id: str) -> Caller:
        """The caller who gives feedback on a service's cards.

        Raises:
            CallerFault: 401 or 403.
        """
        ...


class DemoAdmission:
    """Anybody is the demo caller. A bearer token is ignored, since test clients send one all the same."""

    def to_discovery(self, authorization: str | None) -> None:
        """Open to all."""

    def to_service(self, authorization: str | None, service_id: str) -> Caller:  # noqa: ARG002 - see the class
        """The demo caller."""
        return DEMO

    def to_feedback(self, authorization: str | None, service_id: str) -> Caller:  # noqa: ARG002 - see the class
        """The demo caller."""
        return DEMO


class TokenAdmission:
    """The clients of the table, by tokens for the endpoints below `public`.

    `discovery_token`: discovery asks for a token too, which monitoring and some EHRs do not send.
    """

    def __init__(
        self,
        clients: Iterable[Client],
        public: Url,
        replays: Replays,
        clock: Callable[[], datetime],
        *,
        discovery_token: bool = False,
    ) -> None:
        self._clients = {one.issuer: Registered(one, _ring(one)) for one in clients}
        self._base = public._replace(segments=(*public.segments, _SERVICES))
        self._replays = replays
        self._clock = clock
        self._discovery_token = discovery_token

    def to_discovery(self, authorization: str | None) -> None:
        """Open, or to a token for the discovery URL."""
        if self._discovery_token:
            self._admit(authorization, self._base)

    def to_service(self, authorization: str | None, service_id: str) -> Caller:
        """The caller whose token is for this service."""
        return self._admit(authorization, self._below(service_id))

    def to_feedback(self, authorization: str | None, service_id: str) -> Caller:
        """The caller whose token is for the feedback URL, as the public sandbox has it, or for the service."""
        return self._admit(authorization, self._below(service_id, "feedback"), self._below(service_id))

    def _below(self, *segments: str) -> Url:
        return self._base._replace(segments=(*self._base.segments, *segments))

    def _admit(self, authorization: str | None, *endpoints: Url) -> Caller:
        now = self._clock()
        client, claims = verify(authorization, self._clients, now)
        check_claims(claims, client, endpoints, now)
        if not self._replays.is_first_use(client.issuer, claims["jti"], expiry(claims) + LEEWAY.total_seconds(), now):
            raise refused(Reason.REPLAYED, claims)
        return _caller(client, claims)


def _ring(client: Client) -> KeyRing:
    source: Source
    if client.jwks_file:
        source = FileSource(client.jwks_file)
    else:
        assert client.jwks_url  # noqa: S101 - the table has one of the two
        source = UrlSource(client.jwks_url)
    return KeyRing(client.id, source, client.algorithms)


def _caller(client: Client, claims: Claims) -> Caller:
    tenant = claims.get("tenant")
    return Caller(
        client=client.id,
        tenant=f"{client.id}/{tenant}" if tenant else client.id,  # a client's id holds no slash
        fhir=client.fhir,
        silent=client.silent,
        exempt_roles=client.exempt_roles,
        dialect=client.dialect,
        claims=loggable(claims),
    )
