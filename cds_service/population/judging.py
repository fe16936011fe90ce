"""Judge patients and count: the one function that every engine runs, on whatever patients it holds."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from cds_service.ehr.attachments import read_binary_id
from cds_service.fhir.datatypes import CodeableConcept
from cds_service.fhir.documents import Attachment, DocumentReference
from cds_service.fhir.resources import ServiceRequest
from cds_service.model.decision import Decision
from cds_service.population.as_of import Dated
from cds_service.population.content_judge import ContentJudge
from cds_service.population.counts import NOT_RECORDED, Counts, Measure, Row
from cds_service.population.decision_counts import count_decision, count_difference
from cds_service.population.moments import Call, Period, list_calls
from cds_service.population.patient_records import PatientRecords, read_patient
from cds_service.population.records import clean
from cds_service.population.told import Reason
from cds_service.population.verdicts import list_codes

_SEXES: Final = frozenset({"female", "male", "other", "unknown"})
_AGE_LIMITS: Final = ((18, "0-17"), (30, "18-29"), (40, "30-39"), (50, "40-49"), (60, "50-59"), (70, "60-69"))
_OLDER: Final = ((80, "70-79"), (200, "80 and older"))
_DIGITS: Final = str.maketrans("0123456789", "##########")
_LONGEST_NAME: Final = 80
_MOST_CONCEPTS: Final = 50_000


@dataclass(frozen=True, slots=True)
class PopulationJudge:
    """Judges whole patients. `other`: a second content, whose differences are counted.

    `unmapped`: what to count of concepts, by type and codes; most resources have a code that others have, too.
    """

    judge: ContentJudge
    period: Period
    other: ContentJudge | None = None
    unmapped: dict[tuple[object, ...], tuple[tuple[Measure, str], ...]] = field(default_factory=dict, compare=False)

    def judge_patients(self, patients: Iterable[tuple[str, Iterable[bytes]]]) -> Counts:
        """Judge patients, each given once by id with all its records, and return the counts.

        Neither the order of the patients nor that of their records matters, and counts of parts add up.
        """
        counts: Counts = Counter()
        for patient_id, records in patients:
            patient = read_patient(patient_id, records)
            for row, number in _count_lines(patient):
                counts[row] += number
            if patient.patient is not None:
                counts.update(self._judge_patient(patient))
        return counts

    def _judge_patient(self, patient: PatientRecords) -> Iterator[Row]:
        yield from self._count_readable(patient)
        tally = _PatientTally(patient)
        calls = sorted(
            list_calls(patient, self.period, self.judge.is_judged), key=lambda call: (call.moment.text, call.hook)
        )
        judge, other = self.judge.take(patient), self.other.take(patient) if self.other else None
        for call in calls:
            decision = judge.decide(call)
            at = tally.place(call, decision)
            tally.note(decision, at)
            yield from count_decision(decision, at)
            if other is not None:
                yield from count_difference(decision, other.decide(call), at)
        yield from tally.finish()

    def _count_readable(self, patient: PatientRecords) -> Iterator[Row]:
        """Yield what cannot be read of a patient, each once."""
        once = {(Measure(measure), detail) for measure, detail in patient.once}
        for kind, concept in patient.concepts():
            once.update(self._list_unmapped(kind, concept))
        for dated in patient.dated:
            if isinstance(dated.resource, DocumentReference):
                once.update(_list_note_facts(dated.resource, patient.binaries))
        once.update(
            (Measure.ORDER_NAME, name) for order in patient.orders if (name := self._unclear_name(patient, order))
        )
        yield from (Row(measure, detail=detail) for measure, detail in once)
        for kind, number in patient.unreadable.items():
            yield from [Row(Measure.UNREADABLE, detail=kind)] * number

    def _list_unmapped(self, kind: str, concept: CodeableConcept) -> Iterable[tuple[Measure, str]]:
        """Return what to count of a resource's code: nothing if it stands for something here."""
        key = kind, *[(one.system, one.code) for one in concept.coding or () if one]
        found = self.unmapped.get(key)
        if found is None:
            is_known = self.judge.chart_reader.knows(concept)
            codes = () if is_known else list_codes(concept)
            found = tuple((Measure.UNMAPPED, f"{kind}|{system}|{code}") for system, code in codes)
            if len(self.unmapped) >= _MOST_CONCEPTS:
                self.unmapped.clear()
            self.unmapped[key] = found
        return found

    def _unclear_name(self, patient: PatientRecords, order: ServiceRequest) -> str:
        """Return the name of an order that is imaging, of a region that is not understood; "" for others."""
        imaging = self.judge.chart_reader.describe_order(order)
        is_imaging = imaging.modality is not None or bool(patient.extras.get(f"{type(order).__name__}/{order.id}"))
        return _name_order(order.code) if is_imaging and imaging.region is None else ""


