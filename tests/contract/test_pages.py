"""The pages: who gets which form, what they may load, whose forms are taken, and what leaves them."""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from log_capture import configured_log
from werkzeug.test import TestResponse

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
WORD = "Qanari"
SCENARIO = "buttock-to-calf-hip-order"
PAGES = ["/", "/try", f"/try?scenario={SCENARIO}"]
DATA = ["/index.json", "/try.json"]


class _Elements(HTMLParser):
    """Collects what a page loads or runs, and every attribute."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def choose(
    client: FlaskClient, path: str = "/try", headers: dict[str, str] | None = None, **fields: Any
) -> TestResponse:
    return client.post(path, data=fields, headers={**BROWSER, **(headers or {})})


@pytest.mark.parametrize("accept", ["application/json", "*/*", None, "application/json, text/html;q=0.5"])
def test_who_asks_for_no_page_is_led_to_discovery_as_ever(client: FlaskClient, accept: str | None) -> None:
    answer = client.get("/", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer.headers["Location"], answer.headers["Vary"]) == (302, "/cds-services", "Accept")


@pytest.mark.parametrize("path", PAGES)
def test_a_browser_gets_a_page_that_loads_nothing_but_our_own_files(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers=BROWSER)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    page = _Elements(answer.text)
    assert "style" not in page.tags
    assert not [name for name, _ in page.attributes if name.startswith("on") and name != "on"]
    assert not [name for name, _ in page.attributes if name == "style"]
    loaded = re.findall(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="([^"]*)"', answer.text)
    assert loaded
    assert all(address.startswith("/") and client.get(address).status_code == 200 for address in loaded)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert not re.search(r"unsafe|https?:|data:|\*", policy)


def test_the_state_is_told_in_both_forms(client: FlaskClient) -> None:
    told = client.get("/index.json").get_json()
    page = client.get("/", headers=BROWSER).text
    assert told["mode"] == "demo"
    assert not told["content"]["is_signed_off"]
    for words in (told["content"]["sign_off"], told["content"]["version"], told["service"], told["purpose"]):
        assert words in page
    for link in told["links"]:
        assert f'href="/{link["href"]}"' in page
        assert client.get(f"/{link['href']}").status_code == 200


def test_production_shows_its_state_and_no_page_to_try_it(production: FlaskClient) -> None:
    page = production.get("/", headers=BROWSER)
    assert page.status_code == 200
    assert "production" in page.text
    assert "/try" not in page.text
    for path in ("/try", "/try.json", "/try/feedback"):
        assert production.get(path, headers=BROWSER).status_code == 404
        assert production.post(path, headers=BROWSER).status_code == 404
        assert path not in production.get("/openapi.json").get_json()["paths"]


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_each_form_of_the_page_shows_the_same_cards(client: FlaskClient, accept: str) -> None:
    cards = client.get(f"/try.json?scenario={SCENARIO}").get_json()["report"]["cards"]
    answer = client.post("/try", data={"scenario": SCENARIO}, headers={"Accept": accept})
    assert cards
    for card in cards:
        assert card["summary"] in answer.text.replace("&#39;", "'")


@pytest.mark.parametrize(("field", "value"), [("f", "moon-pain.left"), ("on", "soon"), ("scenario", "../etc")])
def test_a_wrong_field_is_a_400_that_names_it(client: FlaskClient, field: str, value: str) -> None:
    data = choose(client, "/try.json", **{field: value})
    page = choose(client, **{field: value})
    assert data.status_code == page.status_code == 400
    [issue] = data.get_json()["issue"]
    assert issue["expression"] == [field]
    assert page.mimetype == "text/html"
    assert escape(issue["details"]["text"]) in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert value not in data.text + page.text


def test_what_the_call_is_refused_for_is_shown_as_the_ehr_is_told(client: FlaskClient) -> None:
    fields = {"scenario": SCENARIO, "key.conditions": "leave-out"}
    assert "412" in choose(client, **fields).text
    error = choose(client, "/try.json", **fields).get_json()["error"]
    request = json.loads(client.get(f"/try.json?scenario={SCENARIO}").get_json()["request"])
    del request["prefetch"]["conditions"]
    refused = client.post("/cds-services/hip-spine-order-sign", json=request)
    told = refused.get_json()["issue"][0]["details"]["text"]
    assert (error["status"], f"{error['field']} {error['text']}") == (refused.status_code, told)


def test_a_caller_that_names_no_form_is_told_so_by_the_common_error(client: FlaskClient) -> None:
    assert client.get("/assets/passwd").status_code == 404
    assert client.get("/assets/passwd", headers=BROWSER).mimetype == "text/html"
    assert client.get("/assets/../state.py").status_code == 404
    assert client.put("/try").status_code == 405


def feedback_form(client: FlaskClient) -> dict[str, str]:
    """Return the form as it is sent by the first card's override button."""
    page = choose(client, scenario=SCENARIO).text
    button = re.search(r'value="(overridden:[^"]+)"', page)
    assert button
    card = button[1].partition(":")[2]
    return {"scenario": SCENARIO, "send": button[1], f"reason.{card}": "disagree"}


