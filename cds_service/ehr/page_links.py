"""The next page of a search, and whether it may be read: a token is only ever sent to URLs under its server's base."""

import re
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

import msgspec

from cds_service.ehr.search_result import ELSEWHERE, SearchFailed
from cds_service.ehr.servers import origin
from cds_service.fhir.bundles import find_next_link

MAX_PAGES: Final = 10
_UNSAFE = re.compile(r"[\x00-\x20\\\x7f]")  # URL parsers disagree about these


class _Linked(msgspec.Struct, frozen=True):
    link: msgspec.Raw = msgspec.Raw()


_LINKED = msgspec.json.Decoder(_Linked)


def decode_next_link(page: bytes) -> str | None:
    """Return the link to the next page as the page states it. A page that is not JSON has none."""
    try:
        return find_next_link(_LINKED.decode(page).link)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def resolve_page_url(link: str, base_url: str) -> str:
    """Return the URL of a page from its link, which may be relative to the server's base.

    Raises:
        SearchFailed: If it is not under `base_url`: another origin or path, credentials in it, or a `..` segment.
    """
    try:
        url = urljoin(f"{base_url.rstrip('/')}/", link)
        parts = urlsplit(url)
        is_same_server = origin(url) == origin(base_url) and "@" not in parts.netloc and not _UNSAFE.search(url)
    except ValueError:  # not a URL
        raise SearchFailed(ELSEWHERE) from None
    if not is_same_server or not _is_under(parts.path, urlsplit(base_url).path.rstrip("/")):
        raise SearchFailed(ELSEWHERE)
    return url


def _is_under(path: str, base_path: str) -> bool:
    """Return whether a path is the base path, where some servers keep their pages, or below it."""
    decoded = unquote(unquote(path))
    climbs = not {".", ".."}.isdisjoint(decoded.replace("\\", "/").split("/"))
    return not climbs and (path == base_path or path.startswith(f"{base_path}/"))
