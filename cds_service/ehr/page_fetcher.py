"""Fetch pages from one FHIR server in the way it accepts requests, within limits on time and size."""

import re
import time
from collections.abc import Mapping
from threading import Lock
from typing import Final
from urllib.parse import parse_qsl, urlencode

import requests
import urllib3
from urllib3.exceptions import HTTPError, ProtocolError

from cds_service.ehr.access import Access
from cds_service.ehr.received import Received
from cds_service.ehr.search_result import (
    BROKEN_OFF,
    INVALID_REQUEST,
    NO_ROOM,
    NO_TLS,
    TOO_LARGE,
    TOO_LATE,
    UNREACHABLE,
    SearchFailed,
    status_fault,
)
from cds_service.ehr.servers import FHIR_JSON, FhirServer

PAGE_LIMIT: Final = 5_000_000  # bytes of one page, decompressed
CALL_LIMIT: Final = 20_000_000  # bytes of all pages of a call
_COUNT: Final = "100"  # entries per page that we ask for: the usual default of 10 or 20 costs many round trips
_CHUNK: Final = 65_536  # bytes per read
_TOKEN = re.compile(r"[\x21-\x7e]+")  # the characters that a header may carry in a token (RFC 6750)
_FORWARDED_HEADERS = frozenset({"traceparent", "tracestate", "x-request-id"})
# A Binary comes as a resource, or as what it holds: either is read.
_ANY_FORM: Final = "application/fhir+json, */*;q=0.5"
_WRONG_ACCEPT, _POST_UNSUPPORTED = 406, frozenset({400, 403, 404, 405, 415, 422, 501})


class _ByteBudget:
    """The number of bytes that all searches of one call may still receive."""

    def __init__(self) -> None:
        self._remaining = CALL_LIMIT
        self._lock = Lock()

    def spend(self, size: int) -> bool:
        """Spend `size` bytes and return whether the budget allowed them."""
        with self._lock:
            self._remaining -= size
            return self._remaining >= 0


