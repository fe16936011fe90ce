"""Reading an EHR's FHIR server: searches at once, one deadline, and a token that is never kept."""

import logging
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from types import MappingProxyType

from cds_service.fhir.access.asking import Asker
from cds_service.fhir.access.connections import guarded_session
from cds_service.fhir.access.searching import Search
from cds_service.fhir.access.servers import Breaker, Servers
from cds_service.fhir.access.values import BAD_REQUEST, RESTING, TOO_LATE, Access, Found

__all__ = ["Access", "EhrClient"]

_logger = logging.getLogger(__name__)
_NO_PAGES: Mapping[str, str] = MappingProxyType({})


class EhrClient:
    """Reads FHIR servers with the caller's token. Keeps connections, threads and servers' habits, never data.

    `deadline` is the seconds all searches of one call have together. `threads` bounds how many run at once. `ca_file`
    holds the authorities that vouch for servers, in place of the public ones.
    """

    def __init__(self, deadline: float = 1.5, threads: int = 32, ca_file: Path | None = None) -> None:
        self.deadline = deadline
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="fhir")
        self._sessions = {
            allowed: guarded_session(allows_private=allowed, connections=threads, ca_file=ca_file)
            for allowed in (False, True)
        }
        self._servers = Servers()

    def read(
        self, access: Access, queries: Mapping[str, str], pages: Mapping[str, str] = _NO_PAGES
    ) -> dict[str, Found]:
        """What each query brought by the deadline, by key; `pages`: links to the next pages of Bundles in hand."""
        server = self._servers.of(access.base)
        if not server.breaker.admits():
            return {key: Found(fault=RESTING) for key in (*queries, *pages)}
        now = time.monotonic()
        until = now + self.deadline if access.until is None else min(now + self.deadline, access.until)
        asker = Asker(self._sessions[access.allows_private], server, access, until)
        running = {key: self._start(asker, query) for key, query in queries.items()}
        running |= {key: self._start(asker, "", page) for key, page in pages.items()}
        wait([future for _, future in running.values()], timeout=max(0.0, until - time.monotonic()))
        found = {key: _result(search, future) for key, (search, future) in running.items()}
        _tell(server.breaker, found)
        return found

    def _start(self, asker: Asker, query: str, page: str | None = None) -> tuple[Search, Future[Found]]:
        search = Search(asker)
        return search, self._pool.submit(search.run, query, page)

    def close(self) -> None:
        """Give connections and threads back."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for session in self._sessions.values():
            session.close()


def _result(search: Search, future: Future[Found]) -> Found:
    """What a search brought; what it has so far, if it is not done."""
    if not future.done():
        future.cancel()
        return Found(tuple(search.pages), TOO_LATE)
    error = future.exception()
    if error is not None:  # a fault of ours costs the search, not the call; its text may hold chart data
        _logger.error("fhir search failed", extra={"kind": type(error).__name__})
        return Found(tuple(search.pages), BAD_REQUEST)
    return future.result()


def _tell(breaker: Breaker, found: Mapping[str, Found]) -> None:
    """A server is up if it answered any search of a call; a call that was all refused here says nothing of it."""
    signs = {one.fault.is_up if one.fault and not one.pages else True for one in found.values()}
    if True in signs:
        breaker.answered()
    elif False in signs:
        breaker.failed(max((one.rest for one in found.values() if one.rest), default=None))
