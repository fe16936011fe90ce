"""The chart as it was: which records were known at a moment, and what the later ones must not tell.

A record is known from the day on which it was recorded. Where only the day stands on which it happened, it counts as
known from that day on, and without any date always: what may be a reason to act is never left out. A month or a year
counts from its first day. On the day of the moment itself, times decide if both have one; without them a record is
known, but for studies, reports and procedures: these follow the order that they carry out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final

import msgspec

from cds_service.fhir.datatypes import NOT_PRESENT
from cds_service.fhir.documents import DocumentReference, Encounter, QuestionnaireResponse
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

_FOLLOWS_ORDER: Final = (ImagingStudy, DiagnosticReport, Procedure)
_DAY: Final = 10  # characters of a date


@dataclass(frozen=True, slots=True)
class Moment:
    """When a chart is looked at. `instant`: with the time, if the record that makes the moment has one."""

    day: date
    instant: datetime | None = None
    text: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", self.day.isoformat())  # compared with every record


class Dated(msgspec.Struct, frozen=True, gc=False):
    """A resource, and from when it is known: "" if always.

    `is_recorded`: the date is the one of its record. `ends`: it tells of an end, which may lie after a moment.
    """

    resource: SupportedResource
    known_from: str
    is_recorded: bool
    ends: bool = False

    def is_known(self, moment: Moment) -> bool:
        """Return whether it is known at a moment."""
        day = self.known_from[:_DAY]
        if day != moment.text:
            return day < moment.text  # a month or year stands before each of its days
        later = read_instant(self.known_from)
        if later is None or moment.instant is None:
            return not isinstance(self.resource, _FOLLOWS_ORDER)
        return later <= moment.instant


def _period(period: Any, *, end: bool = False) -> str | None:
    return ((period.end if end else None) or period.start) if period else None


_RECORDED: Final[Mapping[type, Callable[[Any], str | None]]] = {
    Condition: lambda one: one.recordedDate or one.dateRecorded or one.assertedDate,
    DiagnosticReport: lambda one: one.issued,
    ServiceRequest: lambda one: one.authoredOn,
    ProcedureRequest: lambda one: one.authoredOn,
    MedicationRequest: lambda one: one.authoredOn,
    ImagingStudy: lambda one: one.started,
    Encounter: lambda one: _period(one.period),
    DocumentReference: lambda one: one.date or one.indexed or one.created,
    QuestionnaireResponse: lambda one: one.authored,
}
_HAPPENED: Final[Mapping[type, Callable[[Any], str | None]]] = {
    Condition: lambda one: one.onsetDateTime or _period(one.onsetPeriod),
    Observation: lambda one: one.effectiveDateTime or one.effectiveInstant or _period(one.effectivePeriod, end=True),
    DiagnosticReport: lambda one: one.effectiveDateTime or _period(one.effectivePeriod, end=True),
    Procedure: lambda one: one.performedDateTime or _period(one.performedPeriod, end=True),
    ServiceRequest: lambda one: one.occurrenceDateTime or _period(one.occurrencePeriod),
    ProcedureRequest: lambda one: one.occurrenceDateTime or _period(one.occurrencePeriod),
    MedicationStatement: lambda one: one.effectiveDateTime or _period(one.effectivePeriod),
}


_ENDING: Final = frozenset({Condition, Patient})


def _find_none(_resource: SupportedResource) -> str | None:
    return None


def date_resource(resource: SupportedResource, later_date: str) -> Dated:
    """Return a resource with the date from which it is known. `later_date`: when it was recorded, from its record."""
    kind = type(resource)
    ends = kind in _ENDING and _ends(resource)
    text = later_date or _RECORDED.get(kind, _find_none)(resource) or ""
    if is_date(text):
        return Dated(resource, text, is_recorded=True, ends=ends)
    text = _HAPPENED.get(kind, _find_none)(resource) or ""
    return Dated(resource, text if is_date(text) else "", is_recorded=False, ends=ends)


def _ends(resource: SupportedResource) -> bool:
    if isinstance(resource, Condition):
        return resource.abatementDateTime is not None
    return isinstance(resource, Patient) and resource.is_deceased


@lru_cache(maxsize=8192)
def is_date(text: str) -> bool:
    """Return whether a text begins as a FHIR date does: its order is then that of the days."""
    return len(text) >= 4 and text[:4].isdigit() and text[4:5] in {"", "-"} and text[10:11] in {"", "T"}


def read_instant(text: str) -> datetime | None:
    """Return the instant of a dateTime that has a time and a zone."""
    if len(text) <= _DAY:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant.astimezone(UTC) if instant.tzinfo else None


def read_moment(text: str | None) -> Moment | None:
    """Return the moment that a dateTime or a whole date names; None for a month, a year, or no date."""
    if not text or not is_date(text):
        return None
    try:
        return Moment(date.fromisoformat(text[:_DAY]), read_instant(text))
    except ValueError:
        return None


def as_known(dated: Dated, moment: Moment) -> SupportedResource:
    """Return a resource without what happened after the moment: an end of the problem, the patient's death."""
    resource = dated.resource
    if not dated.ends:  # as nearly all
        return resource
    if isinstance(resource, Condition):
        ended = resource.abatementDateTime or ""
        if is_date(ended) and ended[:_DAY] > moment.text:
            return msgspec.structs.replace(resource, abatementDateTime=None, clinicalStatus=None)
    elif isinstance(resource, Patient) and not _has_died_by(resource, moment):
        return msgspec.structs.replace(resource, deceasedBoolean=NOT_PRESENT, deceasedDateTime=NOT_PRESENT)
    return resource


def _has_died_by(patient: Patient, moment: Moment) -> bool:
    """Return whether a patient had died. Without a date of death, a patient with a visit or an order had not."""
    died = bytes(patient.deceasedDateTime).strip(b'"').decode("ascii", "replace")[:_DAY]
    return is_date(died) and (died < moment.text[: len(died)] or died == moment.text)
