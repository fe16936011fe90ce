"""From decoded resources to one chart of facts: the patient's own, each read by the reader of its kind."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from cds_service.fhir.chart_data import Draft, Gathered
from cds_service.fhir.narrative.reader import NarrativeReader
from cds_service.fhir.reading.conditions import read_condition
from cds_service.fhir.reading.imaging import JOINT, read_report, read_study
from cds_service.fhir.reading.lexicon import Lexicon
from cds_service.fhir.reading.notebook import Notebook, Terms, reference_of
from cds_service.fhir.reading.observations import read_observation
from cds_service.fhir.reading.orders import Order, read_draft, read_request, settle
from cds_service.fhir.reading.treatments import read_medication, read_procedure
from cds_service.fhir.reading.words import WordReader
from cds_service.fhir.resources import (
    Condition,
    DiagnosticReport,
    ImagingStudy,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Patient,
    Procedure,
    ProcedureRequest,
    Readable,
    ServiceRequest,
)
from cds_service.fhir.subject import is_of
from cds_service.logic.content import Content
from cds_service.logic.dates import parse_when
from cds_service.logic.differing import set_apart
from cds_service.logic.facts import Chart
from cds_service.logic.index import ChartIndex
from cds_service.logic.narrative import Narrative
from cds_service.logic.sides import Side
from cds_service.logic.terminology import Terminology

_READERS: Mapping[type, Callable[[Any, Notebook], None]] = {
    Condition: read_condition,
    Observation: read_observation,
    Procedure: read_procedure,
    MedicationRequest: read_medication,
    MedicationStatement: read_medication,
    DiagnosticReport: read_report,
    ImagingStudy: read_study,
}
_REQUESTS = (ServiceRequest, ProcedureRequest)


class ChartReader:
    """Reads charts by the content's terminology. Made once, used for every call."""

    def __init__(self, terminology: Terminology, content: Content, narrative: Narrative) -> None:
        self._content = content
        groups = {name: frozenset(leaf.finding for leaf in leaves) for name, leaves in content.groups.items()}
        words = WordReader(terminology.words)
        told = NarrativeReader(narrative, content.findings)
        self._terms = Terms(Lexicon(terminology), words, content.findings, groups, told)

    def read(self, gathered: Gathered, patient_id: str, today: date, *, explain: bool = True) -> Chart:
        """The facts of one patient. A resource that names another patient is not used.

        `explain`: also list what was passed over and why.
        """
        notebook = Notebook(self._terms, today)
        reference = f"Patient/{patient_id}"  # how nearly every resource names its patient
        own = [
            resource
            for resource in gathered.resources
            if (resource.subject is not None and resource.subject.reference == reference)
            or _is_own(resource, patient_id, notebook)
        ]
        age = _read_age(own, notebook)
        orders = self._read_all(own, gathered.drafts, patient_id, notebook)
        kept, differing = set_apart(notebook.findings, self._content.findings, today)
        notebook.findings = kept
        problems = self._current(notebook) if any(order.described.region == JOINT for order in orders) else frozenset()
        notebook.imaging.extend(settle(order, notebook, problems) for order in orders)
        return Chart(
            today=today,
            age=age,
            findings=tuple(notebook.findings),
            imaging=tuple(notebook.imaging),
            differing=(*notebook.differing, *differing),
            ignored=notebook.ignored() if explain else (),
            unreadable={**gathered.unreadable, **notebook.unread()},
            unmapped=notebook.unmapped(),
            unavailable=gathered.lacking.unavailable,
            not_sent=gathered.lacking.not_sent,
            incomplete=gathered.lacking.incomplete,
        )

    def _read_all(
        self, own: list[Readable], drafts: Iterable[Draft], patient_id: str, notebook: Notebook
    ) -> list[Order]:
        """Read requests last, because their reasons may name a Condition; drafts stand over requests of their id."""
        on_record: list[Any] = []
        for resource in own:
            reader = _READERS.get(type(resource))
            if reader is not None:
                reader(resource, notebook)
            elif isinstance(resource, _REQUESTS):
                on_record.append(resource)
        drafted = [draft for draft in drafts if _is_own(draft.resource, patient_id, notebook)]
        references = {draft.reference for draft in drafted}
        requests = [one for one in on_record if reference_of(one) not in references]
        orders = [read_request(request, notebook) for request in requests]
        orders += [read_draft(one.resource, one.reference, notebook, selected=one.selected) for one in drafted]
        return [order for order in orders if order]

    def _current(self, notebook: Notebook) -> frozenset[str]:
        """The findings currently present on any side: the "current problems" of clinical design §3."""
        index = ChartIndex(Chart(notebook.today, findings=tuple(notebook.findings)), self._content)
        return frozenset(
            name for name in index.by_id if any(index.is_current(fact) for fact in index.state(name, Side.BOTH).present)
        )


def _is_own(resource: Readable, patient_id: str, notebook: Notebook) -> bool:
    is_own = is_of(resource, patient_id)
    if not is_own:
        notebook.ignore(resource, "it names another patient")
    return is_own


def _read_age(own: list[Readable], notebook: Notebook) -> int | None:
    """Completed years on the day of the call; not known when the birth date is missing or too coarse to tell."""
    birth = next((one.birthDate for one in own if isinstance(one, Patient) and one.birthDate), None)
    when = parse_when(birth) if birth else None
    if when is None or when.first > notebook.today:
        return None
    notebook.born = when.first
    ages = {_years(day, notebook.today) for day in (when.first, when.last)}
    # A year of birth alone leaves two ages; the younger keeps a child a child (clinical design §1.10).
    return min(ages)


def _years(born: date, today: date) -> int:
    return max(0, today.year - born.year - ((today.month, today.day) < (born.month, born.day)))
