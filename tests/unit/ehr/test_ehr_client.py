"""The EHR client against a mocked server: what it sends, what it refuses, and that the token goes nowhere else."""

import logging
import time
from functools import partial
from threading import Barrier, Event
from urllib.parse import parse_qsl

import pytest
import requests
import responses
from ehr_pages import ACCESS, BASE, BOTH, CONDITIONS, PAGE, PROCEDURES, SEARCH, SEARCHED, after, faults, pages
from liveness import LIVENESS_S
from urllib3.exceptions import ProtocolError

from cds_service.ehr.access import Access
from cds_service.ehr.client import EhrClient


def test_every_search_carries_the_token_and_asks_for_fhir_json(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    ehr.post(SEARCHED, body=PAGE)
    ehr.get(f"{BASE}/Patient/patient-1", body=b"{}")
    results = fhir.fetch(Access(f"{BASE}/", "s3cret-token"), {**SEARCH, "patient": "Patient/patient-1"})
    assert pages(results) == {"conditions": [PAGE], "patient": [b"{}"]}
    assert [call.request.headers["Authorization"] for call in ehr.calls] == ["Bearer s3cret-token"] * 2
    assert {call.request.headers["Accept"] for call in ehr.calls} == {"application/fhir+json"}


def test_a_search_is_a_form_so_that_no_url_names_the_patient(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    ehr.post(SEARCHED, body=PAGE)
    fhir.fetch(ACCESS, {"conditions": "Condition?patient=patient-1&code=http://snomed.info/sct|1,http://loinc.org|2"})
    [recorded] = ehr.calls
    assert recorded.request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert dict(parse_qsl(recorded.request.body)) == {
        "patient": "patient-1",
        "code": "http://snomed.info/sct|1,http://loinc.org|2",
        "_count": "100",
    }


def test_without_a_token_none_is_sent(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    ehr.post(SEARCHED, body=PAGE)
    assert pages(fhir.fetch(Access(BASE), SEARCH)) == {"conditions": [PAGE]}
    assert "Authorization" not in ehr.calls[0].request.headers


@pytest.mark.parametrize("status", [204, 301, 302, 401, 408, 410, 429, 500, 503])
def test_any_status_but_200_fails_only_that_search(ehr: responses.RequestsMock, fhir: EhrClient, status: int) -> None:
    ehr.post(SEARCHED, status=status, body=PAGE, headers={"Location": "https://elsewhere.example/"})
    ehr.get(PROCEDURES, body=PAGE)
    results = fhir.fetch(ACCESS, BOTH)
    assert (pages(results), faults(results)) == ({"procedure": [PAGE]}, {"conditions": f"status-{status}"})
    assert {call.request.url for call in ehr.calls} == {SEARCHED, PROCEDURES}


@pytest.mark.parametrize("status", [400, 403, 404, 405, 415, 422, 501])
def test_a_server_that_rejects_post_is_read_by_get_now_and_later(
    ehr: responses.RequestsMock, fhir: EhrClient, status: int
) -> None:
    ehr.post(SEARCHED, status=status)
    ehr.get(CONDITIONS, body=PAGE)
    for _ in range(2):
        assert pages(fhir.fetch(ACCESS, SEARCH)) == {"conditions": [PAGE]}
    assert [call.request.method for call in ehr.calls] == ["POST", "GET", "GET"]
    assert ehr.calls[1].request.url == f"{CONDITIONS}?patient=patient-1&_count=100"


def test_a_server_that_accepts_post_is_not_retried_by_get(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    ehr.post(SEARCHED, body=PAGE)
    ehr.post(f"{BASE}/Procedure/_search", status=403)
    fhir.fetch(ACCESS, SEARCH)
    assert faults(fhir.fetch(ACCESS, {"procedures": "Procedure?patient=patient-1"})) == {"procedures": "status-403"}
    assert {call.request.method for call in ehr.calls} == {"POST"}


def test_a_single_type_that_rejects_post_is_read_by_get(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    ehr.post(SEARCHED, body=PAGE)
    ehr.post(f"{BASE}/Procedure/_search", status=405)
    ehr.get(f"{BASE}/Procedure", body=PAGE)
    fhir.fetch(ACCESS, SEARCH)
    both = {**SEARCH, "procedures": "Procedure?patient=patient-1"}
    assert pages(fhir.fetch(ACCESS, both)) == {"conditions": [PAGE], "procedures": [PAGE]}
    assert [call.request.method for call in ehr.calls if call.request.url.startswith(CONDITIONS)] == ["POST", "POST"]


def test_a_server_without_fhir_json_is_asked_for_json(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    ehr.post(SEARCHED, status=406, match=[responses.matchers.header_matcher({"Accept": "application/fhir+json"})])
    ehr.post(SEARCHED, body=PAGE, match=[responses.matchers.header_matcher({"Accept": "application/json"})])
    for _ in range(2):
        assert pages(fhir.fetch(ACCESS, SEARCH)) == {"conditions": [PAGE]}
    assert len(ehr.calls) == 3


def test_a_search_refused_while_another_learns_the_media_type_is_retried_too(
    ehr: responses.RequestsMock,
) -> None:
    """Refuse Procedures only once the Conditions search has settled the media type for the server."""
    client = EhrClient(timeout_s=LIVENESS_S)
    server = client._servers.get(BASE)
    begun = Event()

    def refuse(request: requests.PreparedRequest, *, is_last: bool) -> tuple[int, dict[str, str], bytes]:
        if request.headers["Accept"] == "application/json":
            return 200, {}, PAGE
        deadline = time.monotonic() + LIVENESS_S
        if is_last:
            begun.set()
        while is_last and server.accept != "application/json" and time.monotonic() < deadline:
            time.sleep(0.005)
        assert begun.wait(LIVENESS_S)
        return 406, {}, b""

    ehr.add_callback(responses.POST, SEARCHED, partial(refuse, is_last=False))
    ehr.add_callback(responses.POST, f"{BASE}/Procedure/_search", partial(refuse, is_last=True))
    both = {**SEARCH, "procedures": "Procedure?patient=patient-1"}
    assert pages(client.fetch(ACCESS, both)) == {"conditions": [PAGE], "procedures": [PAGE]}
    client.close()


def test_a_server_that_accepts_neither_media_type_is_asked_only_twice(
    ehr: responses.RequestsMock, fhir: EhrClient
) -> None:
    ehr.post(SEARCHED, status=406)
    assert faults(fhir.fetch(ACCESS, SEARCH)) == {"conditions": "status-406"}
    assert len(ehr.calls) == 2


@pytest.mark.parametrize("token", ["line\nbreak", "emoji \U0001f642", "", "two words"])
def test_a_token_that_is_no_valid_header_fails_the_searches_and_is_not_sent(
    ehr: responses.RequestsMock, fhir: EhrClient, token: str
) -> None:
    assert faults(fhir.fetch(Access(BASE, token), SEARCH)) == {"conditions": "request"}
    assert not ehr.calls


def test_tracing_headers_are_passed_on_and_no_others(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    ehr.post(SEARCHED, body=PAGE)
    headers = {"traceparent": "00-ab-cd-01", "X-Request-ID": "r-1", "Cookie": "a=b", "authorization": "Basic x"}
    fhir.fetch(Access(BASE, "s3cret-token", trace_headers=headers), SEARCH)
    sent = ehr.calls[0].request.headers
    assert (sent["traceparent"], sent["X-Request-ID"]) == ("00-ab-cd-01", "r-1")
    assert (sent.get("Cookie"), sent["Authorization"]) == (None, "Bearer s3cret-token")


def test_an_unreachable_server_fails_the_searches(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    assert faults(fhir.fetch(ACCESS, SEARCH)) == {"conditions": "unreachable"}
    assert len(ehr.calls) == 1


def test_a_reset_connection_is_retried_once(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    ended = requests.ConnectionError(ProtocolError("Connection aborted."))
    ehr.post(SEARCHED, body=ended)
    ehr.post(SEARCHED, body=PAGE)
    assert pages(fhir.fetch(ACCESS, SEARCH)) == {"conditions": [PAGE]}
    ehr.reset()
    ehr.post(SEARCHED, body=ended)
    assert faults(fhir.fetch(ACCESS, SEARCH)) == {"conditions": "broken-off"}
    assert len(ehr.calls) == 2


def test_a_slow_search_costs_itself_and_is_not_waited_for(
    ehr: responses.RequestsMock, fhir: EhrClient, released: Event
) -> None:
    fhir.timeout_s = 2
    ehr.add_callback(responses.POST, SEARCHED, after(released))
    ehr.get(PROCEDURES, body=PAGE)
    results = fhir.fetch(ACCESS, BOTH)
    assert (list(pages(results)), faults(results)) == (["procedure"], {"conditions": "deadline"})


def test_searches_run_at_once(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    """Answer no search before all have been sent."""
    all_sent = Barrier(8, timeout=LIVENESS_S)

    def answer(_request: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        all_sent.wait()
        return 200, {}, PAGE

    for number in range(8):
        ehr.add_callback(responses.GET, f"{BASE}/Condition/{number}", answer)
    assert len(pages(fhir.fetch(ACCESS, {str(number): f"Condition/{number}" for number in range(8)}))) == 8


def test_a_search_that_waits_past_the_deadline_is_never_sent(ehr: responses.RequestsMock, released: Event) -> None:
    fhir = EhrClient(timeout_s=0.2, threads=1)
    ehr.add_callback(responses.POST, SEARCHED, after(released))
    ehr.get(PROCEDURES, body=PAGE)
    assert pages(fhir.fetch(ACCESS, BOTH)) == {}
    released.set()
    fhir._pool.submit(int).result(LIVENESS_S)  # the only thread has been through all that was waiting
    assert [call.request.url for call in ehr.calls] == [SEARCHED]
    fhir.close()


def test_our_own_bug_fails_only_the_search_and_its_text_is_not_logged(
    ehr: responses.RequestsMock, fhir: EhrClient, caplog: pytest.LogCaptureFixture
) -> None:
    ehr.post(SEARCHED, body=LookupError("patient-1"))
    ehr.get(PROCEDURES, body=PAGE)
    results = fhir.fetch(ACCESS, BOTH)
    assert (list(pages(results)), faults(results)) == (["procedure"], {"conditions": "request"})
    assert [getattr(record, "kind", None) for record in caplog.records] == ["LookupError"]
    assert "patient-1" not in caplog.text


def test_a_cookie_of_one_call_does_not_go_out_with_the_next(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    ehr.post(SEARCHED, body=PAGE, headers={"Set-Cookie": "session=of-user-1; Path=/"})
    for _ in range(2):
        fhir.fetch(ACCESS, SEARCH)
    assert [call.request.headers.get("Cookie") for call in ehr.calls] == [None, None]


def test_the_token_and_the_patient_are_in_no_representation_and_no_log(
    ehr: responses.RequestsMock, fhir: EhrClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ehr.post(SEARCHED, status=500)
    results = fhir.fetch(ACCESS, SEARCH) | fhir.fetch(ACCESS, {"unreachable": "Elsewhere"})
    text = repr(ACCESS) + repr(fhir) + repr(results) + caplog.text
    assert "s3cret-token" not in text
    assert "patient-1" not in text


def test_a_server_that_is_down_is_not_called_after_three_failed_calls(
    ehr: responses.RequestsMock, fhir: EhrClient
) -> None:
    for _ in range(4):
        results = fhir.fetch(ACCESS, SEARCH)
    assert faults(results) == {"conditions": "resting"}
    assert len(ehr.calls) == 3
    ehr.post("https://other.example/fhir/Condition/_search", body=PAGE)
    assert pages(fhir.fetch(Access("https://other.example/fhir"), SEARCH))


def test_a_server_that_answers_one_search_is_not_down(ehr: responses.RequestsMock, fhir: EhrClient) -> None:
    ehr.get(PROCEDURES, status=404)
    for _ in range(5):
        results = fhir.fetch(ACCESS, BOTH)
    assert faults(results) == {"conditions": "unreachable", "procedure": "status-404"}


@pytest.mark.parametrize(("header", "is_left_alone"), [("120", True), ("Sun, 22 Nov 2026 19:00:00 GMT", False)])
def test_a_server_that_asks_us_to_wait_is_not_called(
    ehr: responses.RequestsMock, fhir: EhrClient, header: str, is_left_alone: bool
) -> None:
    ehr.post(SEARCHED, status=429, headers={"Retry-After": header})
    fhir.fetch(ACCESS, SEARCH)
    assert (faults(fhir.fetch(ACCESS, SEARCH)) == {"conditions": "resting"}) is is_left_alone
