"""HTTP connections that go only to allowed addresses, and responses that end at a deadline however slow they are."""

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

_HOSTS: Final = 16  # servers whose connections are kept open

# urllib3 logs URLs and, when a response head is broken, its lines. Both may name the patient.
logging.getLogger("urllib3").propagate = False


class DeadlineStream(io.RawIOBase):
    """A socket's input, readable until the deadline. A server that sends a byte now and then cannot extend it."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        super().__init__()
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._deadline = deadline

    def readable(self) -> bool:
        """Return True: the stream is for reading."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what has arrived.

        Raises:
            TimeoutError: If the deadline has passed.
        """
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("the deadline has passed")
        self._sock.settimeout(remaining)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Close the stream and release the socket."""
        self._raw.close()
        super().close()


class _DeadlineResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, deadline: float, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(DeadlineStream(sock, deadline))


class _GuardedConnection(HTTPConnection):
    """A connection that resolves the host once and connects to a checked address.

    The Host header, SNI and the certificate check still use the name.
    """

    allows_private: ClassVar[bool] = False

    def _new_conn(self) -> socket.socket:
        seconds = self.timeout if isinstance(self.timeout, (int, float)) else 0.0
        try:
            return self._connect_to_any(time.monotonic() + seconds)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "the deadline has passed") from error
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
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("the deadline has passed")
        return create_connection((address, self.port), remaining, socket_options=self.socket_options)

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]  # as in urllib3
        """Return the response. Its head and body together get the time that urllib3 would allow for each read."""
        deadline = time.monotonic() + float(self.timeout or 0.0)
        self.response_class = partial(_DeadlineResponse, deadline=deadline)  # type: ignore[assignment]  # a factory
        return super().getresponse()


class _GuardedTlsConnection(_GuardedConnection, HTTPSConnection):
    """A guarded connection over TLS."""


class GuardedAdapter(HTTPAdapter):
    """A transport over guarded connections, which stay open for later searches.

    `allows_private`: whether they may go to private and loopback addresses. Adapters never share connections, so one
    that was opened where this is allowed is never used where it is not.
    """

    def __init__(self, *, allows_private: bool, connections: int) -> None:
        self._allows_private = allows_private
        super().__init__(pool_connections=_HOSTS, pool_maxsize=connections)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Create connection pools that open guarded connections."""
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
        """Return no target. Even without following a redirect, requests would read its whole body to prepare for it."""


def create_guarded_session(*, allows_private: bool, connections: int, ca_file: Path | None = None) -> requests.Session:
    """Create a session that keeps connections and nothing else: no redirects, cookies, proxies or .netrc."""
    session = _Session()
    session.verify = str(ca_file) if ca_file else True
    session.trust_env = False  # no proxy or .netrc may redirect a token
    # A cookie that a server sets in one call must not be sent with the next, which may be for another user.
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    adapter = GuardedAdapter(allows_private=allows_private, connections=connections)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
