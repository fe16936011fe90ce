"""Tell in one look at all its names that a concept says nothing, as most say: none of their words means anything."""

from collections.abc import Sequence
from typing import Final

from cds_service.chart.code_lookup import CodeLookup
from cds_service.chart.imaging_words import ImagingWordFinder
from cds_service.chart.screened_record import concept_texts
from cds_service.fhir.datatypes import CodeableConcept
from cds_service.narrative.reader import NarrativeReader
from cds_service.narrative.words.plain_words import split_plain
from cds_service.screen.safety_screen import Screens

_LONGEST: Final = 2000  # characters: so much is read to its end by all readers


class PlainConcepts:
    """Recognises such concepts. Created once; safe to share between threads."""

    def __init__(
        self, codes: CodeLookup, imaging_words: ImagingWordFinder, reader: NarrativeReader, screens: Screens
    ) -> None:
        self._codes = codes
        self._imaging_words = imaging_words
        self._naming_words = reader.naming_words
        self._screens = screens

    def has(self, concept: CodeableConcept) -> bool:
        """Return whether one look shows that a concept says nothing. Else only the readers can tell."""
        if not concept.coding or self._codes.look_up(concept):
            return False
        for one in concept.coding:
            verdict = self._screens.codes.judge(one.system, one.code) if one else None
            if verdict and (verdict.hits or verdict.is_unread):
                return False
        return self._is_plain(concept)

    def _is_plain(self, concept: CodeableConcept) -> bool:
        texts = concept_texts(concept)
        names = "\n".join(texts)
        words = split_plain(names) if len(names) <= _LONGEST else None
        if words is None or self._naming_words.any_of(words) or self._may_say(names, words):
            return False
        languages = self._screens.languages
        return languages.knows(words) or not any(map(languages.is_foreign_name, texts))

    def _may_say(self, names: str, words: Sequence[str]) -> bool:
        """Return whether the safety screen or the words of imaging may find anything in names."""
        texts = self._screens.texts
        if texts.may_hit(names) if "/" in names else texts.may_hit_words(words):
            return True
        parted = split_plain(names.replace("'", " ")) if "'" in names else words
        return parted is None or self._imaging_words.may_name_modality(parted)
