"""Where a client's keys come from: a file, or one https URL of the client table. Never a URL that a token names."""

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import requests
from urllib3.exceptions import HTTPError

_CONNECT_S, _TOTAL_S = 1.0, 2.0  # a call may be waiting for the key
_SIZE_LIMIT = 262_144  # bytes
_CHUNK = 16_384  # bytes
_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,9})\"?\s*(?:,|$)", re.IGNORECASE)
_NO_CACHE = re.compile(r"(?:^|,)\s*no-(?:store|cache)\b", re.IGNORECASE)


class FetchedKeySet(NamedTuple):
    """A key set's bytes, and the seconds it says it holds for; None: it does not say."""

    data: bytes
    max_age: int | None = None


class SourceUnavailable(Exception):
    """The keys cannot be had just now. The message is a kind of error or a status, no content."""


class KeySource(Protocol):
    """Somewhere to read a key set from."""

    def fetch(self) -> FetchedKeySet:
        """The key set as it stands now.

        Raises:
            SourceUnavailable: it cannot be had.
        """
        ...


@dataclass(frozen=True, slots=True)
class FileKeySource:
    """A key set agreed out of band (CDS Hooks 2.0, "Trusting CDS Clients"); a new file needs no restart."""

    path: Path

    def fetch(self) -> FetchedKeySet:
        """The file's bytes."""
        try:
            return FetchedKeySet(self.path.read_bytes())
        except OSError as error:
            raise SourceUnavailable(type(error).__name__) from None


@dataclass(frozen=True, slots=True)
class UrlKeySource:
    """A key set at an https URL. A proxy and certificate authorities may come from the environment, credentials not."""

    url: str

    def fetch(self) -> FetchedKeySet:
        """The body of a plain 200; a redirect is not followed."""
        try:
            with requests.Session() as session:
                session.auth = _no_credentials
                return _fetch_url(session, self.url)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise SourceUnavailable(type(error).__name__) from None


def _no_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request  # or a .netrc could add some


def _fetch_url(session: requests.Session, url: str) -> FetchedKeySet:
    until = time.monotonic() + _TOTAL_S
    headers = {"Accept": "application/jwk-set+json, application/json"}
    timeout = (_CONNECT_S, _TOTAL_S)
    with session.get(url, headers=headers, timeout=timeout, allow_redirects=False, stream=True) as response:
        if response.status_code != requests.codes.ok:
            raise SourceUnavailable(f"status {response.status_code}")
        body = b""
        while chunk := response.raw.read1(_CHUNK, decode_content=True):  # as it comes: a dripping server is noticed
            body += chunk
            if len(body) > _SIZE_LIMIT or time.monotonic() > until:
                raise SourceUnavailable("too large or too slow")
        return FetchedKeySet(body, _parse_max_age(response.headers.get("Cache-Control", "")))


def _parse_max_age(cache_control: str) -> int | None:
    if _NO_CACHE.search(cache_control):
        return 0
    match = _MAX_AGE.search(cache_control)
    return int(match[1]) if match else None
