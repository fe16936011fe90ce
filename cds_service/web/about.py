"""The routes of the about page, its details and its data. All are rendered once, when one of them is first read."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, request

from cds_service.web.request_body import JSON

HTML = "text/html"


@dataclass(frozen=True, slots=True)
class AboutPage:
    """The about page, the page of details, all of it as data, and the Content-Security-Policy of the pages."""

    html: bytes
    details: bytes
    json: bytes
    policy: str


def build_about_routes(find_page: Callable[[], AboutPage]) -> Blueprint:
    """Build `/about`, in the form the client accepts, `/about/details` and `/about.json`.

    All are public: they hold no call data.
    """
    routes = Blueprint("about", __name__)

    @routes.get("/about")
    def about() -> Response:
        media_type = request.accept_mimetypes.best_match([HTML, JSON], default=HTML)
        response = data() if media_type == JSON else _html_response(find_page().html, find_page().policy)
        response.headers["Vary"] = "Accept"
        return response

    @routes.get("/about/details")
    def details() -> Response:
        return _html_response(find_page().details, find_page().policy)

    @routes.get("/about.json")
    def data() -> Response:
        return _with_common_headers(Response(find_page().json, mimetype=JSON))

    return routes


def _html_response(html: bytes, policy: str) -> Response:
    response = _with_common_headers(Response(html, mimetype=HTML))
    response.headers["Content-Security-Policy"] = policy
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _with_common_headers(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-cache"
    return response
