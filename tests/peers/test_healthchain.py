"""A third-party CDS client calls the running service: with data that fits, and as it calls by default."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from pathways.scenarios import Scenario, scenario

from release.lock_closure import installed_requires, read_requirements, unmet_requirements

from .healthchain_client import LOCK, exchange
from .service_process import Service

DOCTOR = "Practitioner/pathways-gp"
SERVICE = "hip-spine-patient-view"
_DAY = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")


def test_it_gets_the_card_of_a_patient_in_danger(service: Service, client_python: Path, tmp_path: Path) -> None:
    answer = _call_as(scenario("cauda-equina"), service, client_python, tmp_path)
    assert [(card["source"]["topic"]["code"], card["indicator"]) for card in answer["cards"]] == [
        ("CaudaEquina", "critical")
    ]


def test_it_gets_no_card_for_a_healthy_chart(service: Service, client_python: Path, tmp_path: Path) -> None:
    assert _call_as(scenario("healthy-chart"), service, client_python, tmp_path) == {"cards": []}


def test_it_gets_the_same_card_whatever_the_day(service: Service, client_python: Path, tmp_path: Path) -> None:
    """The facts of the card, their dates moved with the chart's."""
    patient = scenario("cauda-equina")
    (card,) = _call_as(patient, service, client_python, tmp_path)["cards"]
    (expected,) = patient.response["cards"]
    assert card["summary"] == expected["summary"]
    assert [suggestion["label"] for suggestion in card["suggestions"]] == [
        suggestion["label"] for suggestion in expected["suggestions"]
    ]


def test_its_own_generated_patients_get_an_answer_or_a_reason_never_a_failure(
    service: Service, client_python: Path
) -> None:
    """Single resources where Bundles belong, keys of its own, a patientId unlike the Patient, any kind of user."""
    calls = exchange(service.url(SERVICE), synthetic=6, python=client_python)
    assert len(calls) == 6
    for call in calls:
        _check_answer(call, service)


def test_a_bundle_it_sorts_by_its_own_keys_is_told_which_key_is_missing(
    service: Service, client_python: Path, tmp_path: Path
) -> None:
    patient = scenario("cauda-equina")
    bundle = tmp_path / "cauda_equina.json"
    entries = [{"resource": resource} for resource in patient.server]
    bundle.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
    (call,) = exchange(
        service.url(SERVICE), bundle=bundle, patient=patient.patient_id, user=DOCTOR, python=client_python
    )
    again = _repeat(call, service)
    assert (call["response"], again.status_code) == ({}, 412)
    assert again.json()["issue"][0]["expression"] == ["prefetch.conditions"]


def test_a_prefetch_of_somebody_else_gives_no_card(service: Service, client_python: Path, tmp_path: Path) -> None:
    """HealthChain draws a patientId at random, so that nothing in the prefetch is that patient's."""
    sent = _prefetch_of_today(scenario("cauda-equina"), tmp_path)
    (call,) = exchange(service.url(SERVICE), prefetch=sent, user=DOCTOR, python=client_python)
    assert call["response"] in ({}, {"cards": []})
    _check_answer(call, service)


@pytest.mark.parametrize("user", ["Patient/1", "RelatedPerson/1"])
def test_a_user_who_is_no_professional_gets_no_card(
    user: str, service: Service, client_python: Path, tmp_path: Path
) -> None:
    patient = scenario("cauda-equina")
    sent = _prefetch_of_today(patient, tmp_path)
    (call,) = exchange(service.url(SERVICE), prefetch=sent, patient=patient.patient_id, user=user, python=client_python)
    assert call["response"] == {"cards": []}


def test_its_lock_meets_every_requirement_of_what_it_names(client_python: Path) -> None:
    (site_packages,) = client_python.parents[1].glob("lib/python*/site-packages")
    roots, lock = read_requirements(LOCK.with_suffix(".in")), read_requirements(LOCK)
    assert unmet_requirements(roots, lock, installed_requires(site_packages)) == []


def _call_as(patient: Scenario, service: Service, python: Path, folder: Path) -> dict[str, Any]:
    sent = _prefetch_of_today(patient, folder)
    (call,) = exchange(service.url(SERVICE), prefetch=sent, patient=patient.patient_id, user=DOCTOR, python=python)
    answer: dict[str, Any] = call["response"]
    return answer


def _prefetch_of_today(patient: Scenario, folder: Path) -> Path:
    """The scenario's prefetch with every day moved as far as today is from the scenario's: the service's clock runs."""
    moved = datetime.now(UTC).date() - patient.on
    text = _DAY.sub(lambda match: _move(match[1], moved), json.dumps(patient.request["prefetch"]))
    path = folder / "prefetch.json"
    path.write_text(text)
    return path


def _move(day: str, by: timedelta) -> str:
    return (datetime.fromisoformat(day).replace(tzinfo=UTC) + by).date().isoformat()


def _repeat(call: dict[str, Any], service: Service) -> requests.Response:
    """The same request once more, because HealthChain keeps no status."""
    with requests.Session() as session:
        session.trust_env = False
        return session.post(service.url(SERVICE), json=call["request"], timeout=30)


def _check_answer(call: dict[str, Any], service: Service) -> None:
    """Cards, or a refusal that says in an OperationOutcome which field is at fault."""
    again = _repeat(call, service)
    if again.status_code == 200:
        assert again.json() == call["response"] == {"cards": []}
    else:
        assert 400 <= again.status_code < 500
        assert again.json()["resourceType"] == "OperationOutcome"
        assert again.json()["issue"][0]["expression"]
