"""Build one chart of facts from the patient's resources, each read by the function for its type."""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from msgspec.structs import replace

from cds_service.chart.code_lookup import CodeLookup
from cds_service.chart.concept_screen import ConceptScreen
from cds_service.chart.conditions import extract_condition, find_places
from cds_service.chart.contradictions import drop_contradicted_text
from cds_service.chart.drug_courses import extract_courses
from cds_service.chart.fact_collector import FactCollector, Lookups, relative_reference
from cds_service.chart.form_questions import QuestionReader
from cds_service.chart.imaging import (
    LOWER_LIMB_JOINT,
    NOT_IMAGING,
    ImagingDescription,
    describe_imaging,
    extract_imaging_study,
    extract_report,
)
from cds_service.chart.imaging_words import ImagingWordFinder
from cds_service.chart.medications import extract_medication
from cds_service.chart.note_text import read_note
from cds_service.chart.notes import extract_note
from cds_service.chart.observations import extract_observation
from cds_service.chart.orders import KNEE_OR_FOOT, ImagingOrder, extract_draft, extract_request, resolve_order
from cds_service.chart.own_resources import accept_or_ignore, list_own
from cds_service.chart.place_finder import PlaceFinder
from cds_service.chart.plain_concepts import PlainConcepts
from cds_service.chart.questionnaires import drop_outweighed_denials, extract_questionnaire
from cds_service.chart.screening import Screening
from cds_service.chart.silent_concepts import SilentConcepts
from cds_service.chart.silent_records import SilentRecords
from cds_service.chart.text_budget import DEFAULT_TEXT_BUDGET, Words, budget_in, limit_words, list_notes_read
from cds_service.chart.treatments import extract_procedure
from cds_service.chart.visits import extract_visit
from cds_service.fhir.chart_data import ChartData
from cds_service.fhir.datatypes import CodeableConcept
from cds_service.fhir.documents import Encounter, QuestionnaireResponse
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
from cds_service.model.screen import SafetyScreen
from cds_service.model.sides import Side
from cds_service.model.terminology import Terminology
from cds_service.narrative.phrase_finder import PhraseFinder
from cds_service.narrative.reader import NarrativeReader
from cds_service.narrative.words.lexicon import Lexicon
from cds_service.screen.safety_screen import build_screens

_EXTRACTORS: Mapping[type, Callable[[Any, FactCollector], None]] = {
    Condition: extract_condition,
    Observation: extract_observation,
    Procedure: extract_procedure,
    MedicationRequest: extract_medication,
    MedicationStatement: extract_medication,
    DiagnosticReport: extract_report,
    ImagingStudy: extract_imaging_study,
    Encounter: extract_visit,
    QuestionnaireResponse: extract_questionnaire,
}
# A source of words of which something arrived, and not all of it: a text may be missing.
_WORD_TYPES = frozenset({"Encounter", "DocumentReference", "QuestionnaireResponse", "Binary"})
_NOT_READ = "not-read"
_REQUESTS = (ServiceRequest, ProcedureRequest)


