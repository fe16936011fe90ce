"""Tell which concepts say nothing that the content knows: those of most problems, procedures and orders."""

from cds_service.chart.code_lookup import CodeLookup
from cds_service.chart.imaging_words import ImagingWordFinder
from cds_service.chart.value_cache import ValueCache
from cds_service.fhir.datatypes import CodeableConcept
from cds_service.narrative.reader import NarrativeReader


class SilentConcepts:
    """Recognises silent concepts. Created once; safe to share between threads."""

    def __init__(self, codes: CodeLookup, imaging_words: ImagingWordFinder, reader: NarrativeReader) -> None:
        self._codes = codes
        self._imaging_words = imaging_words
        self._reader = reader
        self._is_silent = ValueCache(self._says_nothing).find

    def has(self, concept: CodeableConcept | None) -> bool:
        """Return whether neither the codes nor the names of a concept stand for a finding or for imaging."""
        return concept is None or self._is_silent(concept)

    def _says_nothing(self, concept: CodeableConcept) -> bool:
        if self._codes.look_up(concept):
            return False
        names = [name for name in (concept.text, *(one.display for one in concept.coding or () if one)) if name]
        words = self._imaging_words.find(names)
        return not (words.modality or words.is_truncated) and all(map(self._reader.says_nothing, names))
