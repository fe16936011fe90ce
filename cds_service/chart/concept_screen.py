"""Screen concepts: their codes, and whether their names need a look at all. What few concepts need is done once."""

import msgspec

from cds_service.chart.code_lookup import CodeLookup
from cds_service.chart.screened_record import concept_texts, placed_texts
from cds_service.chart.value_cache import ValueCache
from cds_service.fhir.datatypes import CodeableConcept
from cds_service.screen.code_screen import CodeHit
from cds_service.screen.safety_screen import Screens
from cds_service.screen.value_screen import Limits


class PlacedConcept(msgspec.Struct, frozen=True, gc=False):
    """A concept, and the body sites of its record, if they are said of it."""

    concept: CodeableConcept
    sites: list[CodeableConcept]


class ConceptVerdict(msgspec.Struct, frozen=True, gc=False):
    """What a concept says. Holds none of its words.

    `is_foreign`: a name is in another language, and no code says what it means, so neither was screened.
    `says_nothing`: it is neither, and none of its codes and names is of any group; or it is one that is not read.
    """

    hits: tuple[CodeHit, ...] = ()
    is_foreign: bool = False
    says_nothing: bool = False


class ConceptScreen:
    """Screens concepts. Created once; safe to share between threads.

    Attributes:
        judge: Returns what a concept says.
        find_limits: Returns the limits on the numbers of a test.
    """

    def __init__(self, screens: Screens, codes: CodeLookup) -> None:
        self._screens = screens
        self._codes = codes
        self.judge = ValueCache(self._judge).find
        self.find_limits = ValueCache(self._find_limits).find

    def _judge(self, placed: PlacedConcept) -> ConceptVerdict:
        concept = placed.concept
        verdicts = [self._screens.codes.judge(one.system, one.code) for one in concept.coding or () if one]
        if any(verdict.is_unread for verdict in verdicts):
            return ConceptVerdict(says_nothing=True)
        hits = tuple(hit for verdict in verdicts for hit in verdict.hits)
        if not concept.coding:  # its text is prose
            return ConceptVerdict(hits)
        texts = placed_texts(concept, placed.sites)
        is_judged = any(verdict.is_judged for verdict in verdicts)
        is_foreign = not is_judged and self._is_foreign(concept, texts)
        may_say = bool(hits) or is_foreign or any(map(self._screens.texts.hits, texts))
        return ConceptVerdict(hits, is_foreign, not may_say)

    def _is_foreign(self, concept: CodeableConcept, texts: list[str]) -> bool:
        return any(map(self._screens.languages.is_foreign_name, texts)) and not self._codes.look_up(concept)

    def _find_limits(self, concept: CodeableConcept) -> Limits:
        codes = [str(one.code) for one in concept.coding or () if one]
        return self._screens.values.find_limits(codes, concept_texts(concept))
