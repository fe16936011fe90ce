"""Each fault of a FHIR server, through the whole service over HTTP: the right card and what it lacks, or an honest 412.

Whatever the server does, and it goes on for minutes, the call is answered: a service that waited for it would hang.
"""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import Any

import pytest
import requests
from flask import Flask
from liveness import LIVENESS_S
from log_capture import configured_log
from synthetic import SIGN, Json, buttock_to_calf, call, concept, condition, observation, order, patient, resource
from werkzeug.serving import make_server

from cds_service.engine import _READING_CALLS

from .stub_faults import FAULTS
from .stub_fhir import Stub, stub_fhir

READING_AT_ONCE = _READING_CALLS  # calls of a worker that read a FHIR server at once; more share their threads
TOKEN = "s3cret-token"  # noqa: S105 - synthetic
STRANGER = {"subject": {"reference": "Patient/another"}}

NOTHING_LOST = {
    "slow",
    "bad-head",
    "no-post",
    "knows-json-only",
    "wrong-type",
    "reset-once",
    "ignores-filters",
    "duplicates",
}
PARTLY = {
    "endless-pages": "pages",
    "circle": "circle",
    "next-elsewhere": "elsewhere",
    "next-outside": "elsewhere",
    "next-of-others": "other-patients",
    "next-fails": "status-500",
    "next-hangs": "deadline",
    "patient-ignored": "other-patients",
    "outcome-inside": "outcome",
}
NOBODY = "http://127.0.0.1:9/fhir"  # nothing listens there
LOST = {
    **{code: f"status-{code}" for code in FAULTS if code.isdigit()},
    "hang": "deadline",
    "drip-head": "deadline",
    "drip-body": "deadline",
    "endless-body": "too-large",
    "gzip-bomb": "too-large",
    "wrong-patient": "other-patients",
    "redirect": "status-302",
    "redirect-inside": "status-307",
    "html": "malformed",
    "truncated": "malformed",
    "cut-short": "broken-off",
    "reset": "broken-off",
    "outcome": "outcome",
}


@pytest.fixture
def service(build: Callable[..., Flask], ehr: Stub) -> Iterator[str]:
    """The whole service on a socket. Its searches have twice their usual time: what is not held up comes within it."""
    app = build(fhir_deadline=3, demo_fhir_servers=[ehr.base, behind_tls(ehr), NOBODY])
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/cds-services/{SIGN}"
    server.shutdown()
    thread.join()
    server.server_close()


def behind_tls(stub: Stub) -> str:
    """The stub's base URL as if it spoke TLS, which it does not."""
    return stub.base.replace("http:", "https:")


def chart() -> list[Json]:
    """Pain that points to the spine, a procedure, and another patient's records of the same kinds."""
    records = [patient(), *buttock_to_calf(), resource("Procedure", status="completed", code=concept("80146002"))]
    others = [
        condition("102570003", number=8, **STRANGER),
        resource("Procedure", 8, status="completed", code=concept("52734007"), **STRANGER),
    ]
    return records + others


@pytest.fixture
def ehr() -> Iterator[Stub]:
    with stub_fhir(chart()) as stub:
        yield stub


def ask(service: str, stub: Stub, **fields: Any) -> requests.Response:
    """The answer to a call that brings nothing; that it comes while the server's fault goes on is asserted here."""
    granted = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.rs"}
    draft = order("73721", bodySite=[concept("287579007")])
    members = {"prefetch": None, "fhirServer": stub.base, "fhirAuthorization": granted, **fields}
    with requests.Session() as session:
        session.trust_env = False
        return session.post(service, json=call(SIGN, draft, **members), timeout=LIVENESS_S)


def detail(answer: requests.Response) -> str:
    assert answer.status_code == 200, answer.text
    [card] = answer.json()["cards"]
    assert card["source"]["topic"]["code"] == "SpinePatternHipImaging"
    return str(card["detail"])


