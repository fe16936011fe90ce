"""Refuses what another site sends in a visitor's name (cross-site request forgery)."""

from urllib.parse import urlsplit

from flask import request

from cds_service.errors import ForeignOrigin

_OWN = frozenset({"same-origin", "none"})  # Fetch Metadata: "none" is the visitor's own doing


def require_same_origin() -> None:
    """Check that the current request comes from one of our own pages, or from no browser at all.

    Browsers send `Origin` with every POST, and `Sec-Fetch-Site` with every request to a loopback or https address.

    Raises:
        ForeignOrigin: it comes from another site, or from a page that hides where it is from.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:  # which no page can write itself, and no proxy changes
        is_foreign = site not in _OWN
    else:
        is_foreign = origin is not None and urlsplit(origin).netloc != request.host
    if is_foreign:
        raise ForeignOrigin("this page takes what its own forms send")
