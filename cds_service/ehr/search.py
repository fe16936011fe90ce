"""One search on one FHIR server: page after page, up to a limit, with the pages received so far always available."""

from collections.abc import Callable, Sequence

from cds_service.ehr.page_fetcher import PageFetcher
from cds_service.ehr.page_links import MAX_PAGES, decode_next_link, resolve_page_url
from cds_service.ehr.search_result import CIRCLE, TOO_MANY_PAGES, SearchFailed, SearchResult


class Search:
    """One search. `pages` grows while it runs, so that the caller can use what has arrived by the deadline.

    `is_enough`: whether the pages so far hold all that is wanted, where that is less than all there is.
    """

    def __init__(self, fetcher: PageFetcher, is_enough: Callable[[Sequence[bytes]], bool] | None = None) -> None:
        self.pages: list[bytes] = []
        self._fetcher = fetcher
        self._is_enough = is_enough

    def run(self, query: str, next_link: str | None = None) -> SearchResult:
        """Return all pages of `query`, or with `next_link` the pages from that link on. A read has a single page."""
        try:
            link = next_link
            if link is None:
                link = self._add(self._fetcher.fetch_first_page(query))
                if "?" not in query:  # a read, not a search
                    return SearchResult(tuple(self.pages))
            seen: set[str] = set()
            while link is not None and not (self._is_enough and self._is_enough(self.pages)):
                url = resolve_page_url(link, self._fetcher.base_url)
                if url in seen:
                    return SearchResult(tuple(self.pages), CIRCLE)
                if len(self.pages) == MAX_PAGES:
                    return SearchResult(tuple(self.pages), TOO_MANY_PAGES)
                seen.add(url)
                link = self._add(self._fetcher.fetch_page(url))
        except SearchFailed as failure:
            return SearchResult(tuple(self.pages), failure.fault, failure.retry_after)
        return SearchResult(tuple(self.pages))

    def _add(self, page: bytes) -> str | None:
        self.pages.append(page)
        return decode_next_link(page)
