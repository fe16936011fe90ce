"""Screen texts by words: what they mention that may be a reason to act, and what the reader makes of that mention."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

import ahocorasick

from cds_service.model.screen import SafetyScreen, ScreenPattern
from cds_service.model.sides import Side
from cds_service.narrative.context.carrying import CARRYING, place_cues
from cds_service.narrative.context.cues import Context, carried_past
from cds_service.narrative.context.denied_lists import tells
from cds_service.narrative.layout.answers import join_answers
from cds_service.narrative.mention_reader import MentionReader
from cds_service.narrative.phrase_finder import PhraseFinder
from cds_service.narrative.sections import SectionReader
from cds_service.narrative.text_cache import HashedResults, TextCache
from cds_service.narrative.words.lexicon import CueEffect, Lexicon, LexiconEntry, Mark, PhraseMeaning, Section
from cds_service.narrative.words.markup import strip_markup
from cds_service.narrative.words.phrase_tree import PhraseTree
from cds_service.narrative.words.tokenizer import Sentence, split_sentences
from cds_service.screen.folding import expand_word, fold_characters, fold_spelling, spread_words
from cds_service.screen.numbers import BARE_TEMPERATURE_ENDS, MARK, NumberMarker
from cds_service.screen.word_finder import Span, WordFinder, WordHit, build_automaton, find_places

# They stand for the words of a hit in the reader's row of items: what names something, and what tells something. No
# text can hold them.
_MENTION, _TOLD = "\0mention", "\0told"
_MENTIONS: Final = frozenset({_MENTION, _TOLD})
_NO_HIT: Final = frozenset({CueEffect.FAMILY, CueEffect.ADVICE})
_DOUBT: Final = frozenset({CueEffect.UNCLEAR, CueEffect.HYPOTHETICAL})
_EXCEPTED_WITHIN: Final = 4  # words behind a mention: "with the exception of"
LONGEST_TEXT: Final = 100_000  # characters that are screened; source: our own bound, five times what the reader reads


class TextHit(NamedTuple):
    """A mention in a text: its group, the content's words for it, and its side."""

    group: str
    cause: str
    side: Side = Side.UNSTATED


class _Screened(NamedTuple):
    """The mentions of a sentence that count, and the effect that a heading has on the next one."""

    hits: tuple[TextHit, ...] = ()
    carried: CueEffect | None = None


class TextScreen:
    """Screens texts with the content's words. Created once; safe to share between threads."""

    def __init__(self, screen: SafetyScreen, narrative: Lexicon, finder: PhraseFinder | None = None) -> None:
        """Build the screen. `finder`: the reader's, whose phrases the screen shares."""
        self._narrative = narrative
        self.numbers = NumberMarker(screen.tables)
        self._finder = WordFinder(screen.tables, self.numbers.patterns)
        self._first_look = _build_first_look(screen)
        meaning = LexiconEntry(saying=PhraseMeaning((), ()))
        told = meaning._replace(marks=frozenset({Mark.TOLD}))
        self._phrases = (finder or PhraseFinder(narrative)).extended({_MENTION: meaning, _TOLD: told})
        self._mentions = MentionReader(narrative.frames)
        self.done = frozenset(table.group.id for table in screen.tables if table.is_done)
        sayings = (phrase for phrase, one in narrative.entries.items() if one.saying and not one.saying.is_denial)
        self._sayings = build_automaton({phrase: [f" {fold_spelling(phrase)} "] for phrase in sayings})
        cues = {fold_spelling(phrase): one for phrase, one in narrative.entries.items() if one.cues and " " in phrase}
        self._cues = PhraseTree(cues, cues)
        self._cache = TextCache(self._screen)
        self._sentences: HashedResults[_Screened] = HashedResults()

    def may_hit(self, text: str) -> bool:
        """Return whether any stem occurs in a text without HTML. Most texts hold none, and cost nothing more."""
        return self._may_hold(spread_words(text))

    def may_hit_words(self, words: Sequence[str]) -> bool:
        """Return the same for the words of a plain text without a slash, which would be one of them."""
        return self._may_hold(fold_spelling(f" {' '.join(words)} "))

    def _may_hold(self, spread: str) -> bool:
        return next(self._first_look.iter(spread), None) is not None

    def hits(self, text: str) -> tuple[TextHit, ...]:
        """Return what a text mentions. Recent results are cached."""
        return self._cache(text)

    def _screen(self, text: str) -> tuple[TextHit, ...]:
        folded = fold_characters(strip_markup(text[:LONGEST_TEXT]))
        if not self.may_hit(folded):
            return ()
        found: dict[TextHit, None] = {}
        carried: CueEffect | None = None
        parts = split_sentences(self.numbers.mark(folded), self._narrative.abbreviations)
        sections = SectionReader(self._narrative.sections)
        for sentence in join_answers(parts, self._narrative.answers):
            screened = self._screened(sentence, carried, sections.enter(sentence))
            found.update(dict.fromkeys(screened.hits))
            carried = screened.carried
        return tuple(found)

    def _screened(self, sentence: Sentence, carried: CueEffect | None, section: Section) -> _Screened:
        """Return what a sentence mentions. Recent results are cached: notes repeat themselves."""
        name = self._sentences.name(sentence.text), carried, section.effect
        known = self._sentences.get(name)
        if known is None:
            known = self._sentences.store(name, self._screen_sentence(sentence, carried, section))
        return known

    def _screen_sentence(self, sentence: Sentence, carried: CueEffect | None, section: Section) -> _Screened:
        found = self._finder.find(sentence.words) if self._may_name(sentence) else []
        if not found and sentence.ending not in CARRYING:
            return _Screened()
        spans = self._spans(found, sentence)
        items = self._phrases.items(_with_mentions(sentence, spans))
        if not found and not place_cues(items, frozenset()):
            return _Screened(carried=carried_past(items, carried, self._narrative.reach, sentence))
        mentions = self._mentions.read(items).mentions
        context = Context(items, mentions, carried, self._narrative.reach, section=section.effect)
        ours = (mention for mention in mentions if items[mention.place].text in _MENTIONS)
        starts = [span.first for span in spans]
        named: list[list[WordHit]] = [[] for _ in spans]
        for hit in found:
            named[bisect_right(starts, hit.span.first) - 1].append(hit)
        hits: list[TextHit] = []
        for said, span, mention in zip(named, spans, sorted(ours, key=lambda one: one.place), strict=True):
            changes = context.changes(mention)
            if self._excepts(sentence.words[span.end : span.end + _EXCEPTED_WITHIN]):
                changes = changes - {CueEffect.NEGATED}
            if _counts(changes):
                groups = self.done if CueEffect.PLANNED in changes else ()
                hits += [TextHit(hit.group, hit.cause, mention.side) for hit in said if hit.group not in groups]
        return _Screened(tuple(hits), context.carries(sentence))

    def _excepts(self, behind: Sequence[str]) -> bool:
        """Return whether the words behind a mention leave something out of its denial: "except around the anus"."""
        said = f" {' '.join(behind)} "
        return any(said.startswith(f" {phrase} ") for phrase in self._narrative.plain.excepting)

    def _may_name(self, sentence: Sentence) -> bool:
        """Return whether a sentence may mention anything: by a stem, or by a number that was marked in the text."""
        said = " ".join(sentence.words)
        return MARK in said or self.may_hit(said)

    def _spans(self, found: Sequence[WordHit], sentence: Sentence) -> list[Span]:
        """Return the words of each mention: those of the reader's own phrase for it, where it has one.

        Not where a cue reaches into that phrase: "family history of cancer" is no history of cancer.
        """
        if not found:
            return []
        folded = fold_spelling(" ".join(sentence.words)).split(" ")
        cues = _by_word(Span(*place) for place in self._cues.every(folded))
        said = find_places(self._sayings, sentence.words).values()
        named = (*chain.from_iterable(said), *self._stated(sentence))
        own = _by_word(span for span in named if not any(span.continues(cue) for cue in cues.get(span.first, ())))
        return _merge(
            max((span, *(one for one in own.get(span.first, ()) if one.covers(span))), key=_length)
            for span in dict.fromkeys(hit.span for hit in found)
        )

    def _stated(self, sentence: Sentence) -> Iterator[Span]:
        """Yield the words of what the reader's frames read as present."""
        row = self._phrases.items(sentence)
        for mention in self._mentions.stated(row):
            yield Span(*row.words(mention.first, mention.last))