class PageFetcher:
    """Fetches pages from one server for one call. `deadline` is when it gives up, on the monotonic clock."""

    def __init__(self, session: requests.Session, server: FhirServer, access: Access, deadline: float) -> None:
        self.base_url = access.base_url.rstrip("/")
        self._session = session
        self._server = server
        self._access = access
        self._byte_budget = _ByteBudget()
        self._deadline = deadline

    def fetch_first_page(self, query: str) -> bytes:
        """Return the first page of a query.

        A read uses GET. A search uses POST, so that no URL names the patient, or GET if the server rejects POST.

        Raises:
            SearchFailed: Says why there is no page.
        """
        path, _, parameters = query.partition("?")
        if not parameters:
            return self.fetch_page(f"{self.base_url}/{path}")
        sized = parameters if "_count=" in parameters else f"{parameters}&_count={_COUNT}"
        if self._server.supports_post is False:
            return self.fetch_page(f"{self.base_url}/{path}?{sized}")
        try:
            page = self._request("POST", f"{self.base_url}/{path}/_search", urlencode(parse_qsl(sized)))
        except _StatusError as error:
            return self._retry_by_get(error, f"{self.base_url}/{path}?{sized}")
        self._server.supports_post = True
        return page

    def _retry_by_get(self, error: "_StatusError", url: str) -> bytes:
        """Retry by GET if the status may mean that the server rejects POST, and remember that if it works.

        A server that has accepted POST before is refusing this search, unless it answers 405.
        """
        if error.status not in _POST_UNSUPPORTED or (self._server.supports_post and error.status != 405):
            raise error
        page = self.fetch_page(url)
        if self._server.supports_post is None:
            self._server.supports_post = False
        return page

    def fetch_page(self, url: str) -> bytes:
        """Return the page at a URL. The caller has checked that the URL may be read.

        Raises:
            SearchFailed: Says why there is no page.
        """
        return self._request("GET", url)

    def fetch_file(self, url: str, limit: int) -> Received:
        """Return what is at the URL of a Binary, at most `limit` bytes. The caller has checked that it may be read.

        Raises:
            SearchFailed: Says why there is none.
        """
        try:
            return self._send("GET", url, None, _ANY_FORM, limit)
        except _ConnectionReset:
            return self._send("GET", url, None, _ANY_FORM, limit)

    def _request(self, method: str, url: str, form: str | None = None) -> bytes:
        """Return one page. Retry once if the server wants another media type or a reused connection had been closed."""
        accept = self._server.accept  # read once: another search may change it in the meantime
        try:
            return self._send(method, url, form, accept).body
        except _StatusError as error:
            if error.status != _WRONG_ACCEPT or accept != FHIR_JSON:
                raise
            page = self._send(method, url, form, "application/json").body
            self._server.accept = "application/json"
            return page
        except _ConnectionReset:
            return self._send(method, url, form, accept).body

    def _send(self, method: str, url: str, form: str | None, accept: str, limit: int = PAGE_LIMIT) -> Received:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise SearchFailed(TOO_LATE)
        headers = self._headers(accept, form)
        try:
            with self._session.request(
                method,
                url,
                data=form,
                headers=headers,
                timeout=urllib3.Timeout(total=remaining),  # type: ignore[arg-type]  # the adapter passes it through
                allow_redirects=False,
                stream=True,
            ) as response:
                if response.status_code != requests.codes.ok:
                    raise _StatusError(response)
                body = self._receive_body(response.raw, limit)
                if not self._access.has_room_for(body):
                    raise SearchFailed(NO_ROOM)
                return Received(body, response.headers.get("Content-Type", ""))
        except (requests.RequestException, HTTPError, UnicodeError) as error:
            # Neither the URL nor the cause, which may contain the URL, may reach a log.
            raise _to_search_failed(error) from None

    def _headers(self, accept: str, form: str | None) -> Mapping[str, str]:
        forwarded = {
            name: value for name, value in self._access.trace_headers.items() if name.lower() in _FORWARDED_HEADERS
        }
        headers = forwarded | {"Accept": accept}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if self._access.token is not None:
            if not _TOKEN.fullmatch(self._access.token):
                raise SearchFailed(INVALID_REQUEST)
            headers["Authorization"] = f"Bearer {self._access.token}"
        return headers

    def _receive_body(self, raw: urllib3.HTTPResponse, limit: int) -> bytes:
        """Read the whole body. Limits apply to its decompressed size."""
        body = bytearray()
        while chunk := raw.read1(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > limit or not self._byte_budget.spend(len(chunk)):
                raise SearchFailed(TOO_LARGE)
            if time.monotonic() > self._deadline:
                raise SearchFailed(TOO_LATE)
        return bytes(body)


class _StatusError(SearchFailed):
    """The server answered with a status other than 200."""

    def __init__(self, response: requests.Response) -> None:
        delay = response.headers.get("Retry-After", "").strip()
        is_seconds = delay.isascii() and delay.isdigit() and len(delay) < 6
        super().__init__(status_fault(response.status_code), float(delay) if is_seconds else None)
        self.status = response.status_code


class _ConnectionReset(SearchFailed):
    """The connection broke before a response began, as a reused connection does that the server had closed."""


def _to_search_failed(error: Exception) -> SearchFailed:
    cause = error.args[0] if error.args else None
    match error:
        case requests.ConnectionError() if isinstance(cause, ProtocolError):
            return _ConnectionReset(BROKEN_OFF)
        case requests.Timeout() | urllib3.exceptions.TimeoutError():
            return SearchFailed(TOO_LATE)
        case requests.exceptions.SSLError():
            return SearchFailed(NO_TLS)
        case requests.ConnectionError():
            return SearchFailed(UNREACHABLE)
        case HTTPError():
            return SearchFailed(BROKEN_OFF)
        case _:
            return SearchFailed(INVALID_REQUEST)
