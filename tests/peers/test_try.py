"""`hip-spine-cds try` reads a FHIR server that is not ours and shows what the hook would answer."""

import os
import subprocess

import pytest
from liveness import LIVENESS_S
from pathways.scenarios import Scenario, scenario

from .conftest import TOKEN
from .medplum_server import Medplum
from .service_process import COMMAND

ORDERS = {
    "article-patient": [],
    "cauda-equina": [],
    "buttock-to-calf-hip-order": ["--order", "36022-2", "--side", "right", "--reason", "279043006"],
    "groin-pain-lumbar-order": ["--order", "72148"],
    "wrong-side": ["--order", "36488-5", "--side", "left"],
    "repeat-mri": ["--order", "72148"],
}


def _try(patient: Scenario, server: Medplum, *more: str) -> str:
    options = ["--fhir", server.base, "--patient", patient.patient_id, "--on", patient.on.isoformat(), *more]
    deadlines = {f"HIP_SPINE_CDS_{name}_DEADLINE": str(LIVENESS_S) for name in ("FHIR", "CALL")}
    environment = {**os.environ, **deadlines, "HIP_SPINE_TRY_TOKEN": TOKEN, "COLUMNS": "300"}
    process = subprocess.run(
        [str(COMMAND), "try", *options], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


@pytest.mark.parametrize("name", ORDERS)
def test_it_shows_the_card_of_the_scenario(name: str, medplum_server: Medplum) -> None:
    patient = scenario(name)
    shown = _try(patient, medplum_server, *ORDERS[name])
    (card,) = patient.response["cards"]
    assert card["summary"] in shown
    assert all(suggestion["label"] in shown for suggestion in card.get("suggestions", []))


def test_it_shows_no_card_for_a_healthy_chart_and_can_say_why(medplum_server: Medplum) -> None:
    shown = _try(scenario("healthy-chart"), medplum_server, "--why", "all")
    assert shown.splitlines()[-1] == "No card."
    assert "Condition/healthy-chart-hypertension" in shown
    assert "Somebody" not in shown
    assert "healthy-chart-other" not in shown