class ChartReader:
    """Builds charts with the content's terminology. Created once, used for every call.

    `text_budget`: the most characters of words that are read of one call, whatever their source.
    """

    def __init__(
        self,
        terminology: Terminology,
        content: Content,
        narrative: Lexicon,
        screen: SafetyScreen,
        text_budget: int = DEFAULT_TEXT_BUDGET,
    ) -> None:
        self._content = content
        self._text_budget = text_budget
        finder = PhraseFinder(narrative)
        self._screens = build_screens(screen, narrative, finder)
        groups = {name: frozenset(leaf.finding for leaf in leaves) for name, leaves in content.groups.items()}
        imaging_words = ImagingWordFinder(terminology.imaging_words)
        narrative_reader = NarrativeReader(narrative, content.findings, finder)
        codes = CodeLookup(terminology)
        silent_concepts = SilentConcepts(codes, imaging_words, narrative_reader)
        questions = QuestionReader(terminology.questionnaires.others)
        self._lookups = Lookups(
            codes, imaging_words, content.findings, groups, narrative_reader, silent_concepts, questions
        )
        self._places = PlaceFinder(self._lookups)
        self._concept_screen = ConceptScreen(self._screens, codes)
        plain_concepts = PlainConcepts(codes, imaging_words, narrative_reader, self._screens)
        self._silent_records = SilentRecords(
            silent_concepts, plain_concepts, self._concept_screen, codes, self._screens.values
        )

    def build_chart(
        self, data: ChartData, patient_id: str, today: date, *, explain: bool = True, seconds: float = math.inf
    ) -> Chart:
        """Return the facts about one patient. Resources that name another patient are not used.

        `explain`: also list the records that were ignored, with the reasons. `seconds`: how long reading and judging
        may take. Words that could take longer are not read, the oldest first, and counted.
        """
        collector = FactCollector(self._lookups, today)
        resources = list_own(data.resources, patient_id, collector)
        patients = [resource for resource in resources if type(resource) is Patient]  # twice as fast, for every record
        age = _extract_age(patients, collector)
        words = self._limit_words(resources, data, collector, seconds)
        speaking = self._extract_facts(words, collector)
        orders = self._extract_orders(speaking, patient_id, collector)
        collector.findings = drop_outweighed_denials(collector.findings, self._content.findings)
        collector.findings, contradicted_text = drop_contradicted_text(
            collector.findings, self._content.findings, today
        )
        screening = self._screen(speaking, patient_id, collector)
        self._resolve_orders(orders, words.resources, collector)
        missing_types = data.missing_types | collector.missing_types
        return Chart(
            today=today,
            age=age,
            findings=tuple(collector.findings),
            imaging=tuple(collector.imaging),
            contradicted=(*collector.contradicted, *contradicted_text),
            ignored=collector.list_ignored() if explain else (),
            unreadable={**data.unreadable, **collector.list_unread()},
            unmapped=Counter(collector.unmapped),
            unavailable=data.data_gaps.unavailable,
            not_sent=data.data_gaps.not_sent,
            incomplete=tuple(dict.fromkeys([*data.data_gaps.incomplete, *screening.partly_read])),
            words_not_sent=data.data_gaps.words_not_sent,
            screen_hits=tuple(screening.hits),
            unscreened={**screening.unscreened, **_count_unread(missing_types, collector)},
            missing_types=missing_types,
            is_deceased=any(patient.is_deceased for patient in patients),
        )

    def knows(self, concept: CodeableConcept) -> bool:
        """Return whether a code of a concept stands for anything in the content."""
        return bool(self._lookups.codes.look_up(concept))

    def is_silent(self, resource: SupportedResource, patient_id: str) -> bool:
        """Return whether a chart of this patient holds nothing of a resource, whatever the day; of no problem.

        Only what `build_chart` explains, and how many codes stand for nothing, would differ without it, unless there
        are more words than are read. A problem may name the joint that an order leaves open.
        """
        is_silent = type(resource) is not Condition and self._silent_records.find(resource) is not None
        return is_silent and belongs_to_patient(resource, patient_id)

    def reads_all(self, data: ChartData) -> bool:
        """Return whether all words of a call are surely within the budget."""
        return 0 < data.size <= self._text_budget

    def describe_order(self, request: ServiceRequest) -> ImagingDescription:
        """Return what an order images, by itself: no chart tells whether a joint of the leg is the hip."""
        if request.orderDetail is None and self._lookups.silent_concepts.has(request.code):
            return NOT_IMAGING  # like most orders
        collector = FactCollector(self._lookups, date.max - timedelta(days=1))  # no date is read
        known_codes = collector.look_up(request.code)
        return describe_imaging(known_codes, request.code, request.bodySite, request.orderDetail, collector)

    def _limit_words(
        self, resources: list[SupportedResource], data: ChartData, collector: FactCollector, seconds: float
    ) -> Words:
        """Return what is read: within the budget of words, which most calls are by the number of their bytes."""
        budget = self._text_budget if seconds == math.inf else budget_in(seconds, self._text_budget)
        for document, reason in data.notes_left_out:
            collector.ignore(document, reason)
        notes = list_notes_read([read_note(note) for note in data.notes], collector)
        words = Words(resources, list(data.drafts), notes)
        if 0 < data.size <= budget:
            return words
        return limit_words(words, budget, collector)

    def _screen(self, words: Words, patient_id: str, collector: FactCollector) -> Screening:
        screening = Screening(self._screens, self._concept_screen, collector)
        drafts = [draft.resource for draft in words.drafts if belongs_to_patient(draft.resource, patient_id)]
        screening.screen(words.resources, drafts, words.notes)
        return screening

    def _resolve_orders(
        self, orders: list[ImagingOrder], resources: list[SupportedResource], collector: FactCollector
    ) -> None:
        """Add the imaging orders to the facts. A joint of the lower limb needs the current problems."""
        problems = (
            self._current_problems(resources, collector)
            if any(order.description.region == LOWER_LIMB_JOINT for order in orders)
            else frozenset()
        )
        collector.imaging.extend(resolve_order(order, collector, problems) for order in orders)

    def _extract_facts(self, words: Words, collector: FactCollector) -> Words:
        """Extract the facts of all records but requests. Return the words in which there may be anything to find."""
        speaking: list[SupportedResource] = []
        silent: list[tuple[SupportedResource, tuple[str, ...]]] = []
        find_silence = self._silent_records.find
        for resource in words.resources:
            silence = find_silence(resource)
            if silence is not None:  # of nearly every record
                if silence.systems is not None:
                    silent.append((resource, silence.systems))
                continue
            speaking.append(resource)
            extract = _EXTRACTORS.get(type(resource))
            if extract is not None:
                extract(resource, collector)
        for note in words.notes:
            extract_note(note, collector)
        collector.ignore_silent(silent)
        extract_courses(collector)
        return replace(words, resources=speaking)

    def _extract_orders(self, words: Words, patient_id: str, collector: FactCollector) -> list[ImagingOrder]:
        """Extract the facts of requests and return the imaging orders.

        Requests come last, because their reasons may name a Condition. A draft replaces the request with its id.
        """
        all_requests = [resource for resource in words.resources if isinstance(resource, _REQUESTS)]
        own_drafts = [draft for draft in words.drafts if accept_or_ignore(draft.resource, patient_id, collector)]
        draft_references = {draft.reference for draft in own_drafts}
        requests = [request for request in all_requests if relative_reference(request) not in draft_references]
        orders = [extract_request(request, collector) for request in requests]
        orders += [
            extract_draft(draft.resource, draft.reference, collector, is_selected=draft.is_selected)
            for draft in own_drafts
        ]
        return [order for order in orders if order]

    def _current_problems(self, resources: list[SupportedResource], collector: FactCollector) -> frozenset[str]:
        """Return the findings currently present on any side: the "current problems" of clinical design §3.

        A knee, ankle or foot that a problem names counts as one, whatever the problem is.
        """
        conditions = (resource for resource in resources if isinstance(resource, Condition))
        places = find_places(conditions, self._places, collector) & self._lookups.finding_groups[KNEE_OR_FOOT]
        index = ChartIndex(Chart(collector.today, findings=tuple(collector.findings)), self._content)
        return places | {
            name
            for name in index.findings_by_id
            if any(index.is_current(fact) for fact in index.finding_state(name, Side.BOTH).present)
        }


def _count_unread(missing_types: frozenset[str] | set[str], collector: FactCollector) -> dict[str, int]:
    """Count the texts that were there and not read: advice to wait must not rest on what they do not say."""
    count = sum(collector.unread.values()) + len(_WORD_TYPES & missing_types)
    return {_NOT_READ: count} if count else {}


def _extract_age(patients: list[Patient], collector: FactCollector) -> int | None:
    """Return the completed years on the day of the call, or None without a usable birth date."""
    birth_text = next((patient.birthDate for patient in patients if patient.birthDate), None)
    birth = parse_partial_date(birth_text) if birth_text else None
    if birth is None or birth.first > collector.today:
        return None
    collector.birth_date = birth.first
    # A year of birth alone allows two ages. The younger one, of the latest day, keeps a child a child (clinical design
    # §1.10).
    today, born = collector.today, birth.last
    return max(0, today.year - born.year - ((today.month, today.day) < (born.month, born.day)))
