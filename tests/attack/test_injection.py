"""Markup in whatever a caller, a chart or a site's file may say never comes through: not to a card, error or page."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from contract.speaking_calls import CALLS
from flask import Flask
from flask.testing import FlaskClient
from synthetic import SIGN, VIEW, Json, call, prefetch

from cds_service.app import build_about_page
from cds_service.errors import ContentError
from cds_service.knowledge import load_knowledge, shipped_cards
from cds_service.startup_state import build_card_maker

MARK = "inj3ct"  # beside each: even escaped, or with its brackets taken out, it would be seen
MARKUP = {
    "script": f"<script>alert('{MARK}')</script>",
    "attribute": f'"><img src=x onerror="{MARK}()">',
    "link": f"[{MARK}](javascript:alert(1))",
    "image": f"![{MARK}](https://evil.example/pixel.png)",
    "autolink": f"<https://evil.example/{MARK}>",
    "code": f"```{MARK}``` `{MARK}`",
    "heading": f"\n\n# {MARK}\n\n| a | b |\n|---|---|\n**{MARK}**",
    "direction": f"\u202e{MARK}\u202c \u2066{MARK}\u2069 \u200f",
    "template": f"{{{{ {MARK} }}}} {{% {MARK} %}} ${{{MARK}}} %({MARK})s",
    "control": f"\x00\x1b[31m{MARK}\r\nX-{MARK}: 1",
}
UNCHANGED = {"resourceType", "system", "code", "reference", "id", "birthDate", "status", "intent", "started"}
"""Members whose value decides what a resource is. Their strings are attacked too, in a resource beside."""


@pytest.fixture(scope="module")
def client(build_once: Callable[..., Flask]) -> FlaskClient:
    return build_once().test_client()


@pytest.fixture(scope="module")
def epic(build_once: Callable[..., Flask]) -> FlaskClient:
    return build_once(dialect="epic").test_client()


@pytest.fixture(params=MARKUP)
def markup(request: pytest.FixtureRequest) -> str:
    return MARKUP[request.param]


def spoiled(value: Any, markup: str, name: str = "") -> Any:
    """Return the value with markup in every free-form string, and in unexpected members."""
    match value:
        case dict():
            members = {key: spoiled(member, markup, key) for key, member in value.items()}
            labels = (
                {"text": markup}
                if "coding" in value
                else {"display": markup}
                if {"code", "reference"} & {*value}
                else {}
            )
            return {**members, **labels, markup: markup}
        case list():
            return [spoiled(member, markup, name) for member in value]
        case str() if name not in UNCHANGED and not name.endswith(("DateTime", "Date", "On")):
            return markup
    return value


def strange(markup: str) -> Iterator[Json]:
    """Yield resources that contain only markup."""
    for kind in ("Condition", "Observation", "Procedure", "DiagnosticReport", "MedicationRequest", markup):
        coded = {"coding": [{"system": markup, "code": markup, "display": markup}], "text": markup}
        written = {"text": {"div": markup}, "note": [{"text": markup}], "conclusion": markup, "valueString": markup}
        yield {"resourceType": kind, "id": markup, "status": markup, "code": coded, "bodySite": coded, **written}
        yield {"resourceType": kind, "code": markup}


def attacked(body: Json, markup: str) -> Json:
    request = {**body, "prefetch": spoiled(body["prefetch"], markup), "context": dict(body["context"])}
    request["prefetch"].setdefault("conditions", {"resourceType": "Bundle", "entry": []})
    request["prefetch"]["conditions"].setdefault("entry", []).extend({"resource": record} for record in strange(markup))
    drafts = request["context"].get("draftOrders")
    for entry in drafts["entry"] if drafts else ():
        entry["resource"] = spoiled(entry["resource"], markup)
    return request


@pytest.mark.parametrize("topic", CALLS)
def test_no_card_shows_markup_of_a_chart(client: FlaskClient, topic: str, markup: str) -> None:
    service, body = json.loads(json.dumps(CALLS[topic]))
    plain = client.post(f"/cds-services/{service}", json=body).get_json()
    response = client.post(f"/cds-services/{service}", json=attacked(body, markup))
    assert response.mimetype == "application/json"
    answer = response.get_json()
    summaries = [card["summary"] for card in answer["cards"]]
    # A chart of markup was not read whole, which holds back the advice not to repeat imaging.
    is_held_back = topic == "ImagingAlreadyDone" and not summaries
    assert is_held_back or summaries == [card["summary"] for card in plain["cards"]]
    for card in answer["cards"]:
        card["suggestions"] = [
            {**suggestion, "actions": [action for action in suggestion["actions"] if action["type"] != "update"]}
            for suggestion in card.get("suggestions", ())
        ]
    assert MARK not in json.dumps(answer)


@pytest.mark.parametrize("field", ["hook", "hookInstance", "context", "prefetch", "fhirServer", "fhirAuthorization"])
def test_no_error_repeats_markup_of_a_request(client: FlaskClient, field: str, markup: str) -> None:
    nested: list[Any] = [markup, {markup: markup}, [markup], {"patient": markup}, {"patient": {markup: [markup]}}]
    nested += [{"userId": markup, "patientId": markup}, {"access_token": {markup: markup}}]
    seen = set()
    for value in nested:
        response = client.post(f"/cds-services/{VIEW}", json={**call(VIEW), field: value})
        seen.add(response.status_code)
        assert MARK not in response.get_data(as_text=True) + str(response.headers)
    is_optional = field in {"fhirServer", "fhirAuthorization"}  # an odd one costs the server, not the call
    assert (200 if is_optional else 400) in seen


def test_no_error_repeats_markup_of_feedback_or_address(client: FlaskClient, markup: str) -> None:
    sound = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-03-10T12:05:00Z"}
    for name in sound:
        body = {"feedback": [{**sound, name: {markup: markup}}]}
        response = client.post(f"/cds-services/{VIEW}/feedback", json=body)
        assert response.status_code == 400
        assert MARK not in response.get_data(as_text=True)
    for path in (f"/{MARK}", f"/cds-services/{MARK}", "/about", "/about.json", "/", "/openapi.json", "/version"):
        response = client.get(
            path, query_string={"x": markup}, headers={"Host": f"{MARK}.example", "Accept": "text/html"}
        )
        assert MARK not in response.get_data(as_text=True)
        assert MARK not in str(response.headers)


def overlay(folder: Path, label: str = "Pathway", wording: str = "Test") -> Path:
    folder.mkdir(exist_ok=True)
    head = f'name = {json.dumps(wording)}\nversion = "1"\ndate = 2026-11-22\nfor_content = "2.0.0"\n'
    (folder / "site.toml").write_text(head, encoding="utf-8")
    row = f'[[link]]\nlabel = {json.dumps(label)}\nurl = "https://pathways.example/x"\n'
    (folder / "links.toml").write_text(row, encoding="utf-8")
    off = f'[[off]]\nrule = "imaging-already-done"\nwhy = {json.dumps(wording)}\n'
    (folder / "rules.toml").write_text(off, encoding="utf-8")
    return folder


@pytest.mark.parametrize("kind", sorted({*MARKUP} - {"template"}))
def test_the_words_of_a_sites_link_are_plain_or_refused(tmp_path: Path, kind: str) -> None:
    """They stand on cards, which are Markdown."""
    with pytest.raises(ContentError, match="label"):
        load_knowledge(shipped_cards(), overlay(tmp_path / "site", MARKUP[kind].replace("\x00", "")[:60]))


def test_a_sites_words_are_shown_as_words_on_the_page(tmp_path: Path) -> None:
    wording = MARKUP["script"]
    page = build_about_page(load_knowledge(shipped_cards(), overlay(tmp_path / "site", wording=wording)))
    assert wording.encode() not in page.html
    assert b"&lt;script&gt;" in page.html
    assert "script-src" not in page.policy
    assert "default-src 'none'" in page.policy


def test_a_template_in_a_sites_words_is_not_run(build: Callable[..., Flask], tmp_path: Path) -> None:
    site = overlay(tmp_path / "site", "{{ 7 + 1330 }}", "{{ 7 + 1330 }}")
    knowledge = load_knowledge(shipped_cards(), site)
    assert build_card_maker(knowledge)
    client = build(site=site).test_client()
    service, body = CALLS["CaudaEquina"]
    assert "1337" not in client.post(f"/cds-services/{service}", json=body).get_data(as_text=True)
    assert "1337" not in client.get("/about").get_data(as_text=True)


def test_markup_is_shown_nowhere_by_a_client_that_takes_plain_text(epic: FlaskClient, markup: str) -> None:
    service, body = json.loads(json.dumps(CALLS["SpinePatternHipImaging"]))
    [card] = epic.post(f"/cds-services/{service}", json=attacked(body, markup)).get_json()["cards"]
    assert MARK not in card["summary"] + card["detail"]


def test_answers_are_not_to_be_taken_for_pages(client: FlaskClient) -> None:
    for response in (
        client.get("/cds-services"),
        client.post(f"/cds-services/{SIGN}", json=call(SIGN, prefetch=prefetch())),
        client.post(f"/cds-services/{SIGN}", data=MARKUP["script"], content_type="application/json"),
        client.get("/about"),
    ):
        assert response.headers["X-Content-Type-Options"] == "nosniff"
