"""Screen concepts: their codes, and whether their names need a look at all. What few concepts need is done once."""

from collections.abc import Sequence
from typing import NamedTuple

from cds_service.chart.code_lookup import CodeLookup
from cds_service.chart.concept_cache import ConceptCache
from cds_service.chart.screened_record import concept_texts
from cds_service.fhir.datatypes import CodeableConcept
from cds_service.screen.code_screen import CodeHit
from cds_service.screen.safety_screen import Screens


class ConceptVerdict(NamedTuple):
    """What a concept says. Holds none of its words.

    `is_unread`: neither its codes nor its names are read. `is_judged`: the screen knows a code of it. `says_nothing`:
    none of them is of any group, nor in another language.
    """

    hits: tuple[CodeHit, ...] = ()
    is_unread: bool = False
    is_judged: bool = False
    says_nothing: bool = False


class ConceptScreen:
    """Screens concepts. Created once; safe to share between threads.

    Attributes:
        judge: Returns what a concept says.
        has_limit: Tells whether a concept is of a test whose numbers have a limit.
    """

    def __init__(self, screens: Screens, codes: CodeLookup) -> None:
        self._screens = screens
        self._codes = codes
        self.judge = ConceptCache(self._judge)
        self.has_limit = ConceptCache(self._has_limit)

    def is_foreign(self, concept: CodeableConcept, texts: Sequence[str], *, is_judged: bool) -> bool:
        """Return whether a name is in another language, and no code says what it means: neither was screened."""
        if is_judged or not concept.coding:
            return False
        return any(map(self._screens.languages.is_foreign_name, texts)) and not self._codes.look_up(concept)

    def _judge(self, concept: CodeableConcept) -> ConceptVerdict:
        verdicts = [self._screens.codes.judge(one.system, one.code) for one in concept.coding or () if one]
        if any(verdict.is_unread for verdict in verdicts):
            return ConceptVerdict(is_unread=True, says_nothing=True)
        hits = tuple(hit for verdict in verdicts for hit in verdict.hits)
        is_judged = any(verdict.is_judged for verdict in verdicts)
        if hits or not concept.coding:  # without a code, its text is prose
            return ConceptVerdict(hits, is_judged=is_judged)
        texts = concept_texts(concept)
        may_say = self.is_foreign(concept, texts, is_judged=is_judged) or any(map(self._screens.texts.may_hit, texts))
        return ConceptVerdict(is_judged=is_judged, says_nothing=not may_say)

    def _has_limit(self, concept: CodeableConcept) -> bool:
        codes = [str(one.code) for one in concept.coding or () if one]
        return self._screens.values.has_limit(codes, concept_texts(concept))