@pytest.fixture
def well(service: str, ehr: Stub) -> str:
    """The card's detail while the server is well."""
    card_detail = detail(ask(service, ehr))
    assert "Not all of the chart was seen" not in card_detail
    return card_detail


def gap(sentence: str) -> str:
    return f"\n\n**Not all of the chart was seen, and nothing unseen counts as absent.** {sentence}"


def test_every_fault_is_tried() -> None:
    assert NOTHING_LOST | PARTLY.keys() | LOST.keys() == FAULTS.keys()


@pytest.mark.parametrize("fault", sorted(NOTHING_LOST))
def test_a_fault_that_costs_nothing_changes_nothing(service: str, ehr: Stub, well: str, fault: str) -> None:
    ehr.seen.clear()
    ehr.faults = {"Condition": fault, "Procedure": fault}
    assert detail(ask(service, ehr)) == well


@pytest.mark.parametrize("fault", sorted(PARTLY))
def test_an_optional_kind_read_in_part_is_said_to_be_incomplete(service: str, ehr: Stub, well: str, fault: str) -> None:
    ehr.faults = {"Procedure": fault}
    gap_text = gap("Procedures: incomplete.")
    card_detail = detail(ask(service, ehr))
    assert gap_text in card_detail
    assert card_detail.replace(gap_text, "") == well


@pytest.mark.parametrize("fault", sorted(LOST))
def test_an_optional_kind_that_is_lost_is_said_to_be_unread(service: str, ehr: Stub, well: str, fault: str) -> None:
    ehr.faults = {"Procedure": fault}
    gap_text = gap("Procedures: not read.")
    card_detail = detail(ask(service, ehr))
    assert gap_text in card_detail
    assert card_detail.replace(gap_text, "") == well


@pytest.mark.parametrize("fault", sorted(PARTLY))
def test_problems_read_in_part_give_their_card_and_are_said_to_be_incomplete(
    service: str, ehr: Stub, fault: str
) -> None:
    ehr.faults = {"Condition": fault}
    assert gap("Conditions: incomplete.") in detail(ask(service, ehr))


@pytest.mark.parametrize("fault", sorted(LOST))
def test_problems_that_are_lost_are_412_and_never_silence(service: str, ehr: Stub, fault: str) -> None:
    ehr.faults = {"Condition": fault}
    answer = ask(service, ehr)
    assert answer.status_code == 412
    [issue] = answer.json()["issue"]
    assert issue["expression"] == ["prefetch.conditions"]
    assert "could not be read from the FHIR server: " in issue["diagnostics"]
    assert "patient-1" not in answer.text


@pytest.mark.parametrize("fault", ["hang", "drip-head", "drip-body", "endless-body", "gzip-bomb"])
def test_a_server_that_is_bad_throughout_costs_no_more_time(service: str, ehr: Stub, fault: str) -> None:
    ehr.faults = {"*": fault}
    answer = ask(service, ehr)
    assert (answer.status_code, answer.json()["issue"][0]["expression"]) == (412, ["prefetch.patient"])


def test_a_server_whose_every_search_has_no_end_costs_no_more_time(service: str, ehr: Stub) -> None:
    ehr.faults = {"*": "endless-pages", "Patient": "duplicates"}
    card_detail = detail(ask(service, ehr))
    assert "Conditions: incomplete." in card_detail
    assert "Observations: not read." in card_detail


def test_calls_at_once_each_have_all_their_searches_at_once(service: str, ehr: Stub, well: str) -> None:
    """As many calls as have threads for all their searches: none of a slow server waits until it is too late."""
    ehr.faults = {"*": "slow"}
    with ThreadPoolExecutor(READING_AT_ONCE) as callers:
        answers = list(callers.map(lambda _: detail(ask(service, ehr)), range(READING_AT_ONCE)))
    assert answers == [well] * READING_AT_ONCE


