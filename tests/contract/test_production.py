"""Production mode beyond the token: silent clients, exempt roles, registered FHIR servers, and a store that is down."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import responses
from error_shape import assert_error
from flask.testing import FlaskClient
from signing import FHIR, SigningEhr
from speaking_calls import CALLS
from structlog.testing import capture_logs
from synthetic import SIGN, VIEW, Json, bundle, buttock_to_calf, call, concept, order, outcome, patient, prefetch
from werkzeug.test import TestResponse

SYSTEM = "https://ehr.example/roles"


def answer(client: FlaskClient, ehr: SigningEhr, service: str, body: Json) -> Any:
    return client.post(f"/cds-services/{service}", json=body, headers=ehr.bearer(f"/{service}"))


def stored_rows(folder: Path, client: FlaskClient, ehr: SigningEhr, columns: str) -> list[tuple[Any, ...]]:
    """Return what the store holds of the issued cards. Feedback first waits for them."""
    item = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-03-10T12:05:00Z"}
    path = f"/{VIEW}/feedback"
    assert client.post(f"/cds-services{path}", json={"feedback": [item]}, headers=ehr.bearer(path)).status_code == 200
    with closing(sqlite3.connect(folder / "store.sqlite3")) as connection:
        return connection.execute(f"select {columns} from card_issued").fetchall()  # noqa: S608 - no input in it


def speaking(topic: str) -> tuple[str, Json]:
    return CALLS[topic]


def test_a_silent_client_is_judged_logged_and_remembered_and_shown_nothing(
    produce: Callable[..., FlaskClient], ehr: SigningEhr, tmp_path: Path
) -> None:
    client = produce(silent=True)
    service, body = speaking("CaudaEquina")
    with capture_logs() as logged:
        response = answer(client, ehr, service, body)
    assert response.get_json()["cards"] == []
    assert (logged[0]["cards"], logged[0]["silent"]) == (["cauda-equina"], True)
    assert stored_rows(tmp_path, client, ehr, "rule_id, silent") == [("cauda-equina", 1)]


def test_a_client_that_is_not_silent_is_shown_the_same_cards(
    produce: Callable[..., FlaskClient], ehr: SigningEhr, tmp_path: Path
) -> None:
    client = produce()
    service, body = speaking("CaudaEquina")
    [card] = answer(client, ehr, service, body).get_json()["cards"]
    assert stored_rows(tmp_path, client, ehr, "card_uuid, rule_id, silent, tenant") == [
        (card["uuid"], "cauda-equina", 0, "north")
    ]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (call(prefetch={"patient": patient()}), 412),
        (call(prefetch=prefetch() | {"conditions": outcome()}), 412),
        (call(hookInstance=""), 400),
        (call(context={}), 400),
    ],
)
def test_silence_hides_no_failure(
    produce: Callable[..., FlaskClient], ehr: SigningEhr, body: Json, status: int
) -> None:
    """A failure never returns an empty card list."""
    assert answer(produce(silent=True), ehr, VIEW, body).status_code == status


def test_silence_hides_no_fault_of_ours(
    produce: Callable[..., FlaskClient], ehr: SigningEhr, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = produce(silent=True)
    monkeypatch.setattr("cds_service.service.hook_service.decide", lambda *_, **__: 1 / 0)
    assert answer(client, ehr, VIEW, call()).status_code == 500


def role(*codes: Json, member: str = "code", **fields: Any) -> Json:
    made = {
        "resourceType": "PractitionerRole",
        "id": "r1",
        "practitioner": {"reference": "Practitioner/example"},
        member: [{"coding": list(codes)}],
        **fields,
    }
    return {name: value for name, value in made.items() if value is not None}


ORTHO = {"system": SYSTEM, "code": "ORTHO"}


def info_call(role: Json | None, user: str = "Practitioner/example") -> tuple[str, Json]:
    """Return a call that orders a lumbar MRI done two months ago: an info card says so."""
    service, body = CALLS["ImagingAlreadyDone"]
    body = {**body, "context": {**body["context"], "userId": user}}
    return service, {**body, "prefetch": body["prefetch"] | ({"userRole": role} if role is not None else {})}


@pytest.mark.parametrize(
    "role_resource",
    [
        role(ORTHO),
        role({"code": "X"}, ORTHO),
        role(ORTHO, member="specialty"),
        bundle(role(ORTHO)),
        role(ORTHO, practitioner={"reference": "https://ehr.example/fhir/R4/Practitioner/example"}),
    ],
)
@pytest.mark.parametrize("exempt", [f"{SYSTEM}|ORTHO", "ORTHO"])
def test_holders_of_exempt_roles_get_no_info_cards_and_it_is_told(
    produce: Callable[..., FlaskClient], ehr: SigningEhr, tmp_path: Path, role_resource: Json, exempt: str
) -> None:
    client = produce(exempt_roles=[exempt])
    with capture_logs() as logged:
        response = answer(client, ehr, *info_call(role_resource))
    assert response.get_json() == {"cards": []}
    assert (logged[0]["cards"], logged[0]["exempt_role"]) == ([], ["imaging-already-done"])
    assert stored_rows(tmp_path, client, ehr, "rule_id") == []
    fate = 'fate="exempt-role",level="info",rule="imaging-already-done"'
    assert f"hip_spine_cds_cards_total{{{fate}}}" in client.get("/metrics").get_data(as_text=True)


@pytest.mark.parametrize(
    "role_resource",
    [
        None,
        role({"system": SYSTEM, "code": "GP"}),
        role({"system": "https://other.example", "code": "ORTHO"}),
        role(ORTHO, active=False),
        role(ORTHO, practitioner={"reference": "Practitioner/somebody-else"}),
        role(ORTHO, practitioner={"reference": "Practitioner/an-example"}),
        role(ORTHO, practitioner=None),
        outcome(),
        {"resourceType": "PractitionerRole", "code": 7},
        {"no": "resource"},
        bundle(),
    ],
)
def test_everybody_else_gets_them(
    produce: Callable[..., FlaskClient], ehr: SigningEhr, role_resource: Json | None
) -> None:
    client = produce(exempt_roles=[f"{SYSTEM}|ORTHO"])
    assert len(answer(client, ehr, *info_call(role_resource)).get_json()["cards"]) == 1


@pytest.mark.parametrize(("user", "cards"), [("PractitionerRole/r1", 0), ("PractitionerRole/r2", 1)])
def test_a_user_who_is_named_by_role_is_exempt_by_that_role(
    produce: Callable[..., FlaskClient], ehr: SigningEhr, user: str, cards: int
) -> None:
    client = produce(exempt_roles=["ORTHO"])
    role_resource = role(ORTHO, practitioner=None)
    assert len(answer(client, ehr, *info_call(role_resource, user)).get_json()["cards"]) == cards


def test_warnings_and_what_is_critical_are_shown_to_everybody(
    produce: Callable[..., FlaskClient], ehr: SigningEhr
) -> None:
    client = produce(exempt_roles=["ORTHO"])
    for topic in ("CaudaEquina", "SpinePatternHipImaging"):
        service, body = speaking(topic)
        body = {**body, "prefetch": body["prefetch"] | {"userRole": role(ORTHO)}}
        assert len(answer(client, ehr, service, body).get_json()["cards"]) == 1


def test_the_role_is_asked_for_where_some_client_exempts_one(produce: Callable[..., FlaskClient]) -> None:
    asked = [
        service["prefetch"].get("userRole")
        for client in (produce(), produce(exempt_roles=["ORTHO"]))
        for service in client.get("/cds-services").get_json()["services"]
    ]
    assert asked == [None] * 3 + ["PractitionerRole/{{userPractitionerRoleId}}"] * 3


def test_a_fhir_server_that_is_not_registered_is_never_read(
    produce: Callable[..., FlaskClient], ehr: SigningEhr
) -> None:
    client = produce()
    names = ["https://evil.example/fhir", "http://169.254.169.254/", f"{FHIR}/../admin", "https://ehr.example/fhir"]
    with responses.RequestsMock() as network, capture_logs() as logged:
        for base in (*names, f"{FHIR}4", f"{FHIR}/%2e%2e/admin", "https://ehr.example@evil.example/fhir/R4"):
            body = call(SIGN, order("73721", bodySite=[concept("287579007")]), fhirServer=base)
            body["prefetch"] = prefetch(*buttock_to_calf())
            [card] = answer(client, ehr, SIGN, body).get_json()["cards"]
            assert (
                "**Not all of the chart was seen, and nothing unseen counts as absent.** Not sent: " in card["detail"]
            )
            del body["prefetch"]
            assert_error(answer(client, ehr, SIGN, body), 412, "prefetch.patient", origin=None)
        assert len(network.calls) == 0
    assert {line["fhir_server"] for line in logged if line["event"] == "hook answered"} == {"not allowed"}
    assert "evil" not in str(logged)


def read_server(client: FlaskClient, ehr: SigningEhr, **fields: Any) -> tuple[TestResponse, int]:
    """Return the answer to a call that has all its data on the registered server, and the number of requests to it."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as network:
        network.get(f"{FHIR}/Patient/patient-1", json=patient())
        network.post(f"{FHIR}/Condition/_search", json=bundle(*buttock_to_calf()))
        body = call(SIGN, order("73721", bodySite=[concept("287579007")]), fhirServer=FHIR, prefetch=None, **fields)
        return answer(client, ehr, SIGN, body), len(network.calls)


