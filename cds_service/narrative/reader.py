"""The narrative reader: reads what a text says about findings."""

from enum import Enum
from functools import partial
from types import MappingProxyType

from cds_service.model.vocabulary import Vocabulary
from cds_service.narrative.layout.disease_ellipsis import name_again
from cds_service.narrative.layout.ellipsis import complete
from cds_service.narrative.layout.forms import read_forms
from cds_service.narrative.naming_words import NamingWords
from cds_service.narrative.page import Page
from cds_service.narrative.phrase_finder import PhraseFinder
from cds_service.narrative.sections import REPORT, SectionReader
from cds_service.narrative.sentence_reader import Before, SentenceReader, Setting
from cds_service.narrative.sides.side_headings import NO_HEADING, heading_behind, heading_below
from cds_service.narrative.statements import EMPTY_READING, Reading
from cds_service.narrative.text_cache import TextCache
from cds_service.narrative.words.lexicon import CueEffect, Lexicon
from cds_service.narrative.words.markup import strip_markup
from cds_service.narrative.words.plain_words import split_plain
from cds_service.narrative.words.tokenizer import Sentence, normalize_phrase


class TextKind(Enum):
    """What a text is: a note, the name of a problem, whose diagnosis is asserted, or a report of imaging.

    Of a report only the diagnoses are read.
    """

    NOTE = "note"
    NAME = "name"
    REPORT = "report"
    __hash__ = object.__hash__


class NarrativeReader:
    """Reads texts with the content's lexicon. Created once; safe to share between threads."""

    def __init__(self, narrative: Lexicon, findings: Vocabulary, finder: PhraseFinder | None = None) -> None:
        """Build the reader. `finder`: that of the lexicon, if it is built already: it is large."""
        self.answers = MappingProxyType(dict(narrative.answers))
        self._narrative = narrative
        self._finder = finder or PhraseFinder(narrative)
        self._sentences = SentenceReader(narrative, findings)
        self.naming_words = NamingWords(narrative)
        self._caches = {kind: TextCache(partial(self._read, kind=kind)) for kind in TextKind}

    def read(self, text: str | None, kind: TextKind = TextKind.NOTE) -> Reading:
        """Return what a text says. Recent readings are cached."""
        return self._caches[kind](text) if text else EMPTY_READING

    def forget(self) -> None:
        """Forget all readings, so that each text is read as for the first time."""
        self._sentences.forget()
        for cache in self._caches.values():
            cache.clear()

    def parse_response(self, text: str) -> str | None:
        """Return the response that a text states if it is exactly a response phrase, such as "80% relief"."""
        entry = self._narrative.entries.get(normalize_phrase(text))
        return entry.qualifiers.get("response") if entry else None

    def says_nothing(self, text: str | None, kind: TextKind = TextKind.NOTE) -> bool:
        """Return whether a text was read to the end and states no finding."""
        reading = self.read(text, kind)
        return not reading.statements and not reading.is_truncated

    def _read(self, text: str, kind: TextKind = TextKind.NOTE) -> Reading:
        limit = self._narrative.longest_text
        text = strip_markup(text)
        words = split_plain(text) if len(text) <= limit else None
        if words is not None and not self.naming_words.any_of(words):
            return EMPTY_READING
        parts = read_forms(text[:limit], self._narrative.abbreviations, self.answers, self._denies)
        is_cut = len(text) > limit
        found = [self._finder.items(part) for part in parts]
        completed = list(name_again(list(complete(parts, found, self._finder.items)), self._finder.items))
        passage = self._sentences.passage([part for part, _ in completed], [row for _, row in completed])
        page, before, heading, sections = Page(), Before(), NO_HEADING, self._sections(kind)
        whole = passage.sentences[:-1] if is_cut else passage.sentences  # the missing end of one may negate the rest
        for at, sentence in enumerate(whole):
            section = sections.enter(sentence)
            if sections.is_opened:
                before = before._replace(carried=None)
            heading = heading_below(passage.rows[at], sentence, heading)
            setting = Setting(section.effect, heading, section.is_of_diagnoses, kind is TextKind.NAME)
            reading = self._sentences.read(passage, at, before, setting)
            page.add(reading, sentence)
            before, heading = reading.after(before), heading_behind(sentence, heading)
        kept = page.kept()
        return Reading(tuple(kept), tuple(kept.values()), frozenset(page.places_without_pain), page.has_mention, is_cut)

    def _denies(self, part: Sentence) -> bool:
        """Return whether a sentence only denies, and does not ask or advise."""
        effects = {cue.effect for item in self._finder.items(part) for cue in item.entry.cues if cue.is_before}
        return effects == {CueEffect.NEGATED}

    def _sections(self, kind: TextKind) -> SectionReader:
        if kind is TextKind.REPORT:
            return SectionReader(self._narrative.report_sections, REPORT)
        return SectionReader(self._narrative.sections)
