"""When what the safety screen met was recorded, and when it began."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from cds_service.chart.fact_collector import FactCollector
from cds_service.fhir.datatypes import Period
from cds_service.fhir.documents import DocumentReference, Encounter, QuestionnaireResponse
from cds_service.fhir.resource import Resource
from cds_service.fhir.resources import (
    Condition,
    DiagnosticReport,
    ImagingStudy,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Procedure,
    ProcedureRequest,
    ServiceRequest,
)
from cds_service.model.dates import PartialDate, full_date

_ONGOING: Final = "active"


def find_dates(
    resource: Resource, collector: FactCollector, time: str | None
) -> tuple[PartialDate | None, PartialDate | None]:
    """Return the newest day that a record states, and its onset. `time`: when the note was written, if it says so."""
    if isinstance(resource, (MedicationRequest, MedicationStatement)) and resource.status == _ONGOING:
        return full_date(collector.today), None  # a drug that is still taken is a drug of today
    texts = _TEXTS.get(type(resource), _no_dates)(resource)
    when = collector.newest_date(*texts, time)
    onset = None
    if isinstance(resource, Condition):
        period = resource.onsetPeriod
        onset = collector.newest_date(resource.onsetDateTime, period.start if period else None)
    return when, onset


def may_be_newer(resource: Resource) -> bool:
    """Return whether a note on a record may have been written long after it: comments on problems are, for years.

    What was observed, done or reported on a day is not edited so.
    """
    return isinstance(resource, (Condition, ServiceRequest, MedicationRequest, MedicationStatement))


def _no_dates(_resource: Resource) -> list[str | None]:
    return []


def _ends(period: Period | None) -> list[str | None]:
    return [period.start, period.end] if period else []


def _of_condition(condition: Condition) -> list[str | None]:
    recorded = [condition.recordedDate, condition.dateRecorded, condition.assertedDate]
    return [*recorded, condition.onsetDateTime, *_ends(condition.onsetPeriod)]


def _of_observation(observation: Observation) -> list[str | None]:
    return [observation.effectiveDateTime, observation.effectiveInstant, *_ends(observation.effectivePeriod)]


_TEXTS: Mapping[type, Callable[[Any], list[str | None]]] = {
    Condition: _of_condition,
    Observation: _of_observation,
    Procedure: lambda done: [done.performedDateTime, *_ends(done.performedPeriod)],
    ServiceRequest: lambda request: [request.authoredOn, request.occurrenceDateTime],
    ProcedureRequest: lambda request: [request.authoredOn, request.occurrenceDateTime],
    MedicationRequest: lambda order: [order.authoredOn],
    MedicationStatement: lambda taken: [taken.effectiveDateTime, *_ends(taken.effectivePeriod)],
    DiagnosticReport: lambda report: [report.effectiveDateTime, *_ends(report.effectivePeriod)],
    ImagingStudy: lambda study: [study.started],
    Encounter: lambda visit: _ends(visit.period),
    DocumentReference: lambda document: [document.date or document.indexed or document.created],
    QuestionnaireResponse: lambda response: [response.authored],
}
