"""Screen concepts: their codes, and whether their names need a look at all. What few concepts need is done once."""

from collections.abc import Sequence

from cds_service.chart.code_lookup import CodeLookup
from cds_service.chart.concept_cache import ConceptCache
from cds_service.chart.screened_record import concept_texts
from cds_service.fhir.datatypes import CodeableConcept
from cds_service.screen.code_screen import CodeVerdict
from cds_service.screen.safety_screen import Screens


class ConceptScreen:
    """Screens concepts. Created once; safe to share between threads.

    Attributes:
        says_nothing: Tells whether no code and no name of a concept is of any group, nor in another language.
        has_limit: Tells whether a concept is of a test whose numbers have a limit.
    """

    def __init__(self, screens: Screens, codes: CodeLookup) -> None:
        self._screens = screens
        self._codes = codes
        self.says_nothing = ConceptCache(self._says_nothing)
        self.has_limit = ConceptCache(self._has_limit)

    def judge(self, concept: CodeableConcept) -> CodeVerdict:
        """Return what the codes of a concept say together."""
        verdicts = [self._screens.codes.judge(one.system, one.code) for one in concept.coding or () if one]
        return CodeVerdict(
            tuple(hit for verdict in verdicts for hit in verdict.hits),
            is_unread=any(verdict.is_unread for verdict in verdicts),
            is_judged=any(verdict.is_judged for verdict in verdicts),
        )

    def is_foreign(self, concept: CodeableConcept, verdict: CodeVerdict, texts: Sequence[str]) -> bool:
        """Return whether a name is in another language, and no code says what it means: neither was screened."""
        if verdict.is_judged or not concept.coding:
            return False
        return any(map(self._screens.languages.is_foreign_name, texts)) and not self._codes.look_up(concept)

    def _says_nothing(self, concept: CodeableConcept) -> bool:
        verdict = self.judge(concept)
        if verdict.is_unread:
            return True
        if verdict.hits or not concept.coding:  # without a code, its text is prose
            return False
        texts = concept_texts(concept)
        return not (self.is_foreign(concept, verdict, texts) or any(map(self._screens.texts.may_hit, texts)))

    def _has_limit(self, concept: CodeableConcept) -> bool:
        codes = [str(one.code) for one in concept.coding or () if one]
        return self._screens.values.has_limit(codes, concept_texts(concept))
