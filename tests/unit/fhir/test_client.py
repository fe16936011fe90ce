"""The EHR client against a mocked server: what it sends, what it refuses, and that its token goes nowhere else."""

import gzip
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
import responses
from synthetic import bundle, condition, encoded

from cds_service.errors import FhirUnavailable
from cds_service.fhir.client import Access, EhrClient

BASE = "https://ehr.example/fhir"
ACCESS = Access(BASE, "s3cret-token")
CONDITIONS = f"{BASE}/Condition"
SEARCH = {"conditions": "Condition?patient=patient-1"}
PAGE = encoded(bundle(condition("23056005")))


@pytest.fixture
def ehr() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def client() -> Iterator[EhrClient]:
    client = EhrClient(deadline=0.5)
    yield client
    client.close()


def page(following: str | None = None, number: int = 1) -> bytes:
    links = [{"relation": "self", "url": "x"}] + ([{"relation": "next", "url": following}] if following else [])
    return encoded(bundle(condition("23056005", number=number)) | {"link": links})


def test_every_search_carries_the_token_and_asks_for_fhir_json(ehr: responses.RequestsMock, client: EhrClient) -> None:
    ehr.get(CONDITIONS, body=PAGE)
    ehr.get(f"{BASE}/Patient/patient-1", body=b"{}")
    read = client.read(Access(f"{BASE}/", "s3cret-token"), {**SEARCH, "patient": "Patient/patient-1"})
    assert read == {"conditions": [PAGE], "patient": [b"{}"]}
    assert [call.request.headers["Authorization"] for call in ehr.calls] == ["Bearer s3cret-token"] * 2
    assert {call.request.headers["Accept"] for call in ehr.calls} == {"application/fhir+json"}


def test_without_a_token_none_is_sent(ehr: responses.RequestsMock, client: EhrClient) -> None:
    ehr.get(CONDITIONS, body=PAGE)
    assert client.read(Access(BASE), SEARCH) == {"conditions": [PAGE]}
    assert "Authorization" not in ehr.calls[0].request.headers


@pytest.mark.parametrize("status", [204, 301, 302, 401, 403, 404, 429, 500, 503])
def test_any_status_but_200_costs_that_search_alone(
    ehr: responses.RequestsMock, client: EhrClient, status: int
) -> None:
    ehr.get(CONDITIONS, status=status, body=PAGE, headers={"Location": "https://elsewhere.example/"})
    ehr.get(f"{BASE}/Procedure", body=PAGE)
    assert client.read(ACCESS, {**SEARCH, "procedures": "Procedure"}) == {"procedures": [PAGE]}
    assert {call.request.url.split("?")[0] for call in ehr.calls} == {CONDITIONS, f"{BASE}/Procedure"}


@pytest.mark.parametrize("token", ["line\nbreak", "emoji \U0001f642"])
def test_a_token_that_is_no_header_costs_the_searches(
    ehr: responses.RequestsMock, client: EhrClient, token: str
) -> None:
    ehr.get(CONDITIONS, body=PAGE)
    assert client.read(Access(BASE, token), SEARCH) in ({}, {"conditions": [PAGE]})
    assert all("\n" not in call.request.headers["Authorization"] for call in ehr.calls)


def test_a_server_that_cannot_be_reached_costs_the_searches(ehr: responses.RequestsMock, client: EhrClient) -> None:
    assert client.read(ACCESS, SEARCH) == {}
    assert len(ehr.calls) == 1


def test_a_page_too_large_costs_that_search(ehr: responses.RequestsMock, client: EhrClient) -> None:
    client.deadline = 5
    ehr.get(CONDITIONS, body=b" " * 5_000_001)
    ehr.get(f"{BASE}/Procedure", body=b" " * 5_000_000)
    assert list(client.read(ACCESS, {**SEARCH, "procedures": "Procedure"})) == ["procedures"]


def test_a_page_that_grows_too_large_when_unpacked_costs_that_search(
    ehr: responses.RequestsMock, client: EhrClient
) -> None:
    client.deadline = 5
    packed = gzip.compress(b" " * 50_000_000)
    ehr.get(CONDITIONS, body=packed, headers={"Content-Encoding": "gzip"})
    assert client.read(ACCESS, SEARCH) == {}


def test_a_packed_page_is_read(ehr: responses.RequestsMock, client: EhrClient) -> None:
    ehr.get(CONDITIONS, body=gzip.compress(PAGE), headers={"Content-Encoding": "gzip"})
    assert client.read(ACCESS, SEARCH) == {"conditions": [PAGE]}


def test_a_slow_search_costs_itself_and_no_more_than_the_deadline(
    ehr: responses.RequestsMock, client: EhrClient
) -> None:
    def slow(_request: Any) -> tuple[int, dict[str, str], bytes]:
        time.sleep(1.5)
        return 200, {}, PAGE

    ehr.add_callback(responses.GET, CONDITIONS, slow)
    ehr.get(f"{BASE}/Procedure", body=PAGE)
    started = time.monotonic()
    assert list(client.read(ACCESS, {**SEARCH, "procedures": "Procedure"})) == ["procedures"]
    assert time.monotonic() - started < 1.3


