"""Connections that go only to checked addresses, and answers that end at a moment however slowly they come."""

import http.client
import http.cookiejar
import io
import logging
import socket
import time
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from cds_service.ehr.addresses import resolve_allowed
from cds_service.ehr.search_result import FORBIDDEN_ADDRESS, SearchFailed

_HOSTS: Final = 16  # servers whose connections are kept

# What urllib3 logs names URLs and, in a warning of a broken head, its lines: both may name the patient.
logging.getLogger("urllib3").propagate = False


class DeadlineStream(io.RawIOBase):
    """What a socket receives until a moment: a byte now and then, of head or body, does not put the end off."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        super().__init__()
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._deadline = deadline

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """What has come, or `TimeoutError`."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Let go of the socket."""
        self._raw.close()
        super().close()


class _DeadlineResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, deadline: float, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(DeadlineStream(sock, deadline))


class _GuardedConnection(HTTPConnection):
    """Resolves once and connects to what was checked: Host header, SNI and certificate still go by the name."""

    allows_private: ClassVar[bool] = False

    def _new_conn(self) -> socket.socket:
        seconds = self.timeout if isinstance(self.timeout, (int, float)) else 0.0
        try:
            return self._connect_to_any(time.monotonic() + seconds)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "too late") from error
        except OSError as error:
            raise NewConnectionError(self, "no connection") from error

    def _connect_to_any(self, deadline: float) -> socket.socket:
        addresses = list(resolve_allowed(self._dns_host, self.port, allows_private=self.allows_private))
        if not addresses:
            raise SearchFailed(FORBIDDEN_ADDRESS)
        for address in addresses[:-1]:
            try:
                return self._connect_to(address, deadline)
            except OSError:
                continue
        return self._connect_to(addresses[-1], deadline)

    def _connect_to(self, address: str, deadline: float) -> socket.socket:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return create_connection((address, self.port), left, socket_options=self.socket_options)

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]  # as urllib3's own
        """The answer, whose head and body together have the time that one read would have."""
        until = time.monotonic() + float(self.timeout or 0.0)
        self.response_class = partial(_DeadlineResponse, deadline=until)  # type: ignore[assignment]  # it makes one
        return super().getresponse()


class _GuardedTlsConnection(_GuardedConnection, HTTPSConnection):
    """The same over TLS."""


class GuardedAdapter(HTTPAdapter):
    """Transport over guarded connections, which are kept for later searches.

    `allows_private`: they may lead to private and loopback addresses. A connection is never shared between
    adapters, so none made where that is allowed serves where it is not.
    """

    def __init__(self, *, allows_private: bool, connections: int) -> None:
        self._allows_private = allows_private
        super().__init__(pool_connections=_HOSTS, pool_maxsize=connections)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools, of guarded connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": self._pool(HTTPConnectionPool, _GuardedConnection),
            "https": self._pool(HTTPSConnectionPool, _GuardedTlsConnection),
        }

    def _pool(self, pool: type, connection: type) -> Any:
        guarded = type(connection.__name__, (connection,), {"allows_private": self._allows_private})
        return type(pool.__name__, (pool,), {"ConnectionCls": guarded})


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere. Beyond not following it: requests would read a redirect's whole body to be ready to."""


def create_guarded_session(*, allows_private: bool, connections: int, ca_file: Path | None = None) -> requests.Session:
    """A session that keeps connections, and nothing else: no redirect, no cookie, no proxy, no .netrc."""
    session = _Session()
    session.verify = str(ca_file) if ca_file else True
    session.trust_env = False  # no proxy or .netrc may change where a token goes
    # A cookie a server sets for one call must not go out with the next, which may be another user's.
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    adapter = GuardedAdapter(allows_private=allows_private, connections=connections)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
