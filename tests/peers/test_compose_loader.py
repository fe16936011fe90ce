"""What compose.yaml does with a FHIR server, done with one that is not ours: load the scenarios, then read them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from left_out import leave_out
from pathways.calling import by_fallback, call
from pathways.scenarios import all_scenarios, scenario

from .errors import NotInstalled
from .medplum_server import Medplum, medplum
from .node_packages import node_is_missing

ROOT = Path(__file__).parents[2]
CHART_OPENED = ROOT / "examples" / "chart-opened.json"


@pytest.fixture(scope="module")
def loaded_server() -> Iterator[Medplum]:
    """An open FHIR server that `docker/load.py` has filled, as the container `fixtures` does."""
    if missing := node_is_missing():
        leave_out(f"{missing}, for the Medplum FHIR server")
    try:
        with medplum() as server:
            command = [sys.executable, str(ROOT / "docker" / "load.py"), f"{server.base}/"]
            done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT)
            assert done.returncode == 0, done.stderr
            assert done.stdout == f"{sum(len(each.server) for each in all_scenarios())} resources loaded\n"
            yield server
    except NotInstalled as error:
        leave_out(f"a package index, for the Medplum FHIR server ({str(error)[:200]})")


def test_the_saved_call_reads_the_server_and_gets_the_card_of_the_scenario(
    loaded_server: Medplum, tmp_path: Path
) -> None:
    patient = scenario("article-patient")
    saved = json.loads(CHART_OPENED.read_text(encoding="utf-8"))
    assert (saved["hook"], saved["context"]["patientId"]) == (patient.request["hook"], patient.patient_id)
    answer = call(patient, tmp_path, saved | {"fhirServer": loaded_server.base})
    assert answer.status_code == 200
    assert [card["summary"] for card in answer.json["cards"]] == [card["summary"] for card in patient.response["cards"]]


def test_every_scenario_is_there_for_a_service_that_has_no_token(loaded_server: Medplum, tmp_path: Path) -> None:
    for patient in all_scenarios():
        answer = call(patient, tmp_path, by_fallback(patient, loaded_server.base))
        assert (answer.status_code, answer.json) == (200, patient.response), patient.name


def test_a_server_that_does_not_hold_what_is_referred_to_would_refuse_nothing() -> None:
    """References hold in the order of loading: servers such as HAPI refuse one to what they do not hold yet."""
    listed = "import json, runpy; print(json.dumps(list(runpy.run_path('docker/load.py')['resources']())))"
    done = subprocess.run([sys.executable, "-c", listed], capture_output=True, text=True, check=True, cwd=ROOT)
    held: set[str] = set()
    for resource in json.loads(done.stdout):
        referred = {value for value in _references(resource) if not value.startswith("#")}
        assert referred <= held, resource["id"]
        held.add(f"{resource['resourceType']}/{resource['id']}")


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for part in value.values():
            yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)