def test_nobody_is_told_the_token_or_another_host_by_a_next_link_or_redirect(service: str, ehr: Stub) -> None:
    ehr.faults = {"Procedure": "next-outside", "Condition": "redirect-inside", "ImagingStudy": "next-elsewhere"}
    ask(service, ehr)
    assert not [request for request in ehr.seen if "/admin" in request.target or "redirected" in request.target]
    assert {request.headers["Host"].split(":")[0] for request in ehr.seen} == {"127.0.0.1"}
    assert {request.headers["Authorization"] for request in ehr.seen} == {f"Bearer {TOKEN}"}


def test_no_more_than_ten_pages_of_a_search_are_read(service: str, ehr: Stub) -> None:
    ehr.faults = {"Procedure": "endless-pages"}
    ask(service, ehr)
    assert len([request for request in ehr.seen if request.kind == "Procedure"]) == 10


def test_all_pages_of_a_long_search_count(service: str, ehr: Stub) -> None:
    ehr.resources[:0] = [condition("38341003", number=number) for number in range(50)]
    ehr.page_size = 10
    assert "Not all of the chart was seen" not in detail(ask(service, ehr))
    assert len([request for request in ehr.seen if request.kind == "Condition"]) == 6


def test_records_of_others_on_a_next_page_never_count(service: str, ehr: Stub) -> None:
    """Groin pain would stop the spine pattern, were it this patient's."""
    ehr.resources.append(condition("102570003", number=9))
    answer = ask(service, ehr)
    assert "SpinePatternHipImaging" not in answer.text
    ehr.resources.pop()
    ehr.faults = {"Condition": "next-of-others"}
    assert detail(ask(service, ehr))


def test_cancelled_orders_and_uncoded_observations_of_a_server_that_ignores_filters(service: str, ehr: Stub) -> None:
    """We do not rely on `status`, and nothing is dropped for want of a code."""
    ehr.resources += [
        order("72148", number=5, status="revoked", authoredOn="2026-03-01"),
        observation("x", number=5, code={"text": "seen without a code"}),
    ]
    well = detail(ask(service, ehr))
    ehr.faults = {"*": "ignores-filters"}
    assert detail(ask(service, ehr)) == well


@pytest.mark.parametrize("fault", [None, "bad-head", "hang", "reset", "truncated", "403"])
def test_no_log_line_of_any_level_names_the_patient_or_the_token(service: str, ehr: Stub, fault: str | None) -> None:
    """Not even what libraries log: they name URLs."""
    ehr.faults = {"*": fault} if fault else {}
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # this test's own server
    with configured_log("debug") as written:
        ask(service, ehr)
    assert written.getvalue().count("\n") == 1
    assert not [secret for secret in ("patient-1", TOKEN, "279043006") if secret in written.getvalue()]


def test_no_url_names_the_patient_but_the_patients_own(service: str, ehr: Stub) -> None:
    ask(service, ehr)
    assert {request.target for request in ehr.seen if "patient-1" in request.target} == {"/ehr/r4/Patient/patient-1"}
    assert {request.method for request in ehr.seen if request.kind != "Patient"} == {"POST"}


def test_a_server_that_refused_post_once_is_asked_by_get_from_then_on(service: str, ehr: Stub) -> None:
    ehr.faults = {"*": "no-post"}
    ask(service, ehr)
    ehr.seen.clear()
    assert detail(ask(service, ehr))
    assert {request.method for request in ehr.seen} == {"GET"}


def test_a_server_that_refused_a_media_type_once_is_asked_for_the_other(service: str, ehr: Stub) -> None:
    ehr.faults = {"*": "knows-json-only"}
    ask(service, ehr)
    ehr.seen.clear()
    assert detail(ask(service, ehr))
    assert {request.headers["Accept"] for request in ehr.seen} == {"application/json"}