def test_a_registered_fhir_server_is_read(produce: Callable[..., FlaskClient], ehr: SigningEhr) -> None:
    response, asked = read_server(produce(), ehr, fhirAuthorization={"access_token": "t"})
    assert (len(response.get_json()["cards"]), asked > 2) == (1, True)


NO_TOKENS = [None, "", "Bearer x", {}, [], 5, {"access_token": ""}, {"access_token": 5}, {"token_type": "Bearer"}]


@pytest.mark.parametrize("token", NO_TOKENS)
def test_without_a_token_a_server_is_read_only_where_the_table_says_that_it_is_open(
    produce: Callable[..., FlaskClient], ehr: SigningEhr, token: object
) -> None:
    refused, asked = read_server(produce(), ehr, fhirAuthorization=token)
    assert_error(refused, 412, "prefetch.patient", says="fhirAuthorization holds no access_token", origin=None)
    assert asked == 0
    response, asked = read_server(produce(open=True), ehr, fhirAuthorization=token)
    assert (len(response.get_json()["cards"]), asked > 2) == (1, True)


def test_tenants_of_one_client_are_kept_apart(
    produce: Callable[..., FlaskClient], ehr: SigningEhr, tmp_path: Path
) -> None:
    client = produce(tenants=["east", "west"])
    service, body = speaking("CaudaEquina")
    for tenant in ("east", "west"):
        headers = ehr.bearer(f"/{service}", tenant=tenant)
        assert client.post(f"/cds-services/{service}", json=body, headers=headers).status_code == 200
    item = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-03-10T12:05:00Z"}
    headers = ehr.bearer(f"/{VIEW}/feedback", tenant="east")
    client.post(f"/cds-services/{VIEW}/feedback", json={"feedback": [item]}, headers=headers)
    with closing(sqlite3.connect(tmp_path / "store.sqlite3")) as connection:
        rows = connection.execute("select tenant, patient_hash from card_issued order by 1").fetchall()
    assert [tenant for tenant, _ in rows] == ["north/east", "north/west"]
    assert rows[0][1] != rows[1][1]


def test_with_the_store_down_cards_are_given_and_a_process_remembers_tokens_alone(
    produce: Callable[..., FlaskClient], ehr: SigningEhr, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    client = produce(settings={"database": f"sqlite:///{tmp_path / 'file' / 'store.sqlite3'}"})
    service, body = speaking("CaudaEquina")
    caplog.clear()
    for _ in range(3):
        headers = ehr.bearer(f"/{service}")
        first, second = (client.post(f"/cds-services/{service}", json=body, headers=headers) for _ in range(2))
        assert len(first.get_json()["cards"]) == 1
        assert second.status_code == 401
    messages = [
        record.message for record in caplog.records if record.message == "used tokens kept by this machine alone"
    ]
    assert len(messages) == 1