def test_without_scripts_an_answer_to_a_card_is_stored_once_and_the_page_stays(client: FlaskClient) -> None:
    form = feedback_form(client)
    first = choose(client, "/try/feedback", **form)
    assert "Feedback on the card: stored." in first.text
    assert f'value="{SCENARIO}" selected' in first.text
    assert "stored before" in choose(client, "/try/feedback", **form).text


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:1"},
    {"Origin": "http://localhost.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("path", ["/try", "/try.json", "/try/feedback"])
def test_what_another_sites_page_sends_is_refused(client: FlaskClient, path: str, headers: dict[str, str]) -> None:
    form = feedback_form(client)
    assert choose(client, path, headers, **form).status_code == 403
    assert "Feedback on the card: stored." in choose(client, "/try/feedback", **form).text  # nothing was before


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}],
    ids=str,
)
def test_what_our_own_page_sends_is_taken(client: FlaskClient, headers: dict[str, str]) -> None:
    assert choose(client, "/try", headers, scenario=SCENARIO).status_code == 200


def test_other_sites_may_neither_frame_nor_read_a_page(client: FlaskClient) -> None:
    for path in [*PAGES, *DATA, "/assets/try.js"]:
        headers = client.get(path, headers={**BROWSER, "Origin": "https://evil.example"}).headers
        assert "Access-Control-Allow-Origin" not in headers
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in client.get("/try", headers=BROWSER).headers["Content-Security-Policy"]
    assert client.post("/try", headers=BROWSER).headers["Cache-Control"] == "no-store"


MARKUP = f"\"><img src=x onerror=alert(1)></textarea><script>{WORD}</script>'`${{1}}{{{{7*7}}}}"


def hostile(value: Any) -> Any:
    """Return the value with markup in every text that people write."""
    if isinstance(value, dict):
        kept = {"resourceType", "system", "code", "status", "intent", "reference", "hook", "hookInstance", "patientId"}
        kept |= {"type", "userId", "data", "contentType", "fhirServer", "birthDate", "selections", "docStatus"}
        return {key: one if key in kept and isinstance(one, str) else hostile(one) for key, one in value.items()}
    if isinstance(value, list):
        return [hostile(one) for one in value]
    is_day = isinstance(value, str) and re.match(r"\d{4}-", value)
    return f"{value} {MARKUP}" if isinstance(value, str) and not is_day else value


@pytest.mark.parametrize("scenario", ["note-only-hip-order", "words-only-hip-order", "article-patient", "cauda-equina"])
def test_markup_in_any_text_stays_text(client: FlaskClient, scenario: str) -> None:
    request = json.loads(client.get(f"/try.json?scenario={scenario}").get_json()["request"])
    text = json.dumps(hostile(request))
    answer = choose(client, request=text, edited="yes", note=MARKUP)
    assert answer.status_code == 200
    page = _Elements(answer.text)
    assert not {"img", "iframe", "object", "embed", "base"} & set(page.tags)
    assert page.tags.count("script") == 1
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert WORD in answer.text  # it is there, as text


@pytest.mark.parametrize("id_", [f"javascript:{WORD}", f"<script>{WORD}</script>", f'"onload="{WORD}'])
def test_ids_of_records_stay_text_too(client: FlaskClient, id_: str) -> None:
    request = json.loads(client.get(f"/try.json?scenario={SCENARIO}").get_json()["request"])
    for bundle in request["prefetch"].values():
        for entry in (bundle or {}).get("entry", []):
            entry["resource"]["id"] = id_
    answer = choose(client, request=json.dumps(request), edited="yes")
    page = _Elements(answer.text)
    assert page.tags.count("script") == 1
    assert not [value for name, value in page.attributes if name in {"href", "src"} and "javascript" in value]
    assert not [name for name, _ in page.attributes if name.startswith("on")]


def test_nothing_of_a_person_gets_into_log_store_or_address(build: Callable[..., Flask], tmp_path: Path) -> None:
    client = build(log_level="debug").test_client()
    note = f"{WORD}, born 1957-08-23: left buttock pain down to the calf for 4 months. No fever."
    with configured_log("debug") as log:
        request = json.loads(client.get(f"/try.json?scenario={SCENARIO}").get_json()["request"])
        request["context"]["patientId"] = request["prefetch"]["patient"]["id"] = f"{WORD}-1"
        text = json.dumps(request).replace("Patient/buttock-to-calf", f"Patient/{WORD}-1")
        headers = {"Referer": f"http://localhost/try#{WORD}"}
        as_patient = headers | {"X-Request-ID": f"{WORD}-1"}  # which is told, unless it is somebody's in the body
        answers = [
            choose(client, "/try", headers, note=note, scenario=SCENARIO),
            choose(client, "/try", as_patient, request=text, edited="yes"),
            choose(client, "/try", as_patient, request=text, edited="yes", on="soon"),
            choose(client, "/try/feedback", headers, **feedback_form(client), note=note),
            choose(client, "/try", headers, f=WORD),
            choose(client, "/try", headers, request=f"{{{WORD}", edited="yes"),
        ]
        written = log.getvalue()
    assert [answer.status_code for answer in answers] == [200, 200, 400, 200, 400, 200]
    assert written.count("hook answered") >= 3
    assert not re.search(f"{WORD}|1957-08-23|calf for", written)
    assert not [answer for answer in answers if WORD in json.dumps(list(answer.headers))]
    client.get("/readyz")
    with closing(sqlite3.connect(tmp_path / "store.sqlite3")) as store:
        assert WORD not in "\n".join(store.iterdump())
