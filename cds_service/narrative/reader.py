"""The narrative reader: reads what a text says about findings."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.model.vocabulary import Vocabulary
from cds_service.narrative.answers import join_answers
from cds_service.narrative.choices import settle_choices
from cds_service.narrative.context import Context
from cds_service.narrative.dating import date_mentions, histories
from cds_service.narrative.items import Item, Row
from cds_service.narrative.lexicon import CueEffect, Lexicon, PhraseMeaning
from cds_service.narrative.markup import strip_markup
from cds_service.narrative.mention_reader import MentionReader
from cds_service.narrative.mentions import Mention
from cds_service.narrative.phrase_finder import PhraseFinder
from cds_service.narrative.sides import refer_back
from cds_service.narrative.surroundings import is_something_else, leaves_out, since_year, wide_surroundings, year_of
from cds_service.narrative.text_cache import TextCache
from cds_service.narrative.time_finder import TimeFinder
from cds_service.narrative.tokenizer import TRUNCATED, Sentence, normalize_phrase, split_sentences
from cds_service.narrative.when import When

_CUT_MARGIN = 12  # items before the cut in a long sentence: what follows the cut may negate them
_BEGUN = frozenset({"new", "worse"})
_RADIATES = ("radiation", "yes")
_SAYS_NOTHING = frozenset({CueEffect.FAMILY, CueEffect.UNCLEAR, CueEffect.ADVICE})


class Statement(NamedTuple):
    """What a text says about a finding. `is_vague`: too vague to be present, but an order's reason asks about it.

    `year`: the year of an event, where one is given; whether that is over is for the reader of the chart to say.
    `since`: the year in which it began. `onset`: since when it has been there; `when`: the day on which it happened.
    """

    finding: str
    value: FindingValue
    side: Side
    qualifiers: tuple[tuple[str, str], ...] = ()
    is_vague: bool = False
    year: int = 0
    since: int = 0
    onset: When | None = None
    when: When | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says. `places_without_pain`: the pain findings of places that it names without a pain.

    `spans`: of each statement where the words that state it begin and end, in characters.
    `has_mention`: it names any finding, present, absent or neither. `is_truncated`: its end was not read.
    """

    statements: tuple[Statement, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    places_without_pain: frozenset[str] = frozenset()
    has_mention: bool = False
    is_truncated: bool = False


EMPTY_READING = Reading()


@dataclass(slots=True)
class _TextState:
    """A text being read, sentence by sentence. `carried`: the effect that a heading has on the items of its list.

    `general`: what is denied of the whole body, unless something of it is found. `sides`: those named so far.
    """

    statements: dict[Statement, tuple[int, int]] = field(default_factory=dict)
    places_without_pain: set[str] = field(default_factory=set)
    has_mention: bool = False
    carried: CueEffect | None = None
    general: set[Statement] = field(default_factory=set)
    sides: set[Side] = field(default_factory=set)
    is_name: bool = False
    waiting: dict[Statement, tuple[tuple[frozenset[str], ...], tuple[int, int]]] = field(default_factory=dict)

    def kept(self) -> dict[Statement, tuple[int, int]]:
        """Return the statements without general denials of what the text also finds, with their words' places."""
        if self.waiting:
            self._settle()
        if not self.general:
            return self.statements
        present = {one.finding for one in self.statements if one.value is FindingValue.PRESENT}
        return {
            one: span for one, span in self.statements.items() if not (one in self.general and one.finding in present)
        }

    def _settle(self) -> None:
        """Add what is asked about because of all that the text states, on the side of the pain it belongs to."""
        said = [one for one in self.statements if one.value is not FindingValue.ABSENT]
        for waiting, (groups, span) in self.waiting.items():
            found = [[one for one in said if one.finding in group] for group in groups]
            if all(found):
                sides = {one.side for one in found[0]}
                side = sides.pop() if waiting.side is Side.UNSTATED and len(sides) == 1 else waiting.side
                self.statements.setdefault(waiting._replace(side=side), span)


class NarrativeReader:
    """Reads texts with the content's lexicon. Created once; safe to share between threads."""

    def __init__(self, narrative: Lexicon, findings: Vocabulary) -> None:
        self.answers = MappingProxyType(dict(narrative.answers))
        self._narrative = narrative
        self._findings = findings
        self._finder = PhraseFinder(narrative)
        self._mentions = MentionReader(narrative.frames)
        self._times = TimeFinder(narrative.times)
        self._cache = TextCache(self._read)
        self._names = TextCache(self._read_name)

    def read(self, text: str | None) -> Reading:
        """Return what a text says. Recent readings are cached."""
        return self._cache(text) if text else EMPTY_READING

    def read_name(self, name: str | None) -> Reading:
        """Return what a problem's name says: a diagnosis that it names is asserted."""
        return self._names(name) if name else EMPTY_READING

    def parse_response(self, text: str) -> str | None:
        """Return the response that a text states if it is exactly a response phrase, such as "80% relief"."""
        entry = self._narrative.entries.get(normalize_phrase(text))
        return entry.qualifiers.get("response") if entry else None

    def says_nothing(self, text: str | None) -> bool:
        """Return whether a text was read to the end and states no finding."""
        reading = self.read(text)
        return not reading.statements and not reading.is_truncated

    def _read_name(self, name: str) -> Reading:
        return self._read(name, is_name=True)

    def _read(self, text: str, *, is_name: bool = False) -> Reading:
        limit = self._narrative.longest_text
        text = strip_markup(text)
        written = split_sentences(text[:limit], self._narrative.abbreviations)
        parts = join_answers(settle_choices(written, self.answers), self.answers)
        is_cut = len(text) > limit
        page = _TextState(is_name=is_name)
        rows = [self._finder.items(part) for part in parts]
        whole = parts[:-1] if is_cut else parts  # the missing end of a cut sentence may negate its beginning
        for at, part in enumerate(whole):
            self._read_sentence(part, rows[at], rows[max(0, at - 1) : at + 2], page)
        kept = page.kept()
        return Reading(tuple(kept), tuple(kept.values()), frozenset(page.places_without_pain), page.has_mention, is_cut)

    def _read_sentence(self, sentence: Sentence, items: Row, beside: Sequence[Row], state: _TextState) -> None:
        if not self._mentions.may_mention(items):
            state.carried = Context(items, [], state.carried, self._narrative.reach).carries(sentence)
            return
        mentions, without_pain = self._mentions.read(items)
        times = self._times.find(sentence.words) if mentions else []
        date_mentions(items, mentions, times)
        passed = histories(items, times)
        context = Context(items, mentions, state.carried, self._narrative.reach, is_name=state.is_name, passed=passed)
        whole = len(items) - (_CUT_MARGIN if sentence.ending == TRUNCATED else 0)
        around = self._wide(beside) if any(mention.saying.unless for mention in mentions) else frozenset()
        for mention in mentions:
            if mention.last < whole and not (mention.saying.unless and is_something_else(items, mention, around)):
                self._state(mention, items, context, state)
        state.places_without_pain.update(finding for saying in without_pain for finding in saying.records)
        state.has_mention = True
        state.carried = context.carries(sentence)

    def _wide(self, rows: Sequence[Row]) -> Set[str]:
        return frozenset(name for row in rows for name in wide_surroundings(row, self._narrative.wide))

    def _state(self, mention: Mention, items: Row, context: Context, state: _TextState) -> None:
        """Add the statements of a mention to those of the text."""
        refer_back(mention, items, state.sides)
        span = items.span(mention.first, mention.last)
        changes = context.changes(mention)
        for one in self._judged(mention, changes):
            if mention.saying.beside:
                state.waiting[one._replace(value=FindingValue.ASKED)] = mention.saying.beside, span
                continue
            is_sign = one.value is FindingValue.ABSENT and self._findings[one.finding].kind == "sign"
            if is_sign and leaves_out(items, mention):
                continue
            is_general = is_sign and one.side is Side.UNSTATED
            stated = _dated(one, items, mention) if context.has_year else one
            stated = self._timed(stated, mention) if mention.is_dated else stated
            state.statements.setdefault(stated, span)
            if is_general:
                state.general.add(stated)

    def _timed(self, statement: Statement, mention: Mention) -> Statement:
        """Return a statement with its times. Only an event, a treatment and what stays happened on a day."""
        if statement.value is FindingValue.ABSENT:
            return statement
        known = self._findings[statement.finding]
        happened = mention.saying.is_dated or known.kind == "treatment" or known.stays
        return statement._replace(onset=mention.onset, when=mention.when if happened else None)

    def _judged(self, mention: Mention, changes: set[CueEffect]) -> Iterator[Statement]:
        """Yield the statements of a mention under the effects of the cues around it."""
        saying = mention.saying
        if changes & _SAYS_NOTHING:
            return
        is_absent = mention.value is FindingValue.ABSENT
        if CueEffect.NEGATED in changes or is_absent:
            if not (is_absent and CueEffect.NEGATED in changes) and CueEffect.HYPOTHETICAL not in changes:
                absent = (
                    (*saying.denies, saying.past) if CueEffect.HISTORICAL in changes and saying.past else saying.denies
                )
                yield from (Statement(one, FindingValue.ABSENT, mention.side) for one in absent if one)
            return
        if saying.is_only_new and mention.qualifiers.get("course") not in _BEGUN:
            return
        for finding in saying.records:
            found = self._present(finding, saying, changes)
            if found:
                stated = _qualifiers(mention) if found[1] is FindingValue.PRESENT else ()
                is_meant = saying.is_structure and CueEffect.HYPOTHETICAL in changes
                is_vague = (saying.is_asked or saying.is_structure) and not is_meant
                yield Statement(*found, mention.side, stated, is_vague)

    def _present(self, finding: str, saying: PhraseMeaning, changes: set[CueEffect]) -> tuple[str, FindingValue] | None:
        known = self._findings[finding]
        is_done = known.kind == "treatment"
        if saying.is_drug and CueEffect.ENDED in changes:
            return None
        if is_done and CueEffect.HYPOTHETICAL in changes:
            return None
        if (is_done or saying.is_advised) and CueEffect.PLANNED in changes:
            return None
        if saying.is_asked and CueEffect.HISTORICAL in changes:
            return None
        if saying.is_asked or saying.is_structure or CueEffect.HYPOTHETICAL in changes:
            return finding, FindingValue.ASKED
        if CueEffect.HISTORICAL in changes or (
            CueEffect.PERFORMED in changes and known.kind not in {"treatment", "flag"}
        ):
            if known.stays:
                return finding, FindingValue.PRESENT
            return (saying.past, FindingValue.PRESENT) if saying.past else None
        return finding, FindingValue.PRESENT


def _dated(statement: Statement, items: list[Item], mention: Mention) -> Statement:
    """Return the statement with the years that its sentence gives it."""
    year = year_of(items, mention) if mention.saying.is_event else 0
    since = since_year(items, mention) if "course" in mention.saying.takes else 0
    return statement._replace(year=year, since=since) if year or since else statement


def _qualifiers(mention: Mention) -> tuple[tuple[str, str], ...]:
    stated = dict(mention.qualifiers)
    if mention.radiates:
        stated[_RADIATES[0]] = _RADIATES[1]
    return tuple(sorted(stated.items()))
