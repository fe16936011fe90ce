"""Judge a patient as of a moment with the service's own readers, screen and rules."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from cds_service.chart.chart_reader import ChartReader
from cds_service.ehr.newest import dates_of
from cds_service.ehr.notes import NoteChooser, build_note_chooser
from cds_service.ehr.prefetch_templates import build_prefetch_keys
from cds_service.fhir.chart_data import ChartData, ClinicalNote, DraftOrder
from cds_service.fhir.documents import DocumentReference, Encounter, QuestionnaireResponse
from cds_service.fhir.resources import ServiceRequest, SupportedResource
from cds_service.knowledge import Knowledge
from cds_service.logic.rule_engine import decide
from cds_service.model.content import Content
from cds_service.model.decision import Decision
from cds_service.population.as_of import Dated, as_known
from cds_service.population.binaries import read_content
from cds_service.population.moments import Call
from cds_service.population.patient_records import PatientRecords
from cds_service.population.prefetch_filter import PrefetchFilter, build_prefetch_filter

_LOWER_LIMB_JOINT: Final = "lower-limb-joint"
_NEWEST: Final = (DocumentReference, QuestionnaireResponse)
_CURRENT_NAMES: Final = {"ProcedureRequest": "ServiceRequest"}


@dataclass(frozen=True, slots=True)
class ContentJudge:
    """Judges calls by one content.

    `asked`: what the prefetch asks for. `absent_types`: the types that it asks for and the whole export lacks: they
    were not exported, which is not the same as that no patient has any.
    """

    content: Content
    chart_reader: ChartReader
    notes: NoteChooser
    asked: PrefetchFilter
    absent_types: frozenset[str] = frozenset()

    def is_judged(self, order: ServiceRequest) -> bool:
        """Return whether an order is imaging of hip, pelvis, lumbar spine or a joint of the leg."""
        region = self.chart_reader.describe_order(order).region
        return region == _LOWER_LIMB_JOINT or region in self.content.policy.judged_regions

    def take(self, patient: PatientRecords) -> "PatientJudge":
        """Return what judges the calls about a patient. Most records say nothing, and are looked at once."""
        is_silent = self.chart_reader.is_silent
        speaking = [dated for dated in patient.dated if not is_silent(dated.resource, patient.id)]
        return PatientJudge(self, patient, speaking)

    def gather(self, patient: PatientRecords, dated: Iterable[Dated], call: Call) -> ChartData:
        """Return the data that a call would have brought. `dated`: the records of the patient that may say anything."""
        known = [as_known(one, call.moment) for one in dated if one.is_known(call.moment)]
        resources = list(self._select(known, call))
        documents = [one for one in resources if isinstance(one, DocumentReference)]
        choice = self.notes.choose(documents, patient.id, call.moment.day)
        notes = tuple(
            ClinicalNote(note.document, note.tells, note.is_draft, read_content(note.document, patient.binaries))
            for note in choice.chosen
        )
        missing = {_CURRENT_NAMES.get(kind, kind) for kind in patient.unreadable}
        return ChartData(
            resources=tuple(resources),
            drafts=tuple(_as_draft(order) for order in call.orders),
            unreadable=dict(patient.unreadable),
            missing_types=self.absent_types | missing,
            notes=notes,
            notes_left_out=choice.left_out,
            size=patient.size + sum(len(note.content.body) for note in notes),
        )

    def _select(self, known: Iterable[SupportedResource], call: Call) -> Iterator[SupportedResource]:
        """Yield what the prefetch asks for: the visit of the call alone, and of documents only the newest."""
        documents: dict[type, list[SupportedResource]] = {kind: [] for kind in _NEWEST}
        signed = {order.id for order in call.orders}
        for resource in known:
            kind = type(resource)
            if kind in documents:
                documents[kind].append(resource)
            elif isinstance(resource, Encounter):
                if call.visit is not None and resource.id == call.visit.id:
                    yield resource
            elif isinstance(resource, ServiceRequest):
                is_draft = resource.id is not None and resource.id in signed
                if not is_draft and self.asked.accepts("ServiceRequest", resource.status, None):
                    yield resource
            else:
                yield resource
        for kind, found in documents.items():
            count = self.asked.newest_count(kind.__name__)
            yield from found if count is None or len(found) <= count else _sort_newest(found)[:count]


@dataclass(frozen=True, slots=True)
class PatientJudge:
    """Judges the calls about one patient by one content. `speaking`: the records without those that say nothing."""

    judge: ContentJudge
    patient: PatientRecords
    speaking: list[Dated]

    def decide(self, call: Call) -> Decision:
        """Return the decision of a call on what was known at its moment."""
        reader, data = self.judge.chart_reader, self.judge.gather(self.patient, self.speaking, call)
        if not reader.reads_all(data):  # names that say nothing count, too
            data = self.judge.gather(self.patient, self.patient.dated, call)
        chart = reader.build_chart(data, self.patient.id, call.moment.day, explain=False)
        return decide(self.judge.content, chart, call.hook)


def build_content_judge(knowledge: Knowledge, text_budget: int, *, takes_all: bool = False) -> ContentJudge:
    """Build the judge of a content. `takes_all`: judge also what the prefetch does not ask for."""
    content, terminology = knowledge.content, knowledge.terminology
    return ContentJudge(
        content,
        ChartReader(terminology, content, knowledge.narrative, knowledge.screen, text_budget),
        build_note_chooser(terminology),
        build_prefetch_filter(build_prefetch_keys(content, terminology), takes_all=takes_all),
    )


def _sort_newest(documents: list[SupportedResource]) -> list[SupportedResource]:
    return sorted(documents, key=_written_on, reverse=True)


def _written_on(document: SupportedResource) -> str:
    if isinstance(document, QuestionnaireResponse):
        return document.authored or ""
    when = dates_of(document) if isinstance(document, DocumentReference) else None
    return when.first.isoformat() if when else ""


def _as_draft(order: ServiceRequest) -> DraftOrder:
    """Return an order as it was when it was signed."""
    draft = msgspec.structs.replace(order, status="draft")
    return DraftOrder(f"{type(order).__name__}/{order.id or '(no id)'}", draft, is_selected=True)
