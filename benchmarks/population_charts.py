"""Writes synthetic adults with no complaint of back or hip: `python -m benchmarks.population_charts FOLDER [NUMBER]`.

Each problem, drug, result and note comes with a frequency of our own, rough, of an adult of 18 to 64 in primary care.
Some have a reason to act in their history; their Bundle carries a tag, so that what is held back rightly is told apart.
"""

import argparse
import json
import random
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

Json = dict[str, Any]
TODAY = date(2026, 11, 28)
ICD, LOINC = "http://hl7.org/fhir/sid/icd-10-cm", "http://loinc.org"
NOTED = 0.3  # of the problems: those with a note
MAY_HAVE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def concept(system: str, code: str, display: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def records(chance: random.Random) -> Iterator[tuple[Json, bool]]:
    """Yield each record of one adult, and whether it is a reason to act."""
    for code, display, percent in MAY_HAVE["problems"]:
        if chance.random() * 100 < percent:
            yield problem(chance, code, display, " ".join(chance.sample(MAY_HAVE["notes"], 2))), False
    for code, display, percent in MAY_HAVE["reasons"]:
        if chance.random() * 100 < percent:
            yield problem(chance, code, display), True
    for name, percent in MAY_HAVE["drugs"]:
        if chance.random() * 100 < percent:
            yield drug(name, day(chance, 700)), False
    for name, percent in MAY_HAVE["reason_drugs"]:
        if chance.random() * 100 < percent:
            yield drug(name, day(chance, 80)), True
    for code, display, mean, spread, unit in MAY_HAVE["results"]:
        value = {"value": round(chance.gauss(mean, spread), 1), "unit": unit}
        fields = {"code": concept(LOINC, code, display), "effectiveDateTime": day(chance, 300), "valueQuantity": value}
        yield {"resourceType": "Observation", "status": "final", **fields}, False


def problem(chance: random.Random, code: str, display: str, note: str = "") -> Json:
    active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    made = {"resourceType": "Condition", "code": concept(ICD, code, display), "clinicalStatus": active}
    made["recordedDate"] = day(chance, 2000)
    return made | ({"note": [{"text": note}]} if note and chance.random() < NOTED else {})


def drug(name: str, begun: str) -> Json:
    made = {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "authoredOn": begun}
    return made | {"medicationCodeableConcept": {"text": name}}


def day(chance: random.Random, longest: int) -> str:
    return str(TODAY - timedelta(chance.randint(1, longest)))


def adult(number: int) -> Json:
    """Return one adult's Bundle, the same each time."""
    chance = random.Random(number)
    subject = {"reference": f"Patient/{number}"}
    born = str(TODAY - timedelta(days=chance.randint(18 * 366, 65 * 365 - 1)))
    made = list(records(chance))
    resources = [{**record, "id": f"{number}-{index}", "subject": subject} for index, (record, _) in enumerate(made)]
    patient = {
        "resourceType": "Patient",
        "id": str(number),
        "birthDate": born,
        "gender": chance.choice(("female", "male")),
    }
    visit = {
        "resourceType": "Encounter",
        "id": f"{number}-visit",
        "status": "finished",
        "period": {"start": str(TODAY)},
    }
    tag = {"meta": {"tag": [{"code": "reason-to-act"}]}} if any(is_reason for _, is_reason in made) else {}
    entries = [{"resource": resource} for resource in (patient, visit, *resources)]
    return {"resourceType": "Bundle", "type": "collection", **tag, "entry": entries}


def main() -> None:
    """Write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("number", type=int, nargs="?", default=1000)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    for number in range(given.number):
        (given.folder / f"adult-{number:05}.json").write_text(json.dumps(adult(number)), encoding="utf-8")


if __name__ == "__main__":
    main()
