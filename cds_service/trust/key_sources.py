"""The sources of a client's keys: a file, or an https URL of the client table. Never a URL that a token names."""

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import requests
from urllib3.exceptions import HTTPError

_CONNECT_S, _TOTAL_S = 1.0, 2.0  # short: a call may be waiting for the key
_SIZE_LIMIT = 262_144  # bytes
_CHUNK = 16_384  # bytes
_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,9})\"?\s*(?:,|$)", re.IGNORECASE)
_NO_CACHE = re.compile(r"(?:^|,)\s*no-(?:store|cache)\b", re.IGNORECASE)


class FetchedKeySet(NamedTuple):
    """A key set's bytes, and for how many seconds they may be cached, if the response says so."""

    data: bytes
    max_age: int | None = None


class SourceUnavailable(Exception):
    """The keys cannot be fetched now. The message is an error type or a status, never content."""


class KeySource(Protocol):
    """A place to fetch a key set from."""

    def fetch(self) -> FetchedKeySet:
        """Fetch the current key set.

        Raises:
            SourceUnavailable: it cannot be fetched.
        """
        ...


@dataclass(frozen=True, slots=True)
class FileKeySource:
    """A key set exchanged out of band (CDS Hooks 2.0, "Trusting CDS Clients"). A new file needs no restart."""

    path: Path

    def fetch(self) -> FetchedKeySet:
        """Read the file."""
        try:
            return FetchedKeySet(self.path.read_bytes())
        except OSError as error:
            raise SourceUnavailable(type(error).__name__) from None


@dataclass(frozen=True, slots=True)
class UrlKeySource:
    """A key set at an https URL. Proxy and certificate authorities may come from the environment, credentials never."""

    url: str

    def fetch(self) -> FetchedKeySet:
        """Fetch the body of a 200 response. Redirects are not followed."""
        try:
            with requests.Session() as session:
                session.auth = _no_credentials
                return _fetch_url(session, self.url)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise SourceUnavailable(type(error).__name__) from None


def _no_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request  # without this, requests would take credentials from a .netrc file


def _fetch_url(session: requests.Session, url: str) -> FetchedKeySet:
    deadline = time.monotonic() + _TOTAL_S
    headers = {"Accept": "application/jwk-set+json, application/json"}
    timeout = (_CONNECT_S, _TOTAL_S)
    with session.get(url, headers=headers, timeout=timeout, allow_redirects=False, stream=True) as response:
        if response.status_code != requests.codes.ok:
            raise SourceUnavailable(f"status {response.status_code}")
        body = b""
        while chunk := response.raw.read1(
            _CHUNK, decode_content=True
        ):  # read1 returns what has arrived, so the deadline holds for slow servers
            body += chunk
            if len(body) > _SIZE_LIMIT or time.monotonic() > deadline:
                raise SourceUnavailable("too large or too slow")
        return FetchedKeySet(body, _parse_max_age(response.headers.get("Cache-Control", "")))


def _parse_max_age(cache_control: str) -> int | None:
    if _NO_CACHE.search(cache_control):
        return 0
    match = _MAX_AGE.search(cache_control)
    return int(match[1]) if match else None
