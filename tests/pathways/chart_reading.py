"""Reader of the short charts in `charts/*.toml`: a patient and a call in a few lines, made into a CDS Hooks request.

A record is a table whose first key says what it is: `{ problem = "icd10cm M54.50", onset = 12, on = 5 }`. Its value is
`"system code"`, or words, or both: `"icd10cm R32: Leakage of urine"` has a display. Days count back from `TODAY`. What
stands in `[base]` holds for every chart of a file; its records come first, and `note` is the note on the first.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from .chart_resources import VISIT, Json, make_resource

FOLDER = Path(__file__).parent / "charts"
TODAY = date(2026, 11, 28)
NOW = datetime.combine(TODAY, time(12), UTC)
PATIENT = "p1"
KEYS = {
    "conditions": ("Condition",),
    "observations": ("Observation",),
    "imagingStudies": ("ImagingStudy",),
    "serviceRequests": ("ServiceRequest",),
    "procedures": ("Procedure",),
    "medicationRequests": ("MedicationRequest",),
    "medicationStatements": ("MedicationStatement",),
    "reports": ("DiagnosticReport",),
}
# Sources of words alone: an EHR that has none does not send the key.
WORD_KEYS = {
    "encounter": ("Encounter",),
    "clinicalNotes": ("DocumentReference",),
    "questionnaireResponses": ("QuestionnaireResponse",),
}
ALL_KEYS = KEYS | WORD_KEYS

_CHART_KEYS = {
    "id",
    "title",
    "why",
    "hook",
    "age",
    "sex",
    "patient",
    "record",
    "note",
    "order",
    "sent",
    "total",
    "request",
}
_EXPECTED_KEYS = {"must", "must_not", "level", "restrains", "silent", "says"}


@dataclass(frozen=True)
class ShortChart:
    """A chart, a call, and what must and must not come of it.

    `request_members` replace members of the call, as `context.userId`; "absent" leaves one out.
    `restrains`: whether any advice of restraint may come of it: None if that is left open. `silent`: no card at all.
    `sent`: the prefetch keys of the call beside the patient; `total` states more entries than a key holds.
    """

    id: str
    title: str
    hook: str
    record: list[Json]
    age: int | None = 45
    sex: str = "female"
    why: str = ""
    order: Json = field(default_factory=dict)
    patient: Json = field(default_factory=dict)
    sent: tuple[str, ...] = tuple(KEYS)
    total: dict[str, int] = field(default_factory=dict)
    request_members: Json = field(default_factory=dict)
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    level: dict[str, str] = field(default_factory=dict)
    restrains: bool | None = None
    silent: bool = False
    says: str | None = None

    @property
    def label(self) -> str:
        return f"{self.id}: {self.title}"

    def request(self, *, sends_all: bool = False) -> Json:
        """Return the call. `sends_all`: also the keys that the chart does not send."""
        context: Json = {"userId": "Practitioner/1", "patientId": PATIENT}
        if self.hook != "patient-view":
            drafts = [make_resource(self.order, 1, TODAY)] if self.order else []
            context["draftOrders"] = {"resourceType": "Bundle", "type": "collection", "entry": _entries(drafts)}
        if self.hook == "order-select":
            context["selections"] = ["ServiceRequest/draft-1"]
        if any("visit" in record for record in self.record):
            context["encounterId"] = VISIT
        body = {
            "hook": self.hook,
            "hookInstance": "00000000-0000-4000-8000-000000000001",
            "context": context,
            "prefetch": self._prefetch(tuple(KEYS) if sends_all else self.sent),
        }
        for path, value in self.request_members.items():
            _set_member(body, path, value)
        return body

    def _prefetch(self, sent: tuple[str, ...]) -> Json:
        made = [make_resource(record, number, TODAY) for number, record in enumerate(self.record, 1)]
        person: Json = {"resourceType": "Patient", "id": PATIENT, "gender": self.sex, **_dated(self.patient)}
        if self.age is not None:
            person["birthDate"] = f"{TODAY.year - self.age}-01-01"
        prefetch: Json = {"patient": person}
        for key, types in KEYS.items():
            if key in sent:
                found = [resource for resource in made if resource["resourceType"] in types]
                prefetch[key] = searchset(found, self.total.get(key))
        return prefetch | _words(made)


def _set_member(body: Json, path: str, value: object) -> None:
    *parents, name = path.split(".")
    for parent in parents:
        body = body[parent]
    if value == "absent":
        del body[name]
    else:
        body[name] = value


def _words(made: list[Json]) -> Json:
    """Return the prefetch of words, of which the visit is no Bundle."""
    found = {key: [one for one in made if one["resourceType"] in types] for key, types in WORD_KEYS.items()}
    visits = found.pop("encounter")
    bundles = {key: searchset(resources) for key, resources in found.items() if resources}
    return bundles | ({"encounter": visits[0]} if visits else {})


def searchset(resources: list[Json], total: int | None = None) -> Json:
    """Return a search's answer; `total` states more than it holds."""
    bundle: Json = {"resourceType": "Bundle", "type": "searchset", "total": total or len(resources)}
    return bundle | ({"entry": _entries(resources)} if resources else {})


def _entries(resources: list[Json]) -> list[Json]:
    base = "https://ehr.example"
    return [{"fullUrl": f"{base}/{each['resourceType']}/{each['id']}", "resource": each} for each in resources]


def _dated(patient: Json) -> Json:
    died = patient.get("died")
    return {"deceasedDateTime": str(TODAY - timedelta(died))} if isinstance(died, int) else dict(patient)


def read_charts(name: str) -> list[ShortChart]:
    """Return the charts of one file, in order."""
    return list(_read(name))


@cache
def _read(name: str) -> tuple[ShortChart, ...]:
    tables = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return tuple(_chart(table, tables.get("base", {})) for table in tables["chart"])


def _chart(table: Json, base: Json) -> ShortChart:
    unknown = table.keys() - _CHART_KEYS - _EXPECTED_KEYS
    if unknown:
        raise ValueError(f"{table['id']}: unknown keys {sorted(unknown)}")
    given = {"title": table.get("note"), **base, **table}
    given["record"] = [*base.get("record", ()), *table.get("record", ())]
    if note := given.pop("note", None):
        given["record"][0] = {**given["record"][0], "note": note}
    given["request_members"] = given.pop("request", {})
    given |= {key: tuple(given[key]) for key in ("must", "must_not", "sent") if key in given}
    return ShortChart(**given)


def all_charts() -> Iterator[ShortChart]:
    """Yield every chart of every file."""
    for path in sorted(FOLDER.glob("*.toml")):
        yield from read_charts(path.stem)
