"""The narrative reader: reads what a text says about findings."""

from collections.abc import Sequence, Set
from enum import Enum
from functools import partial
from types import MappingProxyType

from cds_service.model.facts import FindingValue
from cds_service.model.vocabulary import Vocabulary
from cds_service.narrative.answers import join_answers
from cds_service.narrative.choices import settle_choices
from cds_service.narrative.context import Context, carried_past
from cds_service.narrative.dating import date_mentions, histories
from cds_service.narrative.doubt import Doubt
from cds_service.narrative.frames.antecedent import NOTHING, named, unnamed
from cds_service.narrative.items import Row
from cds_service.narrative.judging import Judge
from cds_service.narrative.lexicon import Lexicon, Section
from cds_service.narrative.markup import strip_markup
from cds_service.narrative.mention_reader import MentionReader
from cds_service.narrative.mentions import Mention
from cds_service.narrative.page import Page
from cds_service.narrative.phrase_finder import PhraseFinder
from cds_service.narrative.sections import REPORT, SectionReader
from cds_service.narrative.sides import of_either, refer_back
from cds_service.narrative.statements import EMPTY_READING, Reading
from cds_service.narrative.surroundings import is_something_else, leaves_out, wide_surroundings
from cds_service.narrative.text_cache import TextCache
from cds_service.narrative.time_finder import TimeFinder
from cds_service.narrative.tokenizer import PARAGRAPH, TRUNCATED, Sentence, normalize_phrase, split_sentences

_CUT_MARGIN = 12  # items before the cut in a long sentence: what follows the cut may negate them


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
        self._judge = Judge(findings)
        self._doubt = Doubt(narrative.doubt)
        self._finder = finder or PhraseFinder(narrative)
        self._mentions = MentionReader(narrative.frames)
        self._times = TimeFinder(narrative.times)
        self._caches = {kind: TextCache(partial(self._read, kind=kind)) for kind in TextKind}

    def read(self, text: str | None, kind: TextKind = TextKind.NOTE) -> Reading:
        """Return what a text says. Recent readings are cached."""
        return self._caches[kind](text) if text else EMPTY_READING

    def parse_response(self, text: str) -> str | None:
        """Return the response that a text states if it is exactly a response phrase, such as "80% relief"."""
        entry = self._narrative.entries.get(normalize_phrase(text))
        return entry.qualifiers.get("response") if entry else None

    def says_nothing(self, text: str | None) -> bool:
        """Return whether a text was read to the end and states no finding."""
        reading = self.read(text)
        return not reading.statements and not reading.is_truncated

    def _read(self, text: str, kind: TextKind = TextKind.NOTE) -> Reading:
        limit = self._narrative.longest_text
        text = strip_markup(text)
        written = split_sentences(text[:limit], self._narrative.abbreviations)
        parts = join_answers(settle_choices(written, self.answers), self.answers)
        is_cut = len(text) > limit
        page = Page(self._sections(kind))
        rows = [self._finder.items(part) for part in parts]
        whole = parts[:-1] if is_cut else parts  # the missing end of a cut sentence may negate its beginning
        for at, part in enumerate(whole):
            self._read_sentence(part, rows[at], rows[max(0, at - 1) : at + 2], page, is_name=kind is TextKind.NAME)
        kept = page.kept()
        return Reading(tuple(kept), tuple(kept.values()), frozenset(page.places_without_pain), page.has_mention, is_cut)

    def _sections(self, kind: TextKind) -> SectionReader:
        if kind is TextKind.REPORT:
            return SectionReader(self._narrative.report_sections, REPORT)
        return SectionReader(self._narrative.sections)

    def _read_sentence(
        self, sentence: Sentence, items: Row, beside: Sequence[Row], page: Page, *, is_name: bool
    ) -> None:
        section = page.sections.enter(sentence)
        if not self._mentions.may_mention(items):
            page.carried = carried_past(items, page.carried, self._narrative.reach, sentence)
            page.antecedent = unnamed(items, page.antecedent)
            return
        mentions, without_pain, last_pain = self._mentions.read(items, page.antecedent)
        times = self._times.find(sentence.words) if mentions else []
        date_mentions(items, mentions, times)
        context = Context(
            items,
            mentions,
            page.carried,
            self._narrative.reach,
            is_name=is_name,
            passed=histories(items, times),
            section=section.effect,
            behind=beside[-1] if beside[-1] is not items else None,
        )
        whole = len(items) - (_CUT_MARGIN if sentence.ending == TRUNCATED else 0)
        around: Set[str] | None = None
        stated: list[Mention] = []
        for mention in mentions:
            if mention.saying.unless and around is None:
                around = self._wide(beside)
            is_other = around is not None and is_something_else(items, mention, around)
            if mention.last < whole and not is_other and self._state(mention, items, context, section, page):
                stated.append(mention)
        is_end = sentence.ending == PARAGRAPH
        page.antecedent = NOTHING if is_end else named(last_pain, stated, self._judge.diagnoses, page.antecedent)
        page.places_without_pain.update(finding for saying in without_pain for finding in saying.records)
        page.has_mention = True
        page.carried = context.carries(sentence)

    def _wide(self, rows: Sequence[Row]) -> Set[str]:
        return frozenset(name for row in rows for name in wide_surroundings(row, self._narrative.wide))

    def _state(self, mention: Mention, row: Row, context: Context, section: Section, page: Page) -> bool:
        """Add the statements of a mention to those of the text. Return whether it is present."""
        refer_back(mention, row, page.sides)
        span = row.span(mention.first, mention.last)
        changes = context.changes(mention)
        for one in self._judge.judge(mention, changes):
            if section.is_of_diagnoses and not self._judge.is_diagnosis(one):
                continue
            if mention.saying.beside:
                page.wait(one, mention.saying.beside, span)
                continue
            is_sign = self._judge.is_sign(one)
            if is_sign and leaves_out(row, mention):
                continue
            if self._judge.is_denied_danger(one) and self._doubt.reaches(row.sentence):
                continue
            stated = self._judge.date(one, row, mention)
            if one.value is FindingValue.ABSENT:
                stated = of_either(row, mention, stated)
            if is_sign or (one.value is FindingValue.ABSENT and mention.is_dated):
                page.deny(stated, span, is_general=mention.is_general)
            else:
                page.add(stated, span)
        return not changes and mention.value is FindingValue.PRESENT
