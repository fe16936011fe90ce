"""The service reads a third-party FHIR server, and answers exactly as it does with prefetch."""

from pathlib import Path
from typing import Any

import pytest
import requests
from pathways.calling import by_fallback, call, our_keys
from pathways.scenarios import Scenario, all_scenarios, scenario

from cds_service.ehr.prefetch_templates import ENCOUNTER_KEY

from .conftest import TOKEN
from .medplum_server import Medplum

KEYS = [key for key in our_keys() if key.name != ENCOUNTER_KEY]  # no scenario names a visit


def by_name(item: Any) -> str:
    return str(item.name)


@pytest.fixture(params=all_scenarios(), ids=by_name)
def pathway(request: pytest.FixtureRequest) -> Scenario:
    chosen: Scenario = request.param
    return chosen


def test_the_server_read_by_the_service_gives_the_cards_of_the_prefetch(
    pathway: Scenario, medplum_server: Medplum, tmp_path: Path
) -> None:
    answer = call(pathway, tmp_path, by_fallback(pathway, medplum_server.base, TOKEN))
    assert (answer.status_code, answer.json) == (200, pathway.response)


@pytest.mark.parametrize("key", KEYS, ids=by_name)
def test_every_prefetch_template_brings_from_the_server_what_the_requests_hold(
    key: Any, pathway: Scenario, medplum_server: Medplum
) -> None:
    answer = _get(medplum_server, key.build_query(pathway.patient_id))
    assert answer.status_code == 200
    assert _ids(answer.json()) == _ids(pathway.request["prefetch"][key.name])


def test_the_server_holds_the_records_of_another_patient_that_were_not_used(
    pathway: Scenario, medplum_server: Medplum
) -> None:
    for record in pathway.of_others():
        assert _get(medplum_server, f"{record['resourceType']}/{record['id']}").status_code == 200


def test_each_key_that_was_not_sent_is_asked_for_once(medplum_server: Medplum, tmp_path: Path) -> None:
    patient = scenario("repeat-mri")
    medplum_server.forget_seen()
    call(patient, tmp_path, by_fallback(patient, medplum_server.base, TOKEN))
    seen = [(request["method"], request["type"], request["status"]) for request in medplum_server.seen()]
    asked = [("POST" if "?" in key.template else "GET", key.template.split("?")[0]) for key in KEYS]
    assert sorted(seen) == sorted((method, path.split("/")[0], 200) for method, path in asked)


def test_only_what_was_not_sent_is_asked_for(medplum_server: Medplum, tmp_path: Path) -> None:
    patient = scenario("repeat-mri")
    body = patient.request | by_fallback(patient, medplum_server.base, TOKEN)
    del body["prefetch"]["imagingStudies"]
    medplum_server.forget_seen()
    assert call(patient, tmp_path, body).json == patient.response
    assert [request["type"] for request in medplum_server.seen()] == ["ImagingStudy"]


def test_visits_notes_with_their_binaries_and_reports_are_served_for_real(
    medplum_server: Medplum, tmp_path: Path
) -> None:
    """The note of the scenario, once in a Binary and once behind the reason for the visit, gives the same findings."""
    patient = scenario("note-only-hip-order")
    subject = {"reference": f"Patient/{patient.patient_id}"}
    note = next(
        one for one in patient.server if one["resourceType"] == "DocumentReference" and one["docStatus"] == "final"
    )
    attachment = note["content"][0]["attachment"]
    binary = {"resourceType": "Binary", "id": "note-words", "contentType": "text/plain", "data": attachment["data"]}
    linked = {"contentType": "text/plain", "url": f"{medplum_server.base}/Binary/note-words"}
    visit = {
        "resourceType": "Encounter",
        "id": "note-visit",
        "status": "in-progress",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": subject,
        "period": {"start": "2026-03-10T09:00:00Z"},
        "reasonCode": [{"text": "Pain of the left foot"}],
    }
    medplum_server.load([binary, {**note, "content": [{"attachment": linked}]}, visit])
    medplum_server.forget_seen()
    body = by_fallback(patient, medplum_server.base, TOKEN)
    body["context"]["encounterId"] = "note-visit"
    answer = call(patient, tmp_path, body)
    medplum_server.load([note])
    assert answer.status_code == 200
    assert "Left buttock pain, note, 5 Jan 2026" in answer.json["cards"][0]["detail"]
    assert {"Encounter", "Binary", "DocumentReference"} <= {request["type"] for request in medplum_server.seen()}


@pytest.mark.parametrize("token", [None, "another-token"], ids=["no token", "a wrong token"])
def test_a_server_that_refuses_the_call_is_told_as_missing_data(
    token: str | None, medplum_server: Medplum, tmp_path: Path
) -> None:
    patient = scenario("article-patient")
    medplum_server.forget_seen()
    answer = call(patient, tmp_path, by_fallback(patient, medplum_server.base, token))
    assert answer.status_code == 412
    assert answer.json["issue"][0]["expression"] == ["prefetch.patient"]
    assert {request["status"] for request in medplum_server.seen()} == {401}


def _get(server: Medplum, query: str) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/fhir+json"}
        return session.get(f"{server.base}/{query}", headers=headers, timeout=30)


def _ids(body: dict[str, Any] | None) -> set[str]:
    """Return type and id of each resource in a Bundle, of a single resource, or of nothing."""
    if body is None:
        return set()
    resources = [entry["resource"] for entry in body.get("entry", [])] if body["resourceType"] == "Bundle" else [body]
    return {f"{resource['resourceType']}/{resource['id']}" for resource in resources}
