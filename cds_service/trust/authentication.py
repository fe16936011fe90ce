"""Authenticates callers: anybody in demo mode, in production the bearer of a valid token for the endpoint."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from cds_service.errors import Unauthenticated
from cds_service.trust.caller import Caller, UnusedToken
from cds_service.trust.claims import MEMORY, check_claims
from cds_service.trust.clients import Client
from cds_service.trust.key_sources import FileKeySource, KeySource, UrlKeySource
from cds_service.trust.keyring import KeyRing
from cds_service.trust.refusal_reason import RefusalReason
from cds_service.trust.replay import ReplayGuard
from cds_service.trust.tokens import Claims, RegisteredClient, loggable_claims, verify_token
from cds_service.trust.urls import Url

_SERVICES = "cds-services"


class Authenticator(Protocol):
    """Identifies the caller of a request by its Authorization header.

    A token counts once. To authenticate does not use it up: a call that is refused for its rate or size after that may
    come again with the same token.
    """

    def authenticate_discovery(self, authorization: str | None) -> None:
        """Check that the caller may see discovery.

        Raises:
            CallerFault: 401 or 403.
        """

    def authenticate_call(self, authorization: str | None, service_id: str) -> Caller:
        """Return the caller of a service.

        Raises:
            CallerFault: 401 or 403.
        """
        ...

    def authenticate_feedback(self, authorization: str | None, service_id: str) -> Caller:
        """Return the caller who sends feedback on a service's cards.

        Raises:
            CallerFault: 401 or 403.
        """
        ...

    def use_token(self, caller: Caller) -> None:
        """Use up the token that the caller has brought.

        Raises:
            Unauthenticated: it has been used before.
            TokenNotRecorded: it cannot be recorded that it is used.
        """


class DemoAuthenticator:
    """Lets anybody in as the demo caller. Bearer tokens are ignored: test clients send one in any case."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def authenticate_discovery(self, authorization: str | None) -> None:
        """Let everybody in."""

    def authenticate_call(self, authorization: str | None, service_id: str) -> Caller:  # noqa: ARG002 - see the class
        """Return the demo caller."""
        return self._caller

    def authenticate_feedback(self, authorization: str | None, service_id: str) -> Caller:  # noqa: ARG002 - see the class
        """Return the demo caller."""
        return self._caller

    def use_token(self, caller: Caller) -> None:
        """Do nothing: there is none."""


class TokenAuthenticator:
    """Identifies the clients of the table by tokens for the endpoints below `public_url`.

    `discovery_token`: discovery needs a token too. Off by default: monitoring and some EHRs do not send one.
    """

    def __init__(
        self,
        clients: Iterable[Client],
        public_url: Url,
        replay_guard: ReplayGuard,
        clock: Callable[[], datetime],
        *,
        discovery_token: bool = False,
    ) -> None:
        self._clients = {client.issuer: RegisteredClient(client, _build_key_ring(client)) for client in clients}
        self._services_url = public_url._replace(segments=(*public_url.segments, _SERVICES))
        self._replay_guard = replay_guard
        self._clock = clock
        self._discovery_token = discovery_token

    def authenticate_discovery(self, authorization: str | None) -> None:
        """Let everybody in or, with `discovery_token`, those with a token for the discovery URL."""
        if self._discovery_token:
            self.use_token(self._authenticate(authorization, self._services_url))

    def authenticate_call(self, authorization: str | None, service_id: str) -> Caller:
        """Return the caller, whose token must be for this service."""
        return self._authenticate(authorization, self._endpoint_url(service_id))

    def authenticate_feedback(self, authorization: str | None, service_id: str) -> Caller:
        """Return the caller, whose token must be for the service or, as in the public sandbox, for the feedback URL."""
        return self._authenticate(
            authorization, self._endpoint_url(service_id, "feedback"), self._endpoint_url(service_id)
        )

    def use_token(self, caller: Caller) -> None:
        """Use up the caller's token, for all workers and replicas."""
        token = caller.token
        if token is None:
            return
        if not self._replay_guard.is_first_use(token.issuer, token.token_id, token.keep_until, self._clock()):
            raise Unauthenticated("not authenticated", RefusalReason.REPLAYED.value, caller.claims)

    def _endpoint_url(self, *segments: str) -> Url:
        return self._services_url._replace(segments=(*self._services_url.segments, *segments))

    def _authenticate(self, authorization: str | None, *endpoints: Url) -> Caller:
        now = self._clock()
        client, claims = verify_token(authorization, self._clients, now)
        check_claims(claims, client, endpoints, now)
        return _build_caller(client, claims)


def _build_key_ring(client: Client) -> KeyRing:
    source: KeySource
    if client.jwks_file:
        source = FileKeySource(client.jwks_file)
    else:
        assert client.jwks_url  # noqa: S101 - the table has exactly one of the two
        source = UrlKeySource(client.jwks_url)
    return KeyRing(client.id, source, client.algorithms)


def _build_caller(client: Client, claims: Claims) -> Caller:
    tenant = claims.get("tenant")
    return Caller(
        client_id=client.id,
        tenant=f"{client.id}/{tenant}" if tenant else client.id,  # a client id has no slash
        fhir_servers=client.fhir_servers,
        is_silent=client.is_silent,
        exempt_roles=client.exempt_roles,
        dialect=client.dialect,
        claims=loggable_claims(claims),
        token=UnusedToken(client.issuer, claims["jti"], claims["exp"] + MEMORY.total_seconds()),
    )
