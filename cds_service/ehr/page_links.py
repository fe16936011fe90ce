"""Which page of a search comes next, and whether it may be read: a token goes nowhere but under its server's base."""

import re
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

import msgspec

from cds_service.ehr.search_result import ELSEWHERE, SearchFailed
from cds_service.ehr.servers import origin
from cds_service.fhir.bundles import find_next_link

MAX_PAGES: Final = 10
_UNSAFE = re.compile(r"[\x00-\x20\\\x7f]")  # readers of URLs differ on what these mean


class _Linked(msgspec.Struct, frozen=True):
    link: msgspec.Raw = msgspec.Raw()


_LINKED = msgspec.json.Decoder(_Linked)


def decode_next_link(page: bytes) -> str | None:
    """The link to the next page as the page gives it; a page that is no JSON has none."""
    try:
        return find_next_link(_LINKED.decode(page).link)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def resolve_page_url(link: str, base_url: str) -> str:
    """The URL of a page from its link, which may be relative to the server's base.

    Raises:
        SearchFailed: when it is not under `base`: another origin or path, credentials, or a way back up.
    """
    try:
        url = urljoin(f"{base_url.rstrip('/')}/", link)
        parts = urlsplit(url)
        is_ours = origin(url) == origin(base_url) and "@" not in parts.netloc and not _UNSAFE.search(url)
    except ValueError:  # no URL at all
        raise SearchFailed(ELSEWHERE) from None
    if not is_ours or not _is_under(parts.path, urlsplit(base_url).path.rstrip("/")):
        raise SearchFailed(ELSEWHERE)
    return url


def _is_under(path: str, base_path: str) -> bool:
    """Whether a path is the base's own, where some servers keep their pages, or below it."""
    plain = unquote(unquote(path))
    climbs = not {".", ".."}.isdisjoint(plain.replace("\\", "/").split("/"))
    return not climbs and (path == base_path or path.startswith(f"{base_path}/"))
