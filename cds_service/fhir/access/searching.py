"""One search on one FHIR server: page after page, up to a bound, and what has come when it ends."""

from cds_service.fhir.access.asking import Asker
from cds_service.fhir.access.paging import PAGES_AT_MOST, following, page_url
from cds_service.fhir.access.values import CIRCLE, TOO_MANY_PAGES, Found, SearchFailed


class Search:
    """One search. `pages` grows while it runs, so that what has come by the deadline can be had."""

    def __init__(self, asker: Asker) -> None:
        self.pages: list[bytes] = []
        self._asker = asker

    def run(self, query: str, page: str | None = None) -> Found:
        """All pages of `query`, if it is a search; with `page`, a link of one in hand, those from there on."""
        try:
            link = self._begin(query) if page is None else page
            seen: set[str] = set()
            while link is not None:
                url = page_url(link, self._asker.base)
                self._stop_at(url, seen)
                seen.add(url)
                link = self._add(self._asker.get(url))
        except SearchFailed as failure:
            return Found(tuple(self.pages), failure.fault, failure.rest)
        return Found(tuple(self.pages))

    def _begin(self, query: str) -> str | None:
        link = self._add(self._asker.first(query))
        return link if "?" in query else None

    def _add(self, page: bytes) -> str | None:
        self.pages.append(page)
        return following(page)

    def _stop_at(self, url: str, seen: set[str]) -> None:
        if url in seen:
            raise SearchFailed(CIRCLE)
        if len(self.pages) == PAGES_AT_MOST:
            raise SearchFailed(TOO_MANY_PAGES)
