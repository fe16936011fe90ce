"""The prefetch templates, generated from the content: the least data the rules need, in CDS Hooks 2.0's queries."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from cds_service.ehr.newest import Newest
from cds_service.ehr.notes import NEWEST_NOTES
from cds_service.ehr.scopes import name_scope
from cds_service.model.content import Content
from cds_service.model.terminology import Terminology

PATIENT_ID_PLACEHOLDER: Final = "{{context.patientId}}"
ENCOUNTER_ID_PLACEHOLDER: Final = "{{context.encounterId}}"
ENCOUNTER_KEY, NOTES_KEY = "encounter", "clinicalNotes"
# Encoded characters of one template: common URL limits are 8 kB, and some sites type the templates by hand.
LENGTH_LIMIT: Final = 4000
_DOCUMENTS: Final = 20  # documents of one search: enough for the newest that are read, with their text in them
_NEWEST_QUESTIONNAIRES: Final = Newest(count=10, days=365)
# Findings of these kinds arrive as Observations; diagnoses and treatments as Conditions, Procedures and orders.
_OBSERVED = frozenset({"symptom", "sign", "flag"})


@dataclass(frozen=True, slots=True)
class PrefetchKey:
    """A prefetch key: its template, the label cards use for the data, and whether the service needs it.

    `resource_type`: the FHIR type that it asks for. `has_words`: it only adds words, which many EHRs do not send: that
    costs nothing. `newest`: it is asked for the newest first, and so many are enough.
    """

    name: str
    template: str
    label: str
    is_required: bool = False
    has_words: bool = False
    newest: Newest | None = None
    resource_type: str = field(init=False)

    def __post_init__(self) -> None:
        # Computed once: every call compares it with what arrived.
        object.__setattr__(self, "resource_type", self.template.partition("?")[0].partition("/")[0])

    @property
    def is_search(self) -> bool:
        """Return whether it is a search, not the read of one resource."""
        return "?" in self.template

    @property
    def scope(self) -> str:
        """Return the scope that it needs (SMART App Launch, version 2). The user's role is the user's to read."""
        owner = "patient" if "{{context." in self.template else "user"
        return name_scope(owner, self.resource_type, is_search=self.is_search)

    def build_query(self, patient_id: str, encounter_id: str | None = None) -> str | None:
        """Return the FHIR query for one patient, or None if it is about a visit that the call does not name."""
        if ENCOUNTER_ID_PLACEHOLDER in self.template:
            return self.template.replace(ENCOUNTER_ID_PLACEHOLDER, encounter_id) if encounter_id else None
        return self.template.replace(PATIENT_ID_PLACEHOLDER, quote(patient_id, safe=""))


def build_prefetch_keys(content: Content, terminology: Terminology) -> tuple[PrefetchKey, ...]:
    """Return all prefetch keys. Patient and Conditions are required; each of the others only adds detail."""
    return (
        PrefetchKey("patient", f"Patient/{PATIENT_ID_PLACEHOLDER}", "patient", is_required=True),
        PrefetchKey("conditions", f"Condition?patient={PATIENT_ID_PLACEHOLDER}", "conditions", is_required=True),
        *_split_by_length("observations", "Observation", _observed_codes(content, terminology)),
        PrefetchKey("imagingStudies", f"ImagingStudy?patient={PATIENT_ID_PLACEHOLDER}", "imaging studies"),
        PrefetchKey(
            "serviceRequests",
            f"ServiceRequest?patient={PATIENT_ID_PLACEHOLDER}&status=active,completed,draft,on-hold",
            "orders",
        ),
        PrefetchKey("procedures", f"Procedure?patient={PATIENT_ID_PLACEHOLDER}", "procedures"),
        PrefetchKey("medicationRequests", f"MedicationRequest?patient={PATIENT_ID_PLACEHOLDER}", "medication orders"),
        PrefetchKey(
            "medicationStatements", f"MedicationStatement?patient={PATIENT_ID_PLACEHOLDER}", "medication statements"
        ),
        *_split_by_length("reports", "DiagnosticReport", _imaging_codes(terminology)),
        *_word_keys(terminology),
    )


def _word_keys(terminology: Terminology) -> Iterator[PrefetchKey]:
    """Yield the sources of words. Of documents, only the newest are asked for: a patient may have thousands."""
    yield PrefetchKey(ENCOUNTER_KEY, f"Encounter/{ENCOUNTER_ID_PLACEHOLDER}", "reason for the visit", has_words=True)
    types = ",".join(f"{terminology.uri_by_system[code.system]}|{code.code}" for code in sorted(terminology.documents))
    yield PrefetchKey(
        NOTES_KEY,
        f"DocumentReference?patient={PATIENT_ID_PLACEHOLDER}&status=current&type={types}&_sort=-date&_count={_DOCUMENTS}",
        "clinical notes",
        has_words=True,
        newest=NEWEST_NOTES,
    )
    yield PrefetchKey(
        "questionnaireResponses",
        f"QuestionnaireResponse?patient={PATIENT_ID_PLACEHOLDER}&status=completed,amended&_sort=-authored&_count={_DOCUMENTS}",
        "questionnaires",
        has_words=True,
        newest=_NEWEST_QUESTIONNAIRES,
    )


def _observed_codes(content: Content, terminology: Terminology) -> Iterator[str]:
    """Yield our own code system as a whole, single SNOMED CT codes, the questions about pain, and tests by number."""
    yield f"{terminology.uri_by_system['finding']}|"
    for code, meanings in sorted(terminology.findings.items()):
        kinds = {content.findings[meaning.finding].kind for meaning in meanings}
        if code.system == "sct" and kinds & _OBSERVED:
            yield f"{terminology.uri_by_system['sct']}|{code.code}"
    for code in sorted({*terminology.questions, *terminology.limits.measurements, *terminology.screened_tests}):
        yield f"{terminology.uri_by_system[code.system]}|{code.code}"


def _imaging_codes(terminology: Terminology) -> Iterator[str]:
    for code in sorted(terminology.studies):
        if code.system == "loinc":
            yield f"{terminology.uri_by_system['loinc']}|{code.code}"


def _split_by_length(name: str, resource_type: str, codes: Iterable[str]) -> Iterator[PrefetchKey]:
    """Yield as many keys as the length limit requires: `name`, then `name2`, `name3` and so on."""
    stem = f"{resource_type}?patient={PATIENT_ID_PLACEHOLDER}&code="
    label = {"Observation": "observations", "DiagnosticReport": "reports"}[resource_type]
    part: list[str] = []
    number = 1
    for code in codes:
        if part and len(quote(stem + ",".join([*part, code]), safe="?&=/")) > LENGTH_LIMIT:
            yield PrefetchKey(_numbered_name(name, number), stem + ",".join(part), label)
            part, number = [], number + 1
        part.append(code)
    yield PrefetchKey(_numbered_name(name, number), stem + ",".join(part), label)


def _numbered_name(name: str, number: int) -> str:
    return name if number == 1 else f"{name}{number}"
