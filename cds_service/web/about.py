"""The route of /about: one page and its data, made beforehand."""

from dataclasses import dataclass

from flask import Blueprint, Response, request

JSON, HTML = "application/json", "text/html"


@dataclass(frozen=True, slots=True)
class AboutPage:
    """Both forms of /about, and the page's Content-Security-Policy."""

    html: bytes
    json: bytes
    policy: str


def build_about_routes(page: AboutPage) -> Blueprint:
    """`/about`, as the caller accepts it, and `/about.json`. Open to all: it holds nothing of a call."""
    routes = Blueprint("about", __name__)

    @routes.get("/about")
    def about() -> Response:
        wanted = request.accept_mimetypes.best_match([HTML, JSON], default=HTML)
        answer = data() if wanted == JSON else _html_response(page)
        answer.headers["Vary"] = "Accept"
        return answer

    @routes.get("/about.json")
    def data() -> Response:
        return _with_common_headers(Response(page.json, mimetype=JSON))

    return routes


def _html_response(page: AboutPage) -> Response:
    answer = _with_common_headers(Response(page.html, mimetype=HTML))
    answer.headers["Content-Security-Policy"] = page.policy
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _with_common_headers(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-cache"
    return response
