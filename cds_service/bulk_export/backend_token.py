"""Access tokens of a SMART backend service: `private_key_jwt` (SMART App Launch 2.2, "Backend Services")."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

import jwt
import requests
from jwt.exceptions import PyJWTError

from cds_service.errors import ExportRefused

_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ALGORITHMS: Final = {"RSA": "RS384", "EC": "ES384"}
_LIFETIME: Final = timedelta(minutes=4)  # of an assertion: five at most
_EARLY: Final = timedelta(seconds=30)  # before its end a token is not used any more
_TIMEOUT: Final = 60


class ExportSession(requests.Session):
    """A session that takes no password from a .netrc, where requests looks for one, and never goes on in the clear.

    Proxies and certificates are the environment's, as for other programs.
    """

    def __init__(self) -> None:
        super().__init__()
        self.auth = lambda request: request  # whoever has one is not looked up

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Keep the token from another server that a redirect leads to."""
        url = require_safe(str(prepared_request.url), "a redirect's Location")
        if self.should_strip_auth(response.request.url, url):  # type: ignore[no-untyped-call]
            prepared_request.headers.pop("Authorization", None)


class BackendToken:
    """The token of one client at one server. It is renewed shortly before it ends."""

    def __init__(
        self, base: str, client_id: str, key: jwt.PyJWK, types: list[str], clock: Callable[[], datetime]
    ) -> None:
        self._base, self._client_id, self._key, self._types, self._clock = base, client_id, key, types, clock
        self._session, self._token, self._ends = ExportSession(), "", clock()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Authorize a request, with a new token if need be.

        Raises:
            ExportRefused: the server names no https token endpoint, or gives none; says what its error is called.
        """
        if self._clock() >= self._ends:
            self._renew()
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def forget(self) -> None:
        """Renew the token at the next request: the server has refused it before its end."""
        self._ends = self._clock()

    def _renew(self) -> None:
        response = self._session.get(f"{self._base}/.well-known/smart-configuration", timeout=_TIMEOUT)
        configuration = _read_object(response) if response.ok else {}
        url = require_safe(str(configuration.get("token_endpoint", "")), "the SMART configuration's token_endpoint")
        letters = "rs" if "permission-v2" in configuration.get("capabilities", ()) else "read"
        form = {
            "grant_type": "client_credentials",
            "scope": " ".join(f"system/{name}.{letters}" for name in self._types),
            "client_assertion_type": _ASSERTION,
            "client_assertion": self._sign(url),
        }
        response = self._session.post(url, data=form, headers={"Accept": "application/json"}, timeout=_TIMEOUT)
        answer = _read_object(response)
        if not response.ok or not isinstance(answer.get("access_token"), str):
            raise ExportRefused(f"the server gives no token: {response.status_code} {answer.get('error', '')}".rstrip())
        self._token = answer["access_token"]
        self._ends = self._clock() + timedelta(seconds=float(answer.get("expires_in") or 300)) - _EARLY

    def _sign(self, audience: str) -> str:
        claims: dict[str, Any] = dict.fromkeys(("iss", "sub"), self._client_id)
        claims |= {"aud": audience, "exp": self._clock() + _LIFETIME, "jti": str(uuid4())}
        return jwt.encode(claims, self._key.key, self._key.algorithm_name, {"kid": self._key.key_id})


def read_private_key(path: Path) -> jwt.PyJWK:
    """Return the private key of a file that holds one JSON Web Key (RFC 7517).

    Raises:
        ExportRefused: it is no private key with a `kid`. The message holds nothing of the key.
    """
    try:
        key = json.loads(path.read_bytes())
        if "d" in key and isinstance(key.get("kid"), str):
            return jwt.PyJWK(key, key.get("alg") or _ALGORITHMS[key["kty"]])
    except (OSError, ValueError, TypeError, KeyError, AttributeError, PyJWTError):
        pass
    raise ExportRefused(f"{path}: must be a private JSON Web Key, RSA or EC, with its kid")


def require_safe(url: str, name: str) -> str:
    """Return a URL that a token or a chart may travel to: https, or this machine.

    Raises:
        ExportRefused: it is another.
    """
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}):
        return url
    raise ExportRefused(f"{name} must be an https URL")


def _read_object(response: requests.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