def test_a_dead_server_is_left_alone_after_three_calls(service: str, ehr: Stub) -> None:
    ehr.faults = {"*": "503"}
    assert ask(service, ehr).status_code == 412  # it asked to be left alone for an hour; we do so for a minute
    ehr.seen.clear()
    answer = ask(service, ehr)
    assert answer.status_code == 412
    assert "has failed repeatedly" in answer.text
    assert not ehr.seen


def test_a_type_that_is_forbidden_does_not_make_the_server_one_that_is_down(service: str, ehr: Stub) -> None:
    ehr.faults = {"Procedure": "503"}
    for _ in range(4):
        assert "Procedures: not read." in detail(ask(service, ehr))


def test_nothing_listens_there(service: str, ehr: Stub) -> None:
    assert "could not be reached" in ask(service, ehr, fhirServer=NOBODY).text


@pytest.mark.parametrize("path", ["/ehr", "/ehr/r4x", "/"])
def test_a_server_of_this_machine_that_was_not_told_is_never_asked(service: str, ehr: Stub, path: str) -> None:
    """Neither the answer nor its time tells a web page whether anything listens there."""
    listening = ehr.base.replace("/ehr/r4", path)
    answers = [ask(service, ehr, fhirServer=base) for base in (listening, "http://127.0.0.1:1/fhir")]
    assert [answer.status_code for answer in answers] == [412, 412]
    assert answers[0].json()["issue"] == answers[1].json()["issue"]
    assert "this caller may not name that fhirServer" in answers[0].text
    assert not ehr.seen


def test_a_server_without_tls_behind_https(service: str, ehr: Stub) -> None:
    answer = ask(service, ehr, fhirServer=behind_tls(ehr))
    assert answer.status_code == 412
    assert "no secure connection" in answer.text
    assert not ehr.seen


@pytest.mark.parametrize("fault", [None, "hang"])
def test_the_next_page_of_a_prefetched_bundle_is_fetched_or_said_to_lack(
    service: str, ehr: Stub, fault: str | None
) -> None:
    buttock, calf = buttock_to_calf()
    following = {"relation": "next", "url": f"{ehr.base}/Condition?patient=patient-1&start=1"}
    first = {"resourceType": "Bundle", "type": "searchset", "link": [following], "entry": [{"resource": buttock}]}
    keys = requests.get(service.rsplit("/", 1)[0], timeout=LIVENESS_S).json()["services"][0]["prefetch"]
    sent = dict.fromkeys(keys) | {"patient": patient(), "conditions": first}
    ehr.faults = {"Condition": fault} if fault else {}
    answer = ask(service, ehr, prefetch=sent)
    if fault:
        [card] = answer.json()["cards"]  # calf pain, on the second page, is not known: the order alone is judged
        assert card["source"]["topic"]["code"] == "PlainFilmsFirst"
        assert gap("Conditions: incomplete.") in card["detail"]
    else:
        assert calf["id"] in str(ehr.resources)
        assert "Not all of the chart was seen" not in detail(answer)
    assert {request.kind for request in ehr.seen} == {"Condition"}


@pytest.mark.parametrize("base", ["https://elsewhere.example/r4", None])
def test_the_next_page_of_a_prefetched_bundle_that_may_not_be_read_is_said_to_lack(
    service: str, ehr: Stub, base: str | None
) -> None:
    keys = requests.get(service.rsplit("/", 1)[0], timeout=LIVENESS_S).json()["services"][0]["prefetch"]
    following = {"relation": "next", "url": "https://elsewhere.example/r4/Condition?page=2"}
    bundle = {
        "resourceType": "Bundle",
        "entry": [{"resource": problem} for problem in buttock_to_calf()],
        "link": [following],
    }
    sent = dict.fromkeys(keys) | {"patient": patient(), "conditions": bundle}
    fields = {"fhirServer": base} if base else {}
    answer = ask(service, ehr, prefetch=sent, **fields) if base else ask(service, ehr, prefetch=sent)
    assert gap("Conditions: incomplete.") in detail(answer)
    assert not ehr.seen
