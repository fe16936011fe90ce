"""Read a sentence: what it states, and what the next one is read with.

Notes repeat themselves: what was copied forward from the last visit, and the phrases of a template, are read once.
"""

from collections.abc import Iterator, Sequence, Set
from typing import Final, NamedTuple

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.model.vocabulary import Vocabulary
from cds_service.narrative.context.cues import Context, carried_past
from cds_service.narrative.context.grounds import is_taken_now
from cds_service.narrative.context.none_of_these import denies_all
from cds_service.narrative.context.plainness import RETRACTED_WITHIN, Plainness
from cds_service.narrative.context.returning import may_take_back
from cds_service.narrative.context.surroundings import is_something_else, leaves_out, wide_surroundings
from cds_service.narrative.foot_lifting import sides_lifted
from cds_service.narrative.frames.antecedent import NOTHING, Antecedent, Asked, Meant, named, unnamed
from cds_service.narrative.judging import Judge
from cds_service.narrative.mention_reader import MentionReader
from cds_service.narrative.mentions import Mention
from cds_service.narrative.passage import Passage
from cds_service.narrative.sides.either_side import of_either, refer_back, refers_back
from cds_service.narrative.sides.one_sided import denied_of_other
from cds_service.narrative.sides.side_headings import SideHeading, take_heading
from cds_service.narrative.statements import Statement
from cds_service.narrative.text_cache import HashedResults
from cds_service.narrative.times.by_now import is_over_by_now, tells_of_now
from cds_service.narrative.times.dating import date_mentions, histories
from cds_service.narrative.times.of_then import is_told_of_then
from cds_service.narrative.times.quoting import is_of_before, is_past_drug, past_of
from cds_service.narrative.times.taking_back import is_quoted, is_taken_back, may_correct, may_object
from cds_service.narrative.times.undone import is_undone_for_a_time
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import CueEffect, Lexicon
from cds_service.narrative.words.time_finder import TimeFinder
from cds_service.narrative.words.tokenizer import PARAGRAPH, TRUNCATED, Sentence

_CUT_MARGIN = 12  # items before the cut in a long sentence: what follows the cut may negate them
_CACHED: Final = 8192  # sentences; about 500 bytes each


class Setting(NamedTuple):
    """What a sentence stands in. `section`: the effect of its section. `heading`: the side that heads it.

    `is_of_diagnoses`: only diagnoses are read. `is_name`: it is the name of a problem.
    """

    section: CueEffect | None
    heading: SideHeading
    is_of_diagnoses: bool
    is_name: bool


class Before(NamedTuple):
    """What the sentences before leave behind. `carried`: the effect that a heading has on the items of its list.

    `antecedent`: what "it" means. `sides`: those named so far.
    """

    carried: CueEffect | None = None
    antecedent: Antecedent = NOTHING
    sides: frozenset[Side] = frozenset()


class Stated(NamedTuple):
    """A statement and its words, from the first up to the one behind.

    `is_general`: of a denial that yields to what the text finds, whether what it denies is denied of the whole.
    `beside`: it is asked about in a text that states one of each. `is_of_before`: another wrote it, or it was found
    before, and it does not hold once the text finds otherwise; then `past` does.
    """

    statement: Statement
    words: tuple[int, int]
    is_general: bool | None = None
    beside: tuple[frozenset[str], ...] = ()
    is_of_before: bool = False
    past: Statement | None = None


class SentenceReading(NamedTuple):
    """What a sentence says. `sides`: those that its findings have. `antecedent`: None where "it" means the same.

    `lifted`: the sides on which it finds the foot lifted with full strength.
    """

    carried: CueEffect | None
    antecedent: Antecedent | None
    sides: frozenset[Side] = frozenset()
    stated: tuple[Stated, ...] = ()
    places_without_pain: frozenset[str] = frozenset()
    has_mention: bool = False
    lifted: frozenset[Side] = frozenset()

    def after(self, before: Before) -> Before:
        """Return what the next sentence is read with."""
        antecedent = before.antecedent if self.antecedent is None else self.antecedent
        return Before(self.carried, antecedent, before.sides | self.sides)