def test_searches_run_at_once(ehr: responses.RequestsMock, client: EhrClient) -> None:
    def wait(_request: Any) -> tuple[int, dict[str, str], bytes]:
        time.sleep(0.3)
        return 200, {}, PAGE

    client.deadline = 5
    for number in range(8):
        ehr.add_callback(responses.GET, f"{BASE}/Condition/{number}", wait)
    started = time.monotonic()
    assert len(client.read(ACCESS, {str(number): f"Condition/{number}" for number in range(8)})) == 8
    assert time.monotonic() - started < 8 * 0.3 / 2


def test_a_search_that_waits_past_the_deadline_is_never_sent(ehr: responses.RequestsMock) -> None:
    def slow(_request: Any) -> tuple[int, dict[str, str], bytes]:
        time.sleep(0.4)
        return 200, {}, PAGE

    client = EhrClient(deadline=0.2, threads=1)
    ehr.add_callback(responses.GET, CONDITIONS, slow)
    ehr.get(f"{BASE}/Procedure", body=PAGE)
    assert client.read(ACCESS, {**SEARCH, "procedures": "Procedure"}) == {}
    time.sleep(0.4)
    assert [call.request.url.split("?")[0] for call in ehr.calls] == [CONDITIONS]
    client.close()


@pytest.mark.parametrize("following", [f"{CONDITIONS}?page=2", "/fhir/Condition?page=2", "Condition?page=2"])
def test_the_next_page_on_the_same_origin_is_followed(
    ehr: responses.RequestsMock, client: EhrClient, following: str
) -> None:
    second = page(number=2)
    ehr.get(CONDITIONS, body=page(following), match=[responses.matchers.query_param_matcher({"patient": "patient-1"})])
    ehr.get(CONDITIONS, body=second, match=[responses.matchers.query_param_matcher({"page": "2"})])
    assert client.read(ACCESS, SEARCH)["conditions"] == [page(following), second]


@pytest.mark.parametrize(
    "following",
    [
        "https://elsewhere.example/fhir/Condition",
        "http://ehr.example/fhir/Condition",
        "https://ehr.example:8443/fhir/Condition",
        "https://ehr.example@elsewhere.example/fhir/Condition",
        "//elsewhere.example/fhir/Condition",
        "file:///etc/passwd",
        "https://[broken/",
        "",
    ],
)
def test_the_next_page_elsewhere_is_not_followed(
    ehr: responses.RequestsMock, client: EhrClient, following: str
) -> None:
    ehr.get(CONDITIONS, body=page(following))
    assert client.read(ACCESS, SEARCH) == {"conditions": [page(following)]}
    assert len(ehr.calls) == 1


def test_pages_without_end_are_followed_so_far_only(ehr: responses.RequestsMock, client: EhrClient) -> None:
    client.deadline = 5
    ehr.get(CONDITIONS, body=page("Condition?page=again"))
    assert len(client.read(ACCESS, SEARCH)["conditions"]) == len(ehr.calls) == 10


def test_a_page_that_is_no_json_has_no_next_page(ehr: responses.RequestsMock, client: EhrClient) -> None:
    ehr.get(CONDITIONS, body=b"<html>")
    assert client.read(ACCESS, SEARCH) == {"conditions": [b"<html>"]}


def test_a_second_page_that_fails_costs_the_search(ehr: responses.RequestsMock, client: EhrClient) -> None:
    ehr.get(CONDITIONS, body=page("/fhir/more"))
    ehr.get("https://ehr.example/fhir/more", status=500)
    assert client.read(ACCESS, SEARCH) == {}


def test_a_cookie_of_one_call_does_not_go_out_with_the_next(ehr: responses.RequestsMock, client: EhrClient) -> None:
    ehr.get(CONDITIONS, body=PAGE, headers={"Set-Cookie": "session=of-user-1; Path=/"})
    for _ in range(2):
        client.read(ACCESS, SEARCH)
    assert [call.request.headers.get("Cookie") for call in ehr.calls] == [None, None]


def test_no_proxy_or_netrc_of_the_machine_is_used(client: EhrClient) -> None:
    assert client._session.trust_env is False


def test_the_token_is_in_no_representation_and_no_log(
    ehr: responses.RequestsMock, client: EhrClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ehr.get(CONDITIONS, status=500)
    client.read(ACCESS, SEARCH)
    client.read(ACCESS, {"unreachable": "Elsewhere"})
    assert "s3cret-token" not in repr(ACCESS) + repr(client) + caplog.text


def test_the_cause_of_a_failure_names_neither_address_nor_patient(client: EhrClient) -> None:
    with pytest.raises(FhirUnavailable) as failure:
        client._get("https://ehr.invalid.example:1/Condition?patient=patient-1", ACCESS, time.monotonic() + 0.2)
    assert "patient" not in str(failure.value)
    assert failure.value.__suppress_context__


def test_after_the_deadline_nothing_is_asked(ehr: responses.RequestsMock, client: EhrClient) -> None:
    ehr.get(CONDITIONS, body=PAGE)
    with pytest.raises(FhirUnavailable, match="deadline"):
        client._get(CONDITIONS, ACCESS, time.monotonic() - 1)
    assert not ehr.calls
