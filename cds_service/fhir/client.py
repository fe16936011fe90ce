"""Reading an EHR's FHIR server: searches at once, one deadline, no redirects, and a token that is never kept."""

import http.cookiejar
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from urllib.parse import urljoin, urlsplit

import msgspec
import requests
from requests.adapters import HTTPAdapter

from cds_service.errors import FhirUnavailable
from cds_service.fhir.bundles import Bundle

_PAGES = 10  # pages of one search that are followed
_CHUNK = 65_536  # bytes read at once
_BODY_LIMIT = 5_000_000  # bytes of one page
NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
_BUNDLE = msgspec.json.Decoder(Bundle)


@dataclass(frozen=True, slots=True)
class Access:
    """A FHIR server this call may read, and the caller's bearer token if it gave one.

    `trace_headers` go with each request. `until`: when, on the steady clock, the call must have its data.
    """

    base: str
    token: str | None = field(default=None, repr=False)
    trace_headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)
    until: float | None = None


class EhrClient:
    """Reads FHIR servers with the caller's token. Keeps connections and threads, never data.

    `deadline` is the seconds all searches of one call have together. `threads` bounds how many run at once.
    """

    def __init__(self, deadline: float = 1.5, threads: int = 32) -> None:
        self.deadline = deadline
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="fhir")
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy or .netrc may change where a token goes
        # A cookie a server sets for one call must not go out with the next, which may be another user's.
        self._session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_connections=16, pool_maxsize=threads)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def read(self, access: Access, queries: Mapping[str, str]) -> dict[str, list[bytes]]:
        """The pages each query brought, by key. A query that failed or came too late is missing from the answer."""
        now = time.monotonic()
        until = now + self.deadline if access.until is None else min(now + self.deadline, access.until)
        running = {key: self._pool.submit(self._search, access, query, until) for key, query in queries.items()}
        wait(running.values(), timeout=max(0.0, until - now))
        return {key: pages for key, future in running.items() if (pages := _result(future)) is not None}

    def close(self) -> None:
        """Give connections and threads back."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._session.close()

    def _search(self, access: Access, query: str, until: float) -> list[bytes]:
        url: str | None = f"{access.base.rstrip('/')}/{query}"
        pages: list[bytes] = []
        while url and len(pages) < _PAGES:
            pages.append(self._get(url, access, until))
            url = _next(pages[-1], url)
        return pages

    def _get(self, url: str, access: Access, until: float) -> bytes:
        left = until - time.monotonic()
        if left <= 0:
            raise FhirUnavailable("the deadline has passed")
        headers = {"Accept": "application/fhir+json", **access.trace_headers}
        if access.token:
            headers["Authorization"] = f"Bearer {access.token}"
        try:
            with self._session.get(url, headers=headers, timeout=left, allow_redirects=False, stream=True) as response:
                if response.status_code != requests.codes.ok:
                    raise FhirUnavailable(f"status {response.status_code}")
                return _body(response, until)
        except requests.RequestException as error:
            # Neither the URL, which holds a patient's id, nor the cause may reach a log.
            raise FhirUnavailable(type(error).__name__) from None


def _body(response: requests.Response, until: float) -> bytes:
    """The whole body, as it comes: a server that sends a byte now and then must not hold a thread for good."""
    body = b""
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > _BODY_LIMIT:
            raise FhirUnavailable("a page is too large")
        if time.monotonic() > until:
            raise FhirUnavailable("the deadline has passed")
    return body


def _result(future: Future[list[bytes]]) -> list[bytes] | None:
    if not future.done():
        future.cancel()
        return None
    return None if future.exception() else future.result()


def _next(page: bytes, url: str) -> str | None:
    """The next page, on the same origin alone: a token goes nowhere else."""
    try:
        links = _BUNDLE.decode(page).link or []
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    given = next((link.url for link in links if link.relation == "next" and link.url), None)
    if given is None:
        return None
    try:
        following = urljoin(url, given)
        here, there = urlsplit(url), urlsplit(following)
    except ValueError:  # no URL at all
        return None
    return following if (here.scheme, here.netloc) == (there.scheme, there.netloc) else None
