"""One search on one FHIR server: page after page, up to a bound, and what has come when it ends."""

from cds_service.ehr.page_fetcher import PageFetcher
from cds_service.ehr.page_links import MAX_PAGES, decode_next_link, resolve_page_url
from cds_service.ehr.search_result import CIRCLE, TOO_MANY_PAGES, SearchFailed, SearchResult


class Search:
    """One search. `pages` grows while it runs, so that what has come by the deadline can be had."""

    def __init__(self, fetcher: PageFetcher) -> None:
        self.pages: list[bytes] = []
        self._fetcher = fetcher

    def run(self, query: str, next_link: str | None = None) -> SearchResult:
        """All pages of `query`, if it is a search; with `page`, a link of one in hand, those from there on."""
        try:
            link = self._begin(query) if next_link is None else next_link
            seen: set[str] = set()
            while link is not None:
                url = resolve_page_url(link, self._fetcher.base_url)
                self._check_page_url(url, seen)
                seen.add(url)
                link = self._add(self._fetcher.fetch_page(url))
        except SearchFailed as failure:
            return SearchResult(tuple(self.pages), failure.fault, failure.retry_after)
        return SearchResult(tuple(self.pages))

    def _begin(self, query: str) -> str | None:
        link = self._add(self._fetcher.fetch_first_page(query))
        return link if "?" in query else None

    def _add(self, page: bytes) -> str | None:
        self.pages.append(page)
        return decode_next_link(page)

    def _check_page_url(self, url: str, seen: set[str]) -> None:
        if url in seen:
            raise SearchFailed(CIRCLE)
        if len(self.pages) == MAX_PAGES:
            raise SearchFailed(TOO_MANY_PAGES)
