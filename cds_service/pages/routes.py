"""The routes of the pages: `/` in every mode, `/try` in demo mode."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from cds_service.admission.room import Room
from cds_service.pages.feedback import build_feedback
from cds_service.pages.origin import require_same_origin
from cds_service.pages.rendering import PageTemplates, format_figure, load_asset
from cds_service.pages.responses import HTML, NO_CACHE, NO_STORE, html_response, show_as_page, with_headers
from cds_service.pages.try_page import AnsweredCall, PreparedCall, TryPage
from cds_service.pages.view import build_view, marks
from cds_service.service.hook_service import CallResult
from cds_service.trust.caller import Caller
from cds_service.web.answering import answer_hook
from cds_service.web.errors import FHIR_JSON
from cds_service.web.front import current_place
from cds_service.web.instrumentation import current_call_record, hide_request_id
from cds_service.web.rate_limiter import RateLimiter
from cds_service.web.request_body import JSON
from cds_service.wire.feedback import decode_feedback

FORM_PATHS: Final = frozenset({"/try", "/try.json", "/try/feedback"})


@dataclass(frozen=True, slots=True)
class Pages:
    """What the routes need. `build_home` returns the first page's values.

    In demo mode there are `try_page` and `caller`, in whose name its calls are made.
    """

    build_home: Callable[[], Mapping[str, Any]]
    rate_limiter: RateLimiter
    room: Room
    try_page: TryPage | None = None
    caller: Caller | None = None


def build_page_routes(pages: Pages) -> Blueprint:
    """Build the routes."""
    routes, templates = Blueprint("pages", __name__), PageTemplates()

    @routes.get("/")
    def home() -> AnyResponse:
        if _wants_json():
            response: AnyResponse = redirect("/cds-services")
        else:
            response = html_response(templates.render("home.html", **pages.build_home()), NO_CACHE)
        response.headers["Vary"] = "Accept"
        return response

    @routes.get("/index.json")
    def home_data() -> Response:
        return _json(pages.build_home(), NO_CACHE)

    @routes.get("/assets/<name>")
    def asset(name: str) -> Response:
        found = load_asset(name)
        if found is None:
            raise NotFound
        return with_headers(Response(found[0], mimetype=found[1]), NO_CACHE)

    @routes.after_request
    def show_error(response: Response) -> Response:
        """Make the common error a page for whoever asked for one, with its status and headers."""
        if response.mimetype != FHIR_JSON or _wants_json():
            return response
        return show_as_page(response, templates)

    if pages.try_page is not None and pages.caller is not None:
        _TryRoutes(pages, pages.try_page, pages.caller, templates).add_to(routes)
    return routes


class _TryRoutes:
    """The routes of the page to try the service."""

    def __init__(self, pages: Pages, page: TryPage, caller: Caller, templates: PageTemplates) -> None:
        self._pages = pages
        self._caller = caller
        self._page = page
        self._templates = templates

    def add_to(self, routes: Blueprint) -> None:
        """Add the routes. What is chosen comes in a body, never in an address, but for the name of a scenario."""
        routes.add_url_rule("/try", "begin", self._begin, methods=["GET"])
        routes.add_url_rule("/try.json", "begin-data", self._begin, methods=["GET"])
        routes.add_url_rule("/try", "judge", self._judge, methods=["POST"])
        routes.add_url_rule("/try.json", "judge-data", self._judge, methods=["POST"])
        routes.add_url_rule("/try/feedback", "feedback", self._take_feedback, methods=["POST"])

    def _begin(self) -> Response:
        return self._show(self._page.prepare(request.args))

    def _judge(self) -> Response:
        _begin_form()
        return self._show(self._page.prepare(request.form))

    def _take_feedback(self) -> Response:
        """Record the answer of a visitor without scripts, and show the page again as it was."""
        _begin_form()
        call = self._page.prepare(request.form)
        service = self._page.service  # answers are of today, whatever the day of the call
        items = decode_feedback(build_feedback(request.form, service.clock())).items
        stored = service.record_feedback(call.entry.id, self._caller.client_id, self._caller.tenant, items)
        return self._show(call, told="stored" if stored else "stored before")

    def _show(self, call: PreparedCall, told: str = "") -> Response:
        answered = self._page.answer(call, self._answer)
        view = build_view(answered, self._page, request.host_url.rstrip("/"))
        if _wants_json():
            return _json(view, NO_STORE)
        part = "results.html" if request.form.get("part") else "try.html"
        return html_response(self._render(part, answered, view, told), NO_STORE)

    def _answer(self, call: PreparedCall) -> CallResult:
        """Answer a call just as the hook's own route does, with its limits and its log line."""
        record = current_call_record()
        record.client_id, record.hook = self._caller.client_id, call.entry.hook
        self._pages.rate_limiter.admit(record.client_id)
        with current_place(self._pages.room, record.client_id) as place:
            place.require(call.request.body)
            request = call.service.decode_request(call.request.body, call.entry.accepted_hooks)
            return answer_hook(call.service, self._caller, record, call.entry, request, place, explain=True)

    def _render(self, name: str, answered: AnsweredCall, view: dict[str, Any], told: str) -> bytes:
        return self._templates.render(
            name,
            state=answered.call.state,
            choices=self._page.choices,
            view=view,
            figure=format_figure(marks(answered), self._page.knowledge.legend),
            told=told,
        )


def _begin_form() -> None:
    """Check where the form comes from, and keep ids of persons in it out of the log.

    Raises:
        ForeignOrigin: it is another site's.
    """
    require_same_origin()
    for text in request.form.values():
        hide_request_id(text.encode("utf-8", "replace"))


def _wants_json() -> bool:
    if request.path.endswith(".json"):
        return True
    return request.accept_mimetypes.best_match([JSON, HTML], default=JSON) == JSON


def _json(values: Mapping[str, Any], caching: str) -> Response:
    return with_headers(Response(json.dumps(values), mimetype=JSON), caching)
