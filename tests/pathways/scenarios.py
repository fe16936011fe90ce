"""The scenarios of `fixtures/fhir/`, read from their folders unchanged."""

import json
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "fixtures" / "fhir"
CASES = ROOT / "tests" / "cases"


@dataclass(frozen=True)
class Scenario:
    """A scenario: its story, the resources on the server, the hook call and the exact response."""

    folder: Path
    title: str
    on: date
    hook: str
    service: str
    story: str
    case: str | None = None

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def now(self) -> datetime:
        """Return noon on the day of the call."""
        return datetime.combine(self.on, time(12), UTC)

    @property
    def server(self) -> list[dict[str, Any]]:
        """Return every resource of the EHR, including those of another patient."""
        return [entry["resource"] for entry in self._json("server")["entry"]]

    @property
    def request(self) -> dict[str, Any]:
        return self._json("request")

    @property
    def response(self) -> dict[str, Any]:
        return self._json("response")

    @property
    def patient_id(self) -> str:
        return str(self.request["context"]["patientId"])

    def of_others(self) -> list[dict[str, Any]]:
        """Return the clinical records of other patients."""
        subjects = {None, f"Patient/{self.patient_id}"}
        records = (resource for resource in self.server if resource["resourceType"] != "Patient")
        return [record for record in records if subject_of(record) not in subjects]

    def write(self, part: str, value: dict[str, Any]) -> None:
        """Write a part as indented JSON, for people to read."""
        text = json.dumps(value, indent=2, ensure_ascii=False)
        (self.folder / f"{part}.json").write_text(f"{text}\n", encoding="utf-8")

    def _json(self, part: str) -> dict[str, Any]:
        value: dict[str, Any] = json.loads((self.folder / f"{part}.json").read_text(encoding="utf-8"))
        return value


def subject_of(resource: dict[str, Any]) -> str | None:
    """Return the reference to the patient that a resource is about."""
    about = resource.get("subject") or resource.get("patient") or {}
    reference: str | None = about.get("reference")
    return reference


def load_scenario(folder: Path) -> Scenario:
    """Read one folder's `scenario.toml`; an unknown key in it is an error."""
    return Scenario(folder=folder, **tomllib.loads((folder / "scenario.toml").read_text(encoding="utf-8")))


def all_scenarios() -> list[Scenario]:
    """Return every scenario, by name."""
    return [load_scenario(path.parent) for path in sorted(FOLDER.glob("*/scenario.toml"))]


def scenario(name: str) -> Scenario:
    """Return the scenario with this name."""
    return load_scenario(FOLDER / name)
