"""Responses of the pages, with the headers that keep them to themselves."""

from typing import Final

from flask import Response

from cds_service.pages.rendering import POLICY, PageTemplates

HTML: Final = "text/html"
NO_STORE, NO_CACHE = "no-store", "no-cache"


def html_response(content: bytes, caching: str) -> Response:
    """Return a page."""
    return with_headers(_as_html(Response(content)), caching)


def with_headers(response: Response, caching: str) -> Response:
    """Return the response with the headers that every file and page has."""
    response.headers["Cache-Control"] = caching
    response.headers["Referrer-Policy"] = "same-origin"  # "no-referrer" would take the origin from our own forms too
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def show_as_page(response: Response, templates: PageTemplates) -> Response:
    """Return the same error, an OperationOutcome, as a page with a way back."""
    [issue] = response.get_json()["issue"]
    response.set_data(templates.render("error.html", status=response.status_code, text=issue["details"]["text"]))
    return with_headers(_as_html(response), NO_STORE)


def _as_html(response: Response) -> Response:
    response.mimetype = HTML
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response
