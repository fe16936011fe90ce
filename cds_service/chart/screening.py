"""Screen a chart for whatever may be a reason to act, whether the precise reader makes anything of it or not (R1)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, NamedTuple

from cds_service.chart.concept_screen import ConceptScreen, PlacedConcept
from cds_service.chart.fact_collector import FactCollector, build_source
from cds_service.chart.note_text import ReadNote
from cds_service.chart.quiet_records import is_quiet
from cds_service.chart.screen_answers import find_measurements, find_statements, has_number, has_words
from cds_service.chart.screen_dates import find_dates, may_be_newer
from cds_service.chart.screen_forms import collect_form
from cds_service.chart.screen_texts import collect_note, collect_record
from cds_service.chart.screened_record import ScreenedRecord, concept_texts, placed_texts
from cds_service.fhir.datatypes import CodeableConcept, list_concepts
from cds_service.fhir.documents import DocumentReference, QuestionnaireResponse
from cds_service.fhir.resource import Resource
from cds_service.fhir.resources import Component, Observation, ServiceRequest, SupportedResource
from cds_service.model.facts import FindingValue, ScreenHit, SourceKind
from cds_service.model.sides import Side
from cds_service.screen.code_screen import CodeHit, is_elsewhere
from cds_service.screen.safety_screen import Screens
from cds_service.screen.text_screen import LONGEST_TEXT, TextHit

OTHER_LANGUAGE: Final = "other-language"
TOO_LONG: Final = "too-long"
FORMAT: Final = "format"
_ENGLISH: Final = "en"
_DOCUMENTS: Final[Mapping[type, str]] = {
    DocumentReference: "clinical notes",
    QuestionnaireResponse: "questionnaires",
}
_COURSE, _LONG_STANDING = "course", "long-standing"


class _ScreenedText(NamedTuple):
    """A text: of which record, when, and whether it is free text, the name of what was done, or the answer to what."""

    record: ScreenedRecord
    text: str
    time: str | None = None
    is_note: bool = False
    is_prose: bool = False
    is_act: bool = False
    question: str = ""


@dataclass(slots=True)
class Screening:
    """The screening of one chart. `hits` are in the order of the records, each once.

    `partly_read`: the kinds of documents, as cards call them, of which one holds sentences in another language.
    """

    screens: Screens
    concept_screen: ConceptScreen
    collector: FactCollector
    hits: dict[ScreenHit, None] = field(default_factory=dict)
    unscreened: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    partly_read: dict[str, None] = field(default_factory=dict)
    _texts: list[_ScreenedText] = field(default_factory=list)

    def screen(
        self,
        resources: Iterable[SupportedResource],
        drafts: Iterable[ServiceRequest],
        notes: Iterable[ReadNote] = (),
    ) -> None:
        """Screen the patient's resources, notes and drafts of the call, then what the precise readers found in them."""
        for resource in chain(resources, drafts):
            record = None if self._says_nothing(resource) else self._collect(resource)
            if record is not None:
                self._screen_record(record)
        for note in notes:
            self._screen_record(collect_note(note))
        self._screen_texts()
        self._screen_findings()

    def _says_nothing(self, resource: SupportedResource) -> bool:
        """Return whether a record holds nothing to screen but a code, which is of no group."""
        if isinstance(resource, Observation) or not is_quiet(resource):
            return False
        code = getattr(resource, "code", None)
        return not isinstance(code, CodeableConcept) or self.concept_screen.judge(PlacedConcept(code, [])).says_nothing

    def _collect(self, resource: SupportedResource) -> ScreenedRecord | None:
        if isinstance(resource, QuestionnaireResponse):
            return collect_form(resource, self.collector.lookups.questions)
        return collect_record(resource)

    def _screen_record(self, record: ScreenedRecord) -> None:
        """Screen the codes and values of a record, and keep its texts: they are screened last."""
        for concept in record.concepts:
            self._screen_concept(record, concept)
        for act in record.acts:
            self._screen_concept(record, act, is_act=True)
        for part in record.parts:
            self._screen_answer(record, part)
        if record.names:
            self._texts += [_ScreenedText(record, name) for name in record.names]
        if record.prose:
            self._texts += [_ScreenedText(record, *one, is_prose=True) for one in record.prose]
        if record.unread_fields:
            self.unscreened[FORMAT] += record.unread_fields

    def _screen_concept(self, record: ScreenedRecord, concept: CodeableConcept, *, is_act: bool = False) -> None:
        """Screen the codes of a concept, and keep its texts unless one of its codes says that they name no disease."""
        sites = record.sites_of(concept)
        verdict = self.concept_screen.judge(PlacedConcept(concept, sites))
        if verdict.says_nothing:
            return
        for hit in verdict.hits:
            self._add_code(record, hit, concept)
        texts = placed_texts(concept, sites)
        if verdict.is_foreign:
            self.unscreened[OTHER_LANGUAGE] += 1
        is_prose = not concept.coding
        self._texts += [_ScreenedText(record, text, is_prose=is_prose, is_act=is_act) for text in texts]

    def _add_code(self, record: ScreenedRecord, hit: CodeHit, concept: CodeableConcept) -> None:
        if hit.branch is not None:
            sites = list_concepts(getattr(record.resource, "bodySite", None))
            texts = [text for one in (concept, *sites) for text in concept_texts(one)]
            if is_elsewhere(hit.branch, [*texts, *(one.text for one in record.prose)]):
                return
        self._add(record, hit, record.kind, has_onset=True)

    def _screen_answer(self, record: ScreenedRecord, part: Observation | Component) -> None:
        """Screen the numbers of an answer; and its words, together with what was asked."""
        if part.code is None:
            return
        if has_number(part):
            for measured in find_measurements(part, self.concept_screen.find_limits(part.code)):
                for hit in self.screens.values.hits(measured):
                    self._add(record, TextHit(hit.group, hit.cause), record.kind)
            if part.valueString:
                self._screen_written_value(record, part.code, part.valueString)
        if has_words(part) and part.dataAbsentReason is None:
            for name, text in find_statements(part, part.code, self.screens, self.collector):
                self._texts.append(_ScreenedText(record, text, question=name))

    def _screen_written_value(self, record: ScreenedRecord, code: CodeableConcept, value: str) -> None:
        """Screen a number that was sent as text, with more behind it."""
        if value.lstrip("-+ ")[:1].isdigit():
            for name in concept_texts(code):
                for group, cause in self.screens.texts.numbers.find(f"{name}: {value}"):
                    self._add(record, TextHit(group, cause), record.kind)

    def _screen_texts(self) -> None:
        for one in self._texts:
            self._screen_text(one)
            if one.is_prose:
                self._check_text(one.record.resource, one.text)

    def _screen_text(self, one: _ScreenedText) -> None:
        """Screen a text. What was done under the name of a test is no reason to act; its result may be one."""
        hits = self.screens.texts.hits(one.text)
        if not hits or (one.is_act and self.screens.procedures.is_test(one.text)):
            return
        named = self._named_by_test(one.question)
        planned = self.screens.texts.done if one.is_act and one.record.is_planned else ()
        for hit in hits:
            if hit.group not in planned and hit.group not in named:
                is_undated = one.is_note and not one.time and may_be_newer(one.record.resource)
                self._add(one.record, hit, one.record.text_kind, time=one.time, is_undated=is_undated)

    def _named_by_test(self, question: str) -> frozenset[str]:
        """Return the groups that the name of a test is of by itself: whatever its result, it names them."""
        is_test = bool(question) and self.screens.procedures.is_test(question)
        if not is_test or self.screens.answers.is_faculty(question):
            return frozenset()
        return frozenset(hit.group for hit in self.screens.texts.hits(question))

    def _check_text(self, resource: Resource, text: str) -> None:
        """Count a free text that was not screened to its end, or is in another language."""
        if len(text) > LONGEST_TEXT:
            self.unscreened[TOO_LONG] += 1
        is_marked = resource.language is not None and not resource.language.lower().startswith(_ENGLISH)
        if is_marked or self.screens.languages.is_other(text):
            self.unscreened[OTHER_LANGUAGE] += 1
            if type(resource) in _DOCUMENTS:
                self.partly_read[_DOCUMENTS[type(resource)]] = None

    def _screen_findings(self) -> None:
        """Add what the precise readers found that is in a group: present, or asked about."""
        groups = self.screens.groups_by_finding
        for fact in self.collector.findings:
            if fact.id not in groups or fact.value is FindingValue.ABSENT:
                continue
            is_lasting = fact.qualifiers.get(_COURSE) == _LONG_STANDING
            for group in groups[fact.id]:
                # Of "incontinence since childhood" the words decide alone, which look for a change as well.
                if not (is_lasting and group in self.screens.sphincter_groups):
                    self.hits[ScreenHit(group, fact.source, fact.id, fact.when, fact.onset, fact.side)] = None

    def _add(
        self,
        record: ScreenedRecord,
        hit: TextHit | CodeHit,
        kind: SourceKind,
        *,
        time: str | None = None,
        is_undated: bool = False,
        has_onset: bool = False,
    ) -> None:
        """Add a hit once for each record, group and cause. One without a date counts at any time."""
        when, onset = find_dates(record.resource, self.collector, time)
        side = hit.side
        if side is Side.UNSTATED:
            side = self.collector.body_site_side(getattr(record.resource, "bodySite", None))
        source = build_source(kind, record.resource)
        when = None if is_undated or record.is_of_now else when
        self.hits[ScreenHit(hit.group, source, hit.cause, when, onset if has_onset else None, side)] = None