def _by_word(spans: Iterable[Span]) -> dict[int, list[Span]]:
    """Return spans by each word that they cover, so that a long sentence takes no longer than short ones."""
    by_word: dict[int, list[Span]] = {}
    for span in spans:
        for word in range(span.first, span.end):
            by_word.setdefault(word, []).append(span)
    return by_word


def _length(span: Span) -> int:
    """Return how many words a span covers."""
    return span.end - span.first


def _counts(changes: set[CueEffect]) -> bool:
    """Return whether a mention counts. Denied, another person's or advice: no. Doubt never gives restraint back."""
    if changes & _NO_HIT:
        return False
    return CueEffect.NEGATED not in changes or bool(changes & _DOUBT)


def _merge(spans: Iterable[Span]) -> list[Span]:
    """Return the spans in order, those that share a word as one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.first < merged[-1].end:
            merged[-1] = Span(merged[-1].first, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def _with_mentions(sentence: Sentence, spans: Sequence[Span]) -> Sentence:
    """Return a sentence in which one word stands for each span."""
    if not spans:
        return sentence
    words: list[str] = []
    spellings: list[str] = []
    place = 0
    for span in spans:
        stand_in = _TOLD if tells(sentence.words[span.first : span.end]) else _MENTION
        words += [*sentence.words[place : span.first], stand_in]
        spellings += [*sentence.spellings[place : span.first], stand_in]
        place = span.end
    return Sentence((*words, *sentence.words[place:]), (*spellings, *sentence.spellings[place:]), sentence.ending)


def _build_first_look(screen: SafetyScreen) -> ahocorasick.Automaton:
    """Build the automaton over raw text: of each pattern one part, without which it cannot hold."""
    made = ahocorasick.Automaton()
    for table in screen.tables:
        parts = [_rarest_part(pattern) for pattern in table.words]
        for word in (*(word for part in parts for word in part), *(word for one in table.limits for word in one.words)):
            for form in expand_word(word):
                made.add_word(_as_spread(form), True)
    for end in (*BARE_TEMPERATURE_ENDS, " deg", " degrees", " fahrenheit", " celsius"):
        made.add_word(end, True)
    made.make_automaton()
    return made


def _rarest_part(pattern: ScreenPattern) -> tuple[str, ...]:
    """Return the part of a pattern whose shortest alternative is longest; of two the last."""
    return max(reversed(pattern.parts), key=lambda part: min(map(len, part)))


def _as_spread(form: str) -> str:
    core = spread_words(form).strip()
    return f"{' ' if form.startswith(' ') else ''}{core}{' ' if form.endswith(' ') else ''}"
