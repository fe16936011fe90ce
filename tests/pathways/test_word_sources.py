"""The sources of words over HTTP: visits, notes and reports, sent or fetched; what fails costs itself, and is told."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import responses
import structlog
from flask.testing import FlaskClient
from synthetic import (
    SELECT,
    SIGN,
    VIEW,
    Json,
    bundle,
    call,
    concept,
    condition,
    order,
    outcome,
    patient,
    prefetch,
    resource,
    whole_prefetch,
)
from werkzeug.test import TestResponse

from cds_service.ehr.attachments import FILE_LIMIT

BASE = "https://r4.smarthealthit.org"
WORDS = "Left buttock pain shooting down the hamstring to the calf. SLR positive on the left."
DANGER = "Numb between the legs since yesterday."
LEFT_HIP = [concept("287679003")]
SCOPES = "patient/*.rs"
UNSEEN = "Not all of the chart was seen"
RESTRAINT = {"ConservativeCareFirst", "ImagingAlreadyDone"}


def attached(text: str | bytes, form: str | None = "text/plain") -> Json:
    data = base64.b64encode(text.encode() if isinstance(text, str) else text).decode()
    return {"data": data} | ({"contentType": form} if form else {})


def note(*attachments: Json, number: int = 1, date: str = "2026-01-20T09:00:00Z", **fields: Any) -> Json:
    kind = concept("11506-3", "http://loinc.org")
    made = {"status": "current", "type": kind, "date": date, "content": [{"attachment": one} for one in attachments]}
    return resource("DocumentReference", number, **{**made, **fields})


def linked(url: str = "Binary/words", form: str = "text/plain", **fields: Any) -> Json:
    return note({"contentType": form, "url": url}, **fields)


def visit(**fields: Any) -> Json:
    return resource(
        "Encounter", **{"id": "visit-1", "status": "in-progress", "period": {"start": "2026-03-10"}, **fields}
    )


@pytest.fixture
def ehr() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def serve(ehr: responses.RequestsMock, **answers: Json) -> None:
    """Let the server answer these types, and other searches with an empty Bundle."""
    kinds = ("Condition", "Observation", "ImagingStudy", "ServiceRequest", "Procedure", "MedicationRequest")
    others = ("MedicationStatement", "DiagnosticReport", "DocumentReference", "QuestionnaireResponse")
    ehr.get(f"{BASE}/Patient/patient-1", json=patient())
    for kind in (*kinds, *others):
        ehr.post(f"{BASE}/{kind}/_search", json=answers.get(kind, bundle()))


def ask(
    client: FlaskClient, sent: Json | None, *, scope: str = SCOPES, context: Json | None = None, **more: Any
) -> Any:
    """Sign an MRI of the left hip; without `sent`, the data are on the FHIR server."""
    body = call(SIGN, order("73721", bodySite=LEFT_HIP), prefetch=sent, **more)
    body["context"] |= context or {}
    if sent is None or more.get("fhirServer"):
        token = {"access_token": "s3cret", "token_type": "Bearer", "expires_in": 300, "scope": scope}
        body |= {"fhirServer": BASE, "fhirAuthorization": token}
    return client.post(f"/cds-services/{SIGN}", data=json.dumps(body), content_type="application/json")


def why(answer: TestResponse) -> str:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return "\n".join(card["detail"] for card in answer.get_json()["cards"])


def requested(ehr: responses.RequestsMock) -> list[str]:
    return [str(one.request.url).removeprefix(f"{BASE}/").removesuffix("/_search") for one in ehr.calls]


def test_a_note_that_was_sent_is_read_and_named_by_source_and_date(client: FlaskClient) -> None:
    text = why(ask(client, prefetch(clinicalNotes=bundle(note(attached(WORDS))))))
    assert "Left buttock pain, note, 20 Jan 2026" in text
    assert "hamstring" not in text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("text/html", f"<html><body><p>{WORDS}</p></body></html>"),
        ("application/rtf", rf"{{\rtf1\ansi {WORDS}\par}}"),
        ("application/xhtml+xml", f'<html xmlns="http://www.w3.org/1999/xhtml"><body><p>{WORDS}</p></body></html>'),
        ("text/plain; charset=utf-16", WORDS.encode("utf-16")),
    ],
)
def test_notes_come_in_several_forms(form: str, words: str | bytes, client: FlaskClient) -> None:
    text = why(ask(client, prefetch(clinicalNotes=bundle(note(attached(words, form))))))
    assert "Left buttock pain, note, 20 Jan 2026" in text


@pytest.mark.parametrize("is_resource", [True, False], ids=["as a resource", "as its bytes"])
def test_a_note_is_fetched_with_its_binary_and_says_the_same(
    is_resource: bool, client: FlaskClient, ehr: responses.RequestsMock
) -> None:
    serve(ehr, DocumentReference=bundle(linked()))
    if is_resource:
        body = {"resourceType": "Binary", "contentType": "text/plain", **attached(WORDS)}
        ehr.get(f"{BASE}/Binary/words", json=body, content_type="application/fhir+json")
    else:
        ehr.get(f"{BASE}/Binary/words", body=WORDS.encode(), content_type="text/plain")
    fetched = why(ask(client, None))
    assert fetched == why(ask(client, whole_prefetch(clinicalNotes=bundle(note(attached(WORDS))))))
    assert requested(ehr).count("Binary/words") == 1
    assert {one.request.headers["Authorization"] for one in ehr.calls} == {"Bearer s3cret"}


def test_of_a_note_that_was_sent_only_the_binary_is_fetched(client: FlaskClient, ehr: responses.RequestsMock) -> None:
    ehr.get(f"{BASE}/Binary/words", body=WORDS.encode(), content_type="text/plain")
    sent = whole_prefetch(clinicalNotes=bundle(linked()), questionnaireResponses=None)
    assert "Left buttock pain, note" in why(ask(client, sent, fhirServer=BASE))
    assert requested(ehr) == ["Binary/words"]


FAULTS: dict[str, Json] = {
    "404": {"status": 404},
    "403": {"status": 403},
    "500": {"status": 500},
    "redirect": {"status": 302, "headers": {"Location": f"{BASE}/Binary/other"}},
    "too large": {"body": b"Back pain. " * (FILE_LIMIT // 10), "content_type": "text/plain"},
    "no connection": {"body": responses.ConnectionError()},
    "outcome": {"json": outcome(), "content_type": "application/fhir+json"},
    "PDF": {"body": b"%PDF-1.7 x", "content_type": "application/pdf"},
    "binary as text": {"body": bytes(range(256)) * 9, "content_type": "text/plain"},
    "charset": {"body": b"x", "content_type": "text/plain; charset=klingon"},
    "wrong charset": {"body": WORDS.encode("utf-16-le"), "content_type": "text/plain; charset=utf-8"},
    "empty": {"body": b"", "content_type": "text/plain"},
    "entities": {"body": b'<!DOCTYPE x [<!ENTITY a "b">]><ClinicalDocument/>', "content_type": "application/xml"},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_note_that_cannot_be_read_costs_itself_and_restraint_and_is_named(
    fault: str, client: FlaskClient, ehr: responses.RequestsMock
) -> None:
    ehr.get(f"{BASE}/Binary/words", **FAULTS[fault])
    sent = whole_prefetch(clinicalNotes=bundle(note(attached(WORDS), number=2), linked()), questionnaireResponses=None)
    text = why(ask(client, sent, fhirServer=BASE))
    assert "Left buttock pain, note, 20 Jan 2026" in text
    assert f"**{UNSEEN}, and nothing unseen counts as absent.** 1 clinical note: not read." in text
    assert requested(ehr) == ["Binary/words"]


def _repeat(client: FlaskClient, **sent: Any) -> list[str]:
    """Sign a lumbar MRI that was done two months ago, and return the topics of the cards."""
    study = resource(
        "ImagingStudy", status="available", started="2026-01-12", procedureCode=[concept("30679-5", "http://loinc.org")]
    )
    pain = condition("279039007", onsetDateTime="2025-12-01")
    body = call(SIGN, order("72148"), prefetch=whole_prefetch(pain, imagingStudies=bundle(study), **sent))
    answer = client.post(f"/cds-services/{SIGN}", json=body)
    assert answer.status_code == 200
    return [card["source"]["topic"]["code"] for card in answer.get_json()["cards"]]


def test_sources_that_are_not_sent_at_all_forbid_no_restraint(client: FlaskClient) -> None:
    assert "ImagingAlreadyDone" in _repeat(client)
    assert "ImagingAlreadyDone" in _repeat(client, clinicalNotes=None, questionnaireResponses=bundle(), encounter=None)


@pytest.mark.parametrize(
    "sent",
    [
        {"clinicalNotes": outcome()},
        {"questionnaireResponses": outcome()},
        {"encounter": outcome()},
        {"clinicalNotes": bundle(note(attached("Pain.", "application/pdf")))},
        {"clinicalNotes": bundle(linked())},
        {"clinicalNotes": bundle(note())},
        {"clinicalNotes": bundle(note(attached("Kann seit gestern kein Wasser lassen.")))},
        {"clinicalNotes": bundle(note(attached("x" * 120_000)))},
        {"clinicalNotes": bundle({"resourceType": "DocumentReference", "status": 7})},
        {"clinicalNotes": bundle(note(attached("Pain."))) | {"total": 9}},
        {"clinicalNotes": bundle(note(attached("Pain."))) | {"link": [{"relation": "next", "url": f"{BASE}/more"}]}},
        {"clinicalNotes": bundle(note(attached("Pain."), subject={"reference": "#me"}))},
        {"clinicalNotes": bundle(note(attached(DANGER), date="2026-03-01"))},
        {"clinicalNotes": bundle(note(attached(DANGER), date="2026-03-01", docStatus="preliminary"))},
        {"encounter": visit(reasonCode=[{"text": DANGER}])},
    ],
)
def test_what_failed_was_cut_or_tells_of_danger_forbids_restraint(sent: Json, client: FlaskClient) -> None:
    assert RESTRAINT.isdisjoint(_repeat(client, **sent))


def test_a_sound_note_and_visit_forbid_no_restraint(client: FlaskClient) -> None:
    sound = note(attached("Low back pain. No numbness, no weakness, bladder and bowel normal. No fever."))
    assert "ImagingAlreadyDone" in _repeat(
        client, clinicalNotes=bundle(sound), encounter=visit(reasonCode=[{"text": "Back pain"}])
    )


@pytest.mark.parametrize(
    "void",
    [
        note(attached(WORDS), status="entered-in-error"),
        note(attached(WORDS), status="superseded"),
        note(attached(WORDS), docStatus="preliminary"),
        note(attached(WORDS), date="2025-06-01"),
        note(attached(WORDS), type=concept("11504-8", "http://loinc.org")),
        note(attached(WORDS), subject={"reference": "Patient/another"}),
    ],
)
def test_what_is_void_old_of_another_type_or_anothers_gives_no_fact(void: Json, client: FlaskClient) -> None:
    assert "note," not in why(ask(client, prefetch(clinicalNotes=bundle(void))))


def test_the_reason_of_the_calls_visit_is_read(client: FlaskClient, ehr: responses.RequestsMock) -> None:
    own = visit(reasonCode=[{"text": "Left buttock pain shooting down to the calf"}])
    context = {"encounterId": "visit-1"}
    text = why(ask(client, prefetch(encounter=own), context=context))
    assert "Left buttock pain, free text of the visit, 10 Mar 2026" in text
    other = why(ask(client, prefetch(encounter={**own, "id": "visit-0"}), context=context))
    assert "free text of the visit" not in other
    serve(ehr)
    ehr.get(f"{BASE}/Encounter/visit-1", json=own)
    assert "free text of the visit" in why(ask(client, None, context=context))
    assert "Encounter/visit-1" in requested(ehr)


def test_a_scope_that_is_not_granted_costs_no_search_and_no_restraint(
    client: FlaskClient, ehr: responses.RequestsMock
) -> None:
    serve(ehr, Condition=bundle(condition("279043006"), condition("300954003", number=2)))
    scope = "patient/Patient.r patient/Condition.rs patient/Observation.read patient/Procedure.s user/ImagingStudy.rs"
    with structlog.testing.capture_logs() as logged:
        assert ask(client, None, scope=scope).status_code == 200
    assert set(requested(ehr)) == {"Patient/patient-1", "Condition", "Observation", "Procedure", "ImagingStudy"}
    gaps = logged[0]["gaps"]
    assert gaps["clinicalNotes"] == gaps["questionnaireResponses"] == gaps["serviceRequests"] == "not-sent:scope"


@pytest.mark.parametrize(
    ("status", "scope", "gap"),
    [
        (404, SCOPES, "not-sent:status-404"),
        (403, "launch", "not-sent:status-403"),
        (403, SCOPES, "unread:status-403"),
        (500, "launch", "unread:status-500"),
    ],
)
def test_a_server_that_offers_no_notes_is_one_that_sends_none(
    status: int, scope: str, gap: str, client: FlaskClient, ehr: responses.RequestsMock
) -> None:
    ehr.post(f"{BASE}/DocumentReference/_search", status=status)
    ehr.get(re.compile(f"{BASE}/DocumentReference.*"), status=status)
    serve(ehr)
    with structlog.testing.capture_logs() as logged:
        assert ask(client, None, scope=scope).status_code == 200
    assert logged[0]["gaps"] == {"clinicalNotes": gap}


def test_pages_of_notes_are_read_until_the_newest_are_there(client: FlaskClient, ehr: responses.RequestsMock) -> None:
    def page(days: list[int], following: str | None) -> Json:
        notes = [note(attached("Pain."), number=100 - day, date=f"2026-01-{day:02d}") for day in days]
        return bundle(*notes) | ({"link": [{"relation": "next", "url": following}]} if following else {})

    first, second, third = [28, 27, 26], [25, 24, 23], [22, 21, 20]
    serve(ehr, DocumentReference=page(first, f"{BASE}/p2") | {"total": 900})
    ehr.get(f"{BASE}/p2", json=page(second, f"{BASE}/p3") | {"total": 900})
    ehr.get(f"{BASE}/p3", json=page(third, None))
    text = why(ask(client, None))
    assert UNSEEN not in text
    assert requested(ehr).count("p2") == 1
    assert "p3" not in requested(ehr)


def test_notes_that_come_in_no_order_are_read_to_the_last_page(
    client: FlaskClient, ehr: responses.RequestsMock
) -> None:
    unsorted = bundle(*(note(attached("Pain."), number=day, date=f"2026-01-{day:02d}") for day in range(1, 9)))
    serve(ehr, DocumentReference=unsorted | {"link": [{"relation": "next", "url": f"{BASE}/p2"}]})
    ehr.get(f"{BASE}/p2", json=bundle(note(attached(WORDS), number=50, date="2026-03-01")))
    assert "Left buttock pain, note, 1 Mar 2026" in why(ask(client, None))


def test_five_notes_of_6000_characters_are_read_whole(client: FlaskClient) -> None:
    filler = "Blood pressure is well controlled and he sleeps well. "
    sent = [
        note(attached(filler * 110 + f"Left {place} pain."), number=number, date=f"2026-02-0{number + 1}")
        for number, place in enumerate(["buttock", "calf", "back of thigh", "heel", "buttock"])
    ]
    text = why(ask(client, whole_prefetch(clinicalNotes=bundle(*sent))))
    assert "Left buttock pain, note, 5 Feb 2026" in text
    assert "Left calf pain, note, 2 Feb 2026" in text
    assert UNSEEN not in text


def test_words_over_the_budget_are_not_read_and_counted_the_newest_first(client: FlaskClient) -> None:
    filler = "Blood pressure is well controlled and he sleeps well. " * 1_700  # 92 kB
    sent = [
        note(attached(f"{filler} Left {place} pain."), number=number, date=f"2026-02-0{9 - number}")
        for number, place in enumerate(["buttock", "calf", "groin", "heel"])
    ]
    text = why(ask(client, whole_prefetch(clinicalNotes=bundle(*reversed(sent)))))
    assert "2 clinical notes" in text
    assert "groin" not in text


def test_a_flood_of_words_in_records_costs_the_oldest_first(client: FlaskClient) -> None:
    flood = "Blood pressure is well controlled and he sleeps well. " * 300
    old = [
        condition("38341003", number=number, recordedDate="2019-01-05", note=[{"text": flood}])
        for number in range(3, 60)
    ]
    new = condition("38341003", number=99, recordedDate="2026-03-01", code={"text": "Left buttock pain to the calf"})
    text = why(ask(client, whole_prefetch(*old, new)))
    assert "Left buttock pain, free text of the problem list" in text
    assert "texts: not read." in text


def test_a_report_on_imaging_tells_diagnoses_alone(client: FlaskClient) -> None:
    words = "INDICATION: left groin pain.\nFINDINGS: Severe left hip osteoarthritis.\nIMPRESSION: As above."
    report = resource(
        "DiagnosticReport",
        status="final",
        code=concept("26131-3", "http://loinc.org"),
        effectiveDateTime="2026-02-01",
        presentedForm=[attached(words)],
    )
    body = call(SELECT, order("72148"), prefetch=whole_prefetch(reports=bundle(report)))
    answer = client.post(f"/cds-services/{SELECT}", json=body)
    assert answer.status_code == 200
    assert "groin" not in answer.get_data(as_text=True)
    note_of_scan = note(attached(words), type=concept("18748-4", "http://loinc.org"))
    view = client.post(f"/cds-services/{VIEW}", json=call(VIEW, prefetch=prefetch(clinicalNotes=bundle(note_of_scan))))
    assert view.status_code == 200
    assert "groin" not in view.get_data(as_text=True)