_ONE_SIDED: Final = frozenset({Side.LEFT, Side.RIGHT})
_NO_SIDES: Final = frozenset[Side]()
_ASKS: Final = SentenceReading(None, None)  # stands for readings that ask what "it" means: there is one for each


class SentenceReader:
    """Reads sentences. Created once; safe to share between threads."""

    def __init__(self, narrative: Lexicon, findings: Vocabulary) -> None:
        self._narrative = narrative
        self._judge = Judge(findings)
        self._mentions = MentionReader(narrative.frames)
        self._times = TimeFinder(narrative.times)
        self._retracting = frozenset(phrase.partition(" ")[0] for phrase in narrative.plain.retracting)
        self._readings: HashedResults[SentenceReading] = HashedResults(_CACHED)

    def passage(self, sentences: Sequence[Sentence], rows: Sequence[Row]) -> Passage:
        """Return sentences as a passage to read."""
        names = [self._readings.name(one.text) for one in sentences]
        told = [
            name if self._tells(row) or tells_of_now(row) or may_object(row, before) else None
            for name, row, before in zip(names, rows, (None, *rows), strict=False)
        ]
        return Passage(sentences, rows, names, told)

    def _tells(self, row: Row) -> bool:
        """Return whether a sentence may say something of those beside it."""
        if (
            may_take_back(row)
            or may_correct(row)
            or denies_all(row)
            or not self._retracting.isdisjoint(row.sentence.words[:RETRACTED_WITHIN])
        ):
            return True
        return bool(wide_surroundings(row, self._narrative.wide))

    def read(self, passage: Passage, at: int, before: Before, setting: Setting) -> SentenceReading:
        """Return what a sentence of a passage says. Recent readings are cached: by what "it" means if they ask."""
        row = passage.rows[at]
        if not self._mentions.may_mention(row):  # as most; a look at the cache would take as long
            carried = carried_past(row, before.carried, self._narrative.reach, passage.sentences[at])
            return SentenceReading(carried, unnamed(row))
        sides = before.sides if refers_back(row) else _NO_SIDES
        name = (passage.names[at], *passage.beside(at), before.carried, sides, *setting)
        known = self._readings.get(name)
        if known is _ASKS:
            known = self._readings.get((name, before.antecedent))
        if known is not None:
            return known
        meant = Asked(before.antecedent)
        reading = self._read(passage, at, Before(before.carried, sides=sides), meant, setting)
        if meant.was_asked:
            self._readings.store(name, _ASKS)
            return self._readings.store((name, before.antecedent), reading)
        return self._readings.store(name, reading)

    def forget(self) -> None:
        """Forget all readings."""
        self._readings.clear()

    def _read(self, passage: Passage, at: int, before: Before, meant: Meant, setting: Setting) -> SentenceReading:
        sentence, row = passage.sentences[at], passage.rows[at]
        mentions, without_pain, last_pain = self._mentions.read(row, meant)
        take_heading(row, mentions, setting.heading)
        times = self._times.find(sentence.words) if mentions else []
        date_mentions(row, mentions, times)
        context = Context(
            row,
            mentions,
            before.carried,
            self._narrative.reach,
            is_name=setting.is_name,
            passed=histories(row, mentions, times),
            section=setting.section,
            behind=passage.rows[at + 1] if at + 1 < len(passage.rows) else None,
        )
        if sentence.ending == TRUNCATED:
            mentions = [one for one in mentions if one.last < len(row) - _CUT_MARGIN]
        sides = set(before.sides)
        stated: list[Stated] = []
        ours = self._of_ours(mentions, row, passage, at)
        present = self._state(ours, context, sides, stated, is_of_diagnoses=setting.is_of_diagnoses)
        is_end = sentence.ending == PARAGRAPH
        return SentenceReading(
            context.carries(sentence),
            NOTHING if is_end else named(last_pain, present, self._judge.diagnoses, meant),
            frozenset(sides),
            tuple(stated),
            frozenset(finding for saying in without_pain for finding in saying.records),
            has_mention=True,
            lifted=frozenset(sides_lifted(row)),
        )

    def _of_ours(self, mentions: list[Mention], row: Row, passage: Passage, at: int) -> list[Mention]:
        """Return the mentions that the words around them do not make something else."""
        if not any(mention.saying.unless for mention in mentions):
            return mentions
        rows = passage.rows[max(0, at - 1) : at + 2]
        around = frozenset(name for one in rows for name in wide_surroundings(one, self._narrative.wide))
        return [mention for mention in mentions if not is_something_else(row, mention, around)]

    def _state(
        self,
        mentions: list[Mention],
        context: Context,
        sides: set[Side],
        stated: list[Stated],
        *,
        is_of_diagnoses: bool,
    ) -> list[Mention]:
        """Add what mentions state, and the sides that they name. Return those that are present."""
        row, present = context.items, []
        plainness = Plainness(row, context.mentions, context.behind, self._narrative.plain)
        for mention in mentions:
            refer_back(mention, row, sides)
            changes = context.changes(mention)
            if CueEffect.HISTORICAL in changes and is_taken_now(row, mention):
                changes = changes - {CueEffect.HISTORICAL}
            for one in self._judge.judge(mention, changes):
                if is_of_diagnoses and not self._judge.is_reported(one):
                    continue
                found = self._stated(one, mention, context, plainness)
                if found is not None:
                    is_ended = CueEffect.ENDED in changes and self._judge.stays(one)
                    stated.append(found._replace(is_of_before=True) if is_ended else found)
            if not changes and mention.value is FindingValue.PRESENT:
                present.append(mention)
            if mention.side in _ONE_SIDED:
                stated += _of_other_side(row, mention, changes)
        return present

    def _stated(self, one: Statement, mention: Mention, context: Context, plainness: Plainness) -> Stated | None:
        """Return a statement of a mention with its words and times, or None if the words around it take it back."""
        row, words = context.items, context.items.words(mention.first, mention.last)
        if mention.saying.beside:
            return Stated(one, words, beside=mention.saying.beside)
        if self._judge.is_sign(one) and leaves_out(row, mention):
            return None
        if is_taken_back(row, context.behind, mention, is_danger=self._judge.is_flag(one)):
            return None
        if one.value is FindingValue.PRESENT and is_over_by_now(row, context.behind, context.mentions, mention):
            return None
        if mention.value is FindingValue.ABSENT and is_told_of_then(row, mention):
            return None
        if self._judge.is_undone(one) and is_undone_for_a_time(row, mention):
            return None
        is_danger = self._judge.is_denied_danger(one)
        if is_danger and not context.is_denied_behind and not plainness.is_plain(mention, context.denial_of(mention)):
            return None
        timed = self._judge.date(one, row, mention)
        if one.value is FindingValue.ABSENT:
            timed = of_either(row, mention, timed)
        yields = is_danger or (one.value is FindingValue.ABSENT and mention.is_dated)
        may_pass = not self._judge.is_flag(one) or is_past_drug(row, mention)
        is_before = is_quoted(row, mention) or (may_pass and is_of_before(row, mention, timed))
        past = past_of(mention, timed)
        is_before = is_before or past is not None
        return Stated(timed, words, mention.is_general if yields else None, is_of_before=is_before, past=past)


def _of_other_side(row: Row, mention: Mention, changes: Set[CueEffect]) -> Iterator[Stated]:
    """Yield that what a mention finds, or denies, is not on the other side, where the words behind it say so."""
    is_denied = changes == {CueEffect.NEGATED} and mention.value is FindingValue.PRESENT
    if not changes or is_denied:
        words = row.words(mention.first, mention.last)
        is_there = not is_denied and mention.value is FindingValue.PRESENT
        yield from (Stated(one, words) for one in denied_of_other(row, mention, is_there=is_there))
