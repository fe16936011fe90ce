"""Read an EHR's FHIR server: run the searches of a call in parallel under one deadline, and never store the token."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cds_service.ehr.access import Access
from cds_service.ehr.connections import create_guarded_session
from cds_service.ehr.page_fetcher import PageFetcher
from cds_service.ehr.received import Received
from cds_service.ehr.search import Search
from cds_service.ehr.search_result import INVALID_REQUEST, RESTING, TOO_LATE, Fault, SearchFailed, SearchResult
from cds_service.ehr.servers import CircuitBreaker, ServerRegistry

_logger = logging.getLogger(__name__)
_NO_LINKS: Mapping[str, str] = MappingProxyType({})
_NO_TESTS: Mapping[str, Callable[[Sequence[bytes]], bool]] = MappingProxyType({})


class EhrClient:
    """A client that reads FHIR servers with the caller's token. It keeps connections and threads, never data.

    Args:
        timeout_s: Seconds that all searches of one call have together.
        threads: The most searches that run at the same time.
        ca_file: The certificate authorities to trust instead of the public ones.
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
        self,
        access: Access,
        queries: Mapping[str, str],
        next_links: Mapping[str, str] = _NO_LINKS,
        is_enough: Mapping[str, Callable[[Sequence[bytes]], bool]] = _NO_TESTS,
    ) -> dict[str, SearchResult]:
        """Return the result of each search by key, as far as it is there by the deadline.

        Args:
            access: The server to read.
            queries: The searches to start, by key.
            next_links: Links to the next pages of Bundles that the caller already has, by key.
            is_enough: For searches that need not be read to their end, whether the pages so far are enough, by key.
        """
        server = self._servers.get(access.base_url)
        if not server.breaker.allows_call():
            return {key: SearchResult(fault=RESTING) for key in (*queries, *next_links)}
        deadline = self.deadline_of(access)
        fetcher = PageFetcher(self._sessions[access.allows_private], server, access, deadline)
        running = {key: self._submit(fetcher, query, None, is_enough.get(key)) for key, query in queries.items()}
        running |= {key: self._submit(fetcher, "", link, is_enough.get(key)) for key, link in next_links.items()}
        self._wait((future for _, future in running.values()), deadline)
        results = {key: _collect_result(search, future) for key, (search, future) in running.items()}
        _update_breaker(server.breaker, results)
        return results

    def fetch_files(self, access: Access, urls: Mapping[str, str], limit: int) -> dict[str, Received | Fault]:
        """Return what each URL of the server holds, or why it was not read, by key. `limit`: bytes of each."""
        server = self._servers.get(access.base_url)
        if not urls or not server.breaker.allows_call():
            return dict.fromkeys(urls, RESTING)
        deadline = self.deadline_of(access)
        fetcher = PageFetcher(self._sessions[access.allows_private], server, access, deadline)
        running = {key: self._pool.submit(fetcher.fetch_file, url, limit) for key, url in urls.items()}
        self._wait(running.values(), deadline)
        return {key: _collect_file(future) for key, future in running.items()}

    def deadline_of(self, access: Access) -> float:
        """Return when a call must have its data: within the client's own time, and by the call's deadline."""
        own = time.monotonic() + self.timeout_s
        return own if access.deadline is None else min(own, access.deadline)

    def _wait(self, futures: Iterable[Future[Any]], deadline: float) -> None:
        wait(list(futures), timeout=max(0.0, deadline - time.monotonic()))

    def _submit(
        self,
        fetcher: PageFetcher,
        query: str,
        next_link: str | None,
        is_enough: Callable[[Sequence[bytes]], bool] | None,
    ) -> tuple[Search, Future[SearchResult]]:
        search = Search(fetcher, is_enough)
        return search, self._pool.submit(search.run, query, next_link)

    def close(self) -> None:
        """Close the connections and stop the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for session in self._sessions.values():
            session.close()


def _collect_result(search: Search, future: Future[SearchResult]) -> SearchResult:
    """Return the result of a search; if it is still running, the pages it has so far."""
    if not future.done():
        future.cancel()
        return SearchResult(tuple(search.pages), TOO_LATE)
    error = future.exception()
    if error is not None:
        # Our own bug fails this search, not the call. Its text may hold chart data, so it is not logged.
        _logger.error("fhir search failed", extra={"kind": type(error).__name__})
        return SearchResult(tuple(search.pages), INVALID_REQUEST)
    return future.result()


def _collect_file(future: Future[Received]) -> Received | Fault:
    """Return the file, or why there is none."""
    if not future.done():
        future.cancel()
        return TOO_LATE
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, SearchFailed):
        return error.fault
    _logger.error("fhir search failed", extra={"kind": type(error).__name__})
    return INVALID_REQUEST


def _update_breaker(breaker: CircuitBreaker, results: Mapping[str, SearchResult]) -> None:
    """Tell the breaker whether the server is up: it is if it answered any search of the call.

    If we refused to send every search, the call says nothing about the server.
    """
    is_up = {result.fault.is_server_up if result.fault and not result.pages else True for result in results.values()}
    if True in is_up:
        breaker.record_success()
    elif False in is_up:
        delays = [result.retry_after for result in results.values() if result.retry_after]
        breaker.record_failure(max(delays, default=None))
