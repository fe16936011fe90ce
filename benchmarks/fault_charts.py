"""The charts of the load under faults: the scenarios of `fixtures/fhir`, dated today, as calls and right answers."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from benchmarks.dating import dated
from tests.pathways.scenarios import Scenario, all_scenarios

Json = dict[str, Any]
# For each prefetch key: the resource type that it searches, and what cards call the data.
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "patient": ("Patient", "Patient"),
    "conditions": ("Condition", "Conditions"),
    "observations": ("Observation", "Observations"),
    "imagingStudies": ("ImagingStudy", "Imaging studies"),
    "serviceRequests": ("ServiceRequest", "Orders"),
    "procedures": ("Procedure", "Procedures"),
    "medicationRequests": ("MedicationRequest", "Medication orders"),
    "medicationStatements": ("MedicationStatement", "Medication statements"),
    "reports": ("DiagnosticReport", "Reports"),
    "clinicalNotes": ("DocumentReference", "Clinical notes"),
    "questionnaireResponses": ("QuestionnaireResponse", "Questionnaires"),
}
REQUIRED: Final = ("patient", "conditions")
BROUGHT, PARTLY, FETCHED = "prefetch", "prefetch of the required", "no prefetch"
WAYS: Final = {BROUGHT: frozenset(KINDS), PARTLY: frozenset(REQUIRED), FETCHED: frozenset[str]()}
OUTCOME: Final = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "processing"}]}
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WHEN = re.compile(
    r"(?:\d{1,2} )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}"
    r"|\b(?:19|20)\d\d-\d\d(?:-\d\d(?=T|\b)|\b(?!-))"
)


@dataclass(frozen=True, slots=True)
class Chart:
    """One scenario, with its dates shifted to today."""

    scenario: Scenario
    today: date

    @property
    def path(self) -> str:
        """The path of its service."""
        return f"/cds-services/{self.scenario.service}"

    @property
    def right(self) -> str:
        """The answer to its complete chart, as `masked` returns it."""
        return masked(json.dumps(self.scenario.response))

    def resources(self) -> list[Json]:
        """Return all resources of its EHR."""
        resources: list[Json] = self._dated(self.scenario.server)
        return resources

    def call(self, keys: frozenset[str], base: str | None) -> bytes:
        """Return the call with these prefetch keys; the service may read the FHIR server at `base`."""
        request = self._request(base)
        return _encoded(request | {"prefetch": {key: request["prefetch"][key] for key in KINDS if key in keys}})

    def call_with_gaps(self, gaps: Mapping[str, str]) -> bytes:
        """Return the call without the data that the gaps name; an OperationOutcome stands in for them."""
        request = self._request(None)
        outcomes = {key: self._with_outcome(key) if lack == "incomplete" else OUTCOME for key, lack in gaps.items()}
        return _encoded(request | {"prefetch": request["prefetch"] | outcomes})

    def _request(self, base: str | None) -> Json:
        request: Json = self._dated(self.scenario.request)
        return {name: value for name, value in request.items() if name != "fhirServer"} | (
            {"fhirServer": base} if base else {}
        )

    def _with_outcome(self, key: str) -> Json:
        patient = f"Patient/{self.scenario.patient_id}"
        kind = KINDS[key][0]
        resources = [
            resource
            for resource in self.resources()
            if resource["resourceType"] == kind and _subject(resource) == patient
        ]
        entries = [{"resource": resource} for resource in [*resources, OUTCOME]]
        return {"resourceType": "Bundle", "type": "searchset", "entry": entries}

    def _dated(self, value: Any) -> Any:
        return json.loads(dated(json.dumps(value), self.scenario.on, self.today))


def charts() -> dict[str, Chart]:
    """Return every scenario by name."""
    today = datetime.now(UTC).date()
    return {scenario.name: Chart(scenario, today) for scenario in all_scenarios()}


def masked(answer: str) -> str:
    """Return an answer without what differs between calls and days: uuids, and dates in words or figures.

    Its extension is left out too: it tells data that were cut short from data that were not read, and cards do not.
    """
    read = json.loads(_WHEN.sub("a day", _UUID.sub("a uuid", answer)))
    return json.dumps({name: value for name, value in read.items() if name != "extension"}, sort_keys=True)


def _subject(resource: Json) -> str | None:
    reference: str | None = resource.get("subject", {}).get("reference")
    return reference


def _encoded(request: Json) -> bytes:
    return json.dumps(request, separators=(",", ":")).encode()
