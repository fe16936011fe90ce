"""One request to one FHIR server: asked in a way the server takes, within time and size."""

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
from cds_service.ehr.search_result import (
    BROKEN_OFF,
    INVALID_REQUEST,
    NO_TLS,
    TOO_LARGE,
    TOO_LATE,
    UNREACHABLE,
    Fault,
    SearchFailed,
    status_fault,
)
from cds_service.ehr.servers import FHIR_JSON, FhirServer

PAGE_LIMIT: Final = 5_000_000  # bytes of one page, unpacked
CALL_LIMIT: Final = 20_000_000  # bytes of all pages of a call
_COUNT: Final = "100"  # entries we ask a page to hold: servers' own choice of 10 or 20 costs many round trips
_CHUNK: Final = 65_536  # bytes read at once
_TOKEN = re.compile(r"[\x21-\x7e]+")  # what a header can carry of a token (RFC 6750)
_FORWARDED_HEADERS = frozenset({"traceparent", "tracestate", "x-request-id"})
_WRONG_ACCEPT, _POST_UNSUPPORTED = 406, frozenset({400, 403, 404, 405, 415, 422, 501})


class _ByteBudget:
    """The bytes that all searches of one call may still bring."""

    def __init__(self) -> None:
        self._remaining = CALL_LIMIT
        self._lock = Lock()

    def spend(self, size: int) -> bool:
        """Whether so many more are allowed."""
        with self._lock:
            self._remaining -= size
            return self._remaining >= 0


class PageFetcher:
    """Asks one server for pages, for one call. `until` is the moment, on the monotonic clock, at which it gives up."""

    def __init__(self, session: requests.Session, server: FhirServer, access: Access, deadline: float) -> None:
        self.base_url = access.base_url.rstrip("/")
        self._session = session
        self._server = server
        self._access = access
        self._byte_budget = _ByteBudget()
        self._deadline = deadline

    def fetch_first_page(self, query: str) -> bytes:
        """The first page of a query.

        A read goes by GET. A search goes by POST, so that no URL names the patient; by GET where POST is not taken.

        Raises:
            SearchFailed: saying why.
        """
        path, _, parameters = query.partition("?")
        if not parameters:
            return self.fetch_page(f"{self.base_url}/{path}")
        sized = parameters if "_count=" in parameters else f"{parameters}&_count={_COUNT}"
        if self._server.supports_post is False:
            return self.fetch_page(f"{self.base_url}/{path}?{sized}")
        try:
            page = self._request("POST", f"{self.base_url}/{path}/_search", urlencode(parse_qsl(sized)))
        except _StatusError as refused:
            return self._retry_by_get(refused, f"{self.base_url}/{path}?{sized}")
        self._server.supports_post = True
        return page

    def _retry_by_get(self, error: "_StatusError", url: str) -> bytes:
        """Ask a server that does not take POST by GET, now and later; one that takes it elsewhere meant its refusal."""
        if error.status not in _POST_UNSUPPORTED or (self._server.supports_post and error.status != 405):
            raise error
        page = self.fetch_page(url)
        if self._server.supports_post is None:
            self._server.supports_post = False
        return page

    def fetch_page(self, url: str) -> bytes:
        """The page at a URL, which is the caller's to check.

        Raises:
            SearchFailed: saying why.
        """
        return self._request("GET", url)

    def _request(self, method: str, url: str, form: str | None = None) -> bytes:
        """One page; asked again where the server wants another media type, or a kept connection had ended."""
        accept = self._server.accept  # another search may find out meanwhile what the server wants
        try:
            return self._send(method, url, form, accept)
        except _StatusError as refused:
            if refused.status != _WRONG_ACCEPT or accept != FHIR_JSON:
                raise
            page = self._send(method, url, form, "application/json")
            self._server.accept = "application/json"
            return page
        except _ConnectionReset:
            return self._send(method, url, form, accept)

    def _send(self, method: str, url: str, form: str | None, accept: str) -> bytes:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise SearchFailed(TOO_LATE)
        headers = self._headers(accept, form)
        try:
            with self._session.request(
                method,
                url,
                data=form,
                headers=headers,
                timeout=urllib3.Timeout(total=left),  # type: ignore[arg-type]  # the adapter takes it as it is
                allow_redirects=False,
                stream=True,
            ) as response:
                _require_ok(response)
                return self._receive_body(response.raw)
        except (requests.RequestException, HTTPError, UnicodeError) as error:
            # Neither the URL nor the cause, which may hold it, may reach a log.
            raise _to_search_failed(error) from None

    def _headers(self, accept: str, form: str | None) -> Mapping[str, str]:
        passed = {
            name: value for name, value in self._access.trace_headers.items() if name.lower() in _FORWARDED_HEADERS
        }
        headers = passed | {"Accept": accept}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if self._access.token is not None:
            if not _TOKEN.fullmatch(self._access.token):
                raise SearchFailed(INVALID_REQUEST)
            headers["Authorization"] = f"Bearer {self._access.token}"
        return headers

    def _receive_body(self, raw: urllib3.HTTPResponse) -> bytes:
        """The whole body, counted as it is unpacked."""
        body = bytearray()
        while chunk := raw.read1(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > PAGE_LIMIT or not self._byte_budget.spend(len(chunk)):
                raise SearchFailed(TOO_LARGE)
            if time.monotonic() > self._deadline:
                raise SearchFailed(TOO_LATE)
        return bytes(body)


class _StatusError(SearchFailed):
    """Answered with a status other than 200."""

    def __init__(self, status: int, retry_after: float | None) -> None:
        super().__init__(status_fault(status), retry_after)
        self.status = status


class _ConnectionReset(SearchFailed):
    """The connection broke before an answer began, as a kept one does that the server had closed."""


def _require_ok(response: requests.Response) -> None:
    if response.status_code != requests.codes.ok:
        asked = response.headers.get("Retry-After", "").strip()
        is_short = asked.isascii() and asked.isdigit() and len(asked) < 6
        raise _StatusError(response.status_code, float(asked) if is_short else None)


def _to_search_failed(error: Exception) -> SearchFailed:
    cause = error.args[0] if error.args else None
    if isinstance(error, requests.ConnectionError) and isinstance(cause, ProtocolError):
        return _ConnectionReset(BROKEN_OFF)
    return SearchFailed(_classify_error(error))


def _classify_error(error: Exception) -> Fault:
    match error:
        case requests.Timeout() | urllib3.exceptions.TimeoutError():
            return TOO_LATE
        case requests.exceptions.SSLError():
            return NO_TLS
        case requests.ConnectionError():
            return UNREACHABLE
        case HTTPError():
            return BROKEN_OFF
        case _:
            return INVALID_REQUEST