@dataclass(slots=True)
class _PatientTally:
    """What is counted once for a patient, over all its moments."""

    patient: PatientRecords
    rules: set[tuple[str, str]] = field(default_factory=set)
    last: Row | None = None

    def place(self, call: Call, decision: Decision) -> Row:
        """Return the row of a moment: hook, month and group."""
        sex = self.patient.sex
        return Row(
            Measure.MOMENTS,
            call.hook,
            month=call.moment.text[:7],
            site=self.patient.site_of(call.visit) or NOT_RECORDED,
            age_band=band_age(decision.chart.age),
            sex=sex if sex in _SEXES else NOT_RECORDED,
        )

    def note(self, decision: Decision, at: Row) -> None:
        """Note what a decision shows; the last moment's group is the patient's."""
        self.last = replace(at, hook="", month="")
        self.rules.update((at.hook, one.rule.id) for one in decision.shown)

    def finish(self) -> Iterator[Row]:
        """Yield the rows of the patient as a whole."""
        if self.last is None:
            yield Row(Measure.NO_MOMENT)
            return
        yield replace(self.last, measure=Measure.PATIENTS)
        if self.rules:
            yield replace(self.last, measure=Measure.PATIENTS_WITH_CARD)
        for hook, rule in sorted(self.rules):
            yield replace(self.last, measure=Measure.SHOWN_PATIENTS, hook=hook, rule=rule)


def band_age(age: int | None) -> str:
    """Return the band of an age in years."""
    if age is None:
        return NOT_RECORDED
    return next((band for limit, band in (*_AGE_LIMITS, *_OLDER) if age < limit), _OLDER[-1][1])


def _count_lines(patient: PatientRecords) -> Iterator[tuple[Row, int]]:
    """Yield how many lines of a patient were judged, or why not."""
    for kind, number in patient.repeated.items():
        yield Row(Measure.LINES_TOLD, detail=f"{kind}|{Reason.DUPLICATE.value}"), number
    types = Counter(map(type, [dated.resource for dated in patient.dated]))
    for kind, number in ((one.__name__, number) for one, number in types.items()):
        if patient.patient is None:
            yield Row(Measure.LINES_TOLD, detail=f"{kind}|{Reason.NO_PATIENT_RECORD.value}"), number
        else:
            yield Row(Measure.LINES_JUDGED, detail=kind), number
    if patient.patient is not None:
        yield from _count_undated(dated for dated in patient.dated if dated.resource is not patient.patient)


def _count_undated(records: Iterable[Dated]) -> Iterator[tuple[Row, int]]:
    """Yield how many records lack the date on which they were recorded, by what stands for it."""
    undated = Counter([(type(one.resource).__name__, bool(one.known_from)) for one in records if not one.is_recorded])
    for (kind, has_clinical_date), number in undated.items():
        yield Row(Measure.NO_DATE, detail=f"{kind}|{'clinical date' if has_clinical_date else 'always known'}"), number


def _list_note_facts(document: DocumentReference, binaries: Collection[str]) -> Iterator[tuple[Measure, str]]:
    """Yield the types of a document that is read, and its formats with where they are."""
    if document.type is not None:
        for system, code in list_codes(document.type):
            yield Measure.NOTE_TYPE, f"read|{system}|{code}"
    for form in document.attachments:
        kind = clean((form.contentType or "").partition(";")[0].strip().lower()) or "no media type"
        yield Measure.NOTE_FORMAT, f"{kind}|{_place(form, binaries)}"


def _place(form: Attachment, binaries: Collection[str]) -> str:
    if form.data:
        return "inline"
    is_there = form.url is not None and read_binary_id(form.url) in binaries
    return "in a Binary" if is_there else "not in the export"


def _name_order(concept: CodeableConcept | None) -> str:
    """Return an order's name without its digits, which may be anybody's number."""
    if concept is None:
        return ""
    displays = [one.display for one in concept.coding or () if one and one.display]
    name = (concept.text or (displays[0] if displays else ""))[:_LONGEST_NAME]
    return clean(name.lower().translate(_DIGITS).strip())
