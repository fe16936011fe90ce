"""The about page: which form the client gets, and the headers of each."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cds_service.web.about import AboutPage, build_about_routes


@pytest.fixture
def browser() -> FlaskClient:
    app = Flask("about")
    app.register_blueprint(
        build_about_routes(lambda: AboutPage(b"<p>page</p>", b"<p>details</p>", b'{"name": "x"}', "default-src 'none'"))
    )
    return app.test_client()


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("application/json", "application/json"),
        ("application/json, text/html;q=0.5", "application/json"),
        ("*/*", "text/html"),
        ("image/png", "text/html"),
        (None, "text/html"),
    ],
)
def test_the_form_is_the_callers_choice(browser: FlaskClient, accept: str | None, kind: str) -> None:
    answer = browser.get("/about", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer.mimetype, answer.headers["Vary"]) == (200, kind, "Accept")


def test_the_data_has_its_own_address(browser: FlaskClient) -> None:
    answer = browser.get("/about.json", headers={"Accept": "text/html"})
    assert (answer.mimetype, answer.json) == ("application/json", {"name": "x"})


@pytest.mark.parametrize(("path", "html"), [("/about", b"<p>page</p>"), ("/about/details", b"<p>details</p>")])
def test_the_pages_carry_their_policy(browser: FlaskClient, path: str, html: bytes) -> None:
    response = browser.get(path)
    headers = response.headers
    assert response.data == html
    assert headers["Content-Security-Policy"] == "default-src 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_the_service_answers_it(client: FlaskClient) -> None:
    assert b"Hip or spine" in client.get("/about").data
    assert b"Conditions in full" in client.get("/about/details").data
    assert client.get("/about.json").json["name"] == "hip-spine-cds"
    assert client.head("/about").status_code == 200
    assert client.post("/about").status_code == 405
