"""Reading an EHR's FHIR server: searches at once, one deadline, and a token that is never kept."""

import logging
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from types import MappingProxyType

from cds_service.ehr.access import Access
from cds_service.ehr.connections import create_guarded_session
from cds_service.ehr.page_fetcher import PageFetcher
from cds_service.ehr.search import Search
from cds_service.ehr.search_result import INVALID_REQUEST, RESTING, TOO_LATE, SearchResult
from cds_service.ehr.servers import CircuitBreaker, ServerRegistry

_logger = logging.getLogger(__name__)
_NO_LINKS: Mapping[str, str] = MappingProxyType({})


class EhrClient:
    """Reads FHIR servers with the caller's token. Keeps connections, threads and servers' habits, never data.

    `deadline` is the seconds all searches of one call have together. `threads` bounds how many run at once. `ca_file`
    holds the authorities that vouch for servers, in place of the public ones.
    """

    def __init__(self, timeout_s: float = 1.5, threads: int = 32, ca_file: Path | None = None) -> None:
        self.timeout_s = timeout_s
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="fhir")
        self._sessions = {
            allowed: create_guarded_session(allows_private=allowed, connections=threads, ca_file=ca_file)
            for allowed in (False, True)
        }
        self._servers = ServerRegistry()

    def fetch(
        self, access: Access, queries: Mapping[str, str], next_links: Mapping[str, str] = _NO_LINKS
    ) -> dict[str, SearchResult]:
        """What each query brought by the deadline, by key; `pages`: links to the next pages of Bundles in hand."""
        server = self._servers.get(access.base_url)
        if not server.breaker.allows_call():
            return {key: SearchResult(fault=RESTING) for key in (*queries, *next_links)}
        now = time.monotonic()
        until = now + self.timeout_s if access.deadline is None else min(now + self.timeout_s, access.deadline)
        asker = PageFetcher(self._sessions[access.allows_private], server, access, until)
        running = {key: self._submit(asker, query) for key, query in queries.items()}
        running |= {key: self._submit(asker, "", page) for key, page in next_links.items()}
        wait([future for _, future in running.values()], timeout=max(0.0, until - time.monotonic()))
        found = {key: _collect_result(search, future) for key, (search, future) in running.items()}
        _update_breaker(server.breaker, found)
        return found

    def _submit(
        self, fetcher: PageFetcher, query: str, next_link: str | None = None
    ) -> tuple[Search, Future[SearchResult]]:
        search = Search(fetcher)
        return search, self._pool.submit(search.run, query, next_link)

    def close(self) -> None:
        """Give connections and threads back."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for session in self._sessions.values():
            session.close()


def _collect_result(search: Search, future: Future[SearchResult]) -> SearchResult:
    """What a search brought; what it has so far, if it is not done."""
    if not future.done():
        future.cancel()
        return SearchResult(tuple(search.pages), TOO_LATE)
    error = future.exception()
    if error is not None:  # a fault of ours costs the search, not the call; its text may hold chart data
        _logger.error("fhir search failed", extra={"kind": type(error).__name__})
        return SearchResult(tuple(search.pages), INVALID_REQUEST)
    return future.result()


def _update_breaker(breaker: CircuitBreaker, results: Mapping[str, SearchResult]) -> None:
    """A server is up if it answered any search of a call; a call that was all refused here says nothing of it."""
    signs = {one.fault.is_server_up if one.fault and not one.pages else True for one in results.values()}
    if True in signs:
        breaker.record_success()
    elif False in signs:
        breaker.record_failure(max((one.retry_after for one in results.values() if one.retry_after), default=None))
