"""The charts of the load under faults: the scenarios of `fixtures/fhir`, dated today, as calls and as right answers."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from benchmarks.dating import dated
from tests.pathways.scenarios import Scenario, all_scenarios

Json = dict[str, Any]
# Of each prefetch key: the type it is searched in, and what cards call the data.
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
    """One scenario, its dates as if it were of today."""

    scenario: Scenario
    today: date

    @property
    def path(self) -> str:
        """Where it is called."""
        return f"/cds-services/{self.scenario.service}"

    @property
    def right(self) -> str:
        """The cards of its well-read chart, as `masked` has them."""
        return masked(json.dumps(self.scenario.response))

    def resources(self) -> list[Json]:
        """All that its EHR holds."""
        found: list[Json] = self._dated(self.scenario.server)
        return found

    def call(self, keys: frozenset[str], base: str | None) -> bytes:
        """The call with these prefetch keys; the FHIR server at `base` may be read."""
        request = self._request(base)
        return _encoded(request | {"prefetch": {key: request["prefetch"][key] for key in KINDS if key in keys}})

    def told(self, gaps: Mapping[str, str]) -> bytes:
        """The call that brings everything but what these gaps name: an OperationOutcome stands for it, or beside it."""
        request = self._request(None)
        outcomes = {key: self._with_outcome(key) if lack == "incomplete" else OUTCOME for key, lack in gaps.items()}
        return _encoded(request | {"prefetch": request["prefetch"] | outcomes})

    def _request(self, base: str | None) -> Json:
        request: Json = self._dated(self.scenario.request)
        return {name: value for name, value in request.items() if name != "fhirServer"} | (
            {"fhirServer": base} if base else {}
        )

    def _with_outcome(self, key: str) -> Json:
        own = f"Patient/{self.scenario.patient_id}"
        kind = KINDS[key][0]
        found = [one for one in self.resources() if one["resourceType"] == kind and _subject(one) == own]
        entries = [{"resource": one} for one in [*found, OUTCOME]]
        return {"resourceType": "Bundle", "type": "searchset", "entry": entries}

    def _dated(self, value: Any) -> Any:
        return json.loads(dated(json.dumps(value), self.scenario.on, self.today))


def charts() -> dict[str, Chart]:
    """Every scenario by name."""
    today = datetime.now(UTC).date()
    return {one.name: Chart(one, today) for one in all_scenarios()}


def masked(answer: str) -> str:
    """An answer without what differs from call to call and from day to day: uuids, and days in words or figures."""
    return json.dumps(json.loads(_WHEN.sub("a day", _UUID.sub("a uuid", answer))), sort_keys=True)


def _subject(resource: Json) -> str | None:
    reference: str | None = resource.get("subject", {}).get("reference")
    return reference


def _encoded(request: Json) -> bytes:
    return json.dumps(request, separators=(",", ":")).encode()
