"""From decoded resources to one chart of facts: the patient's own, each read by the reader of its kind."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from cds_service.chart.code_lookup import CodeLookup
from cds_service.chart.conditions import extract_condition
from cds_service.chart.contradictions import drop_contradicted_text
from cds_service.chart.fact_collector import FactCollector, Lookups, relative_reference
from cds_service.chart.imaging import LOWER_LIMB_JOINT, extract_imaging_study, extract_report
from cds_service.chart.imaging_words import ImagingWordFinder
from cds_service.chart.observations import extract_observation
from cds_service.chart.orders import ImagingOrder, extract_draft, extract_request, resolve_order
from cds_service.chart.treatments import extract_medication, extract_procedure
from cds_service.fhir.chart_data import ChartData, DraftOrder
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
    ServiceRequest,
    SupportedResource,
)
from cds_service.fhir.subject import belongs_to_patient
from cds_service.logic.chart_index import ChartIndex
from cds_service.model.content import Content
from cds_service.model.dates import parse_partial_date
from cds_service.model.facts import Chart
from cds_service.model.sides import Side
from cds_service.model.terminology import Terminology
from cds_service.narrative.lexicon import Lexicon
from cds_service.narrative.reader import NarrativeReader

_EXTRACTORS: Mapping[type, Callable[[Any, FactCollector], None]] = {
    Condition: extract_condition,
    Observation: extract_observation,
    Procedure: extract_procedure,
    MedicationRequest: extract_medication,
    MedicationStatement: extract_medication,
    DiagnosticReport: extract_report,
    ImagingStudy: extract_imaging_study,
}
_REQUESTS = (ServiceRequest, ProcedureRequest)


class ChartReader:
    """Reads charts by the content's terminology. Made once, used for every call."""

    def __init__(self, terminology: Terminology, content: Content, narrative: Lexicon) -> None:
        self._content = content
        groups = {name: frozenset(leaf.finding for leaf in leaves) for name, leaves in content.groups.items()}
        words = ImagingWordFinder(terminology.imaging_words)
        told = NarrativeReader(narrative, content.findings)
        self._lookups = Lookups(CodeLookup(terminology), words, content.findings, groups, told)

    def build_chart(self, data: ChartData, patient_id: str, today: date, *, explain: bool = True) -> Chart:
        """The facts of one patient. A resource that names another patient is not used.

        `explain`: also list what was passed over and why.
        """
        notebook = FactCollector(self._lookups, today)
        reference = f"Patient/{patient_id}"  # how nearly every resource names its patient
        own = [
            resource
            for resource in data.resources
            if (resource.subject is not None and resource.subject.reference == reference)
            or _accept_or_ignore(resource, patient_id, notebook)
        ]
        age = _extract_age(own, notebook)
        orders = self._extract_all(own, data.drafts, patient_id, notebook)
        kept, differing = drop_contradicted_text(notebook.findings, self._content.findings, today)
        notebook.findings = kept
        problems = (
            self._current_problems(notebook)
            if any(order.description.region == LOWER_LIMB_JOINT for order in orders)
            else frozenset()
        )
        notebook.imaging.extend(resolve_order(order, notebook, problems) for order in orders)
        return Chart(
            today=today,
            age=age,
            findings=tuple(notebook.findings),
            imaging=tuple(notebook.imaging),
            contradicted=(*notebook.contradicted, *differing),
            ignored=notebook.list_ignored() if explain else (),
            unreadable={**data.unreadable, **notebook.count_truncated()},
            unmapped=notebook.count_unmapped(),
            unavailable=data.data_gaps.unavailable,
            not_sent=data.data_gaps.not_sent,
            incomplete=data.data_gaps.incomplete,
        )

    def _extract_all(
        self,
        resources: list[SupportedResource],
        drafts: Iterable[DraftOrder],
        patient_id: str,
        collector: FactCollector,
    ) -> list[ImagingOrder]:
        """Read requests last, because their reasons may name a Condition; drafts stand over requests of their id."""
        on_record: list[Any] = []
        for resource in resources:
            reader = _EXTRACTORS.get(type(resource))
            if reader is not None:
                reader(resource, collector)
            elif isinstance(resource, _REQUESTS):
                on_record.append(resource)
        drafted = [draft for draft in drafts if _accept_or_ignore(draft.resource, patient_id, collector)]
        references = {draft.reference for draft in drafted}
        requests = [one for one in on_record if relative_reference(one) not in references]
        orders = [extract_request(request, collector) for request in requests]
        orders += [
            extract_draft(one.resource, one.reference, collector, is_selected=one.is_selected) for one in drafted
        ]
        return [order for order in orders if order]

    def _current_problems(self, collector: FactCollector) -> frozenset[str]:
        """The findings currently present on any side: the "current problems" of clinical design §3."""
        index = ChartIndex(Chart(collector.today, findings=tuple(collector.findings)), self._content)
        return frozenset(
            name
            for name in index.findings_by_id
            if any(index.is_current(fact) for fact in index.finding_state(name, Side.BOTH).present)
        )


def _accept_or_ignore(resource: SupportedResource, patient_id: str, collector: FactCollector) -> bool:
    is_own = belongs_to_patient(resource, patient_id)
    if not is_own:
        collector.ignore(resource, "it names another patient")
    return is_own


def _extract_age(resources: list[SupportedResource], collector: FactCollector) -> int | None:
    """Completed years on the day of the call; not known when the birth date is missing or too coarse to tell."""
    birth = next((one.birthDate for one in resources if isinstance(one, Patient) and one.birthDate), None)
    when = parse_partial_date(birth) if birth else None
    if when is None or when.first > collector.today:
        return None
    collector.birth_date = when.first
    ages = {_years(day, collector.today) for day in (when.first, when.last)}
    # A year of birth alone leaves two ages; the younger keeps a child a child (clinical design §1.10).
    return min(ages)


def _years(birth_date: date, today: date) -> int:
    return max(0, today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day)))
