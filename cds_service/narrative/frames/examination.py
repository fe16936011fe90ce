"""What the frames of the examination have in common: they read heads with results, as `claims` assigns them."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side, combine_sides
from cds_service.narrative.frames.claims import Claim, read_claims
from cds_service.narrative.frames.frame import Frame
from cds_service.narrative.frames.tokens import Part, Token, drop_named_topics, split_runs, without_lent_heads
from cds_service.narrative.items import UNKNOWN_ITEM, Item, Row
from cds_service.narrative.lexicon import FrameTable, LexiconEntry, Mark, PhraseMeaning
from cds_service.narrative.mentions import Mention

RESULT, TOPIC, GRADE = "result", "topic", "grade"
SHARED: frozenset[str] = frozenset({RESULT, TOPIC, GRADE, "filler", "whole"})
_FILLER, _WHOLE = "filler", "whole"
_LISTS = (Mark.LIST, Mark.JOINED)
_BRIDGES = (Mark.LINK, Mark.RUN)
_LINKS = frozenset({Mark.LINK, Mark.MOTION})
NOT = frozenset({"not", "is not", "are not", "was not", "were not", "never"})
_BOTH, _EITHER, _WITH, _EXCEPT = "both", "either", "with", "except"
_EXCEPTING = frozenset(
    {"except", "except for", "except in", "apart from", "aside from", "other than", "save for", "but for"}
)
_COMPARING = frozenset({"than", "compared to", "compared with", "versus", "vs"})
NONE = frozenset({"no", "has no", "without", "with no", "there is no", "had no", "shows no"})
_OPPOSITE = {FindingValue.PRESENT: FindingValue.ABSENT, FindingValue.ABSENT: FindingValue.PRESENT}
_HEADED = frozenset({":", ","})
_NEAR = 5  # items
_GRADES = frozenset({"4", "3-or-less"})
_LEAST_PARTS = 2  # normal parts that together say that all is normal


class ExaminationFrame(Frame):
    """Reads heads with results. `present` and `absent`: the results that say that the finding is there or is not.

    `topic`: the word that its heads are about; results other than a grade need it.
    """

    present: ClassVar[frozenset[str]]
    absent: ClassVar[frozenset[str]]
    topic: ClassVar[str] = ""
    foreign: ClassVar[Part] = Part.OTHER  # what another frame's topic is to this one
    takes_unknown: ClassVar[int] = 0  # unknown words in a row between a head and its result

    def __init__(self, table: FrameTable) -> None:
        """Build the frame. It tells an arm from a leg itself, so no surroundings do.

        A sign of a year that is past is over.
        """
        super().__init__(table)
        self.meanings = {
            head: replace(slots[""], unless=frozenset(), still=frozenset(), is_event=True)
            for head, slots in table.items()
        }

    @abstractmethod
    def head(self, row: Row, at: int) -> Token | None:
        """Return what an item is as a head, or None."""

    def result(self, row: Row, at: int) -> Token | None:
        """Return what an item is as a result, or None."""
        concept = row[at].concept(RESULT)
        return None if concept is None else self.said(at, concept)

    def said(self, at: int, concept: str) -> Token:
        """Return the token of a result's concept. One that says nothing here takes the place of a result."""
        value = FindingValue.PRESENT if concept in self.present else None
        value = FindingValue.ABSENT if concept in self.absent else value
        grade = concept if concept in _GRADES else ""
        return Token(Part.RESULT, at, value=value, grade=grade, words=(at,))

    def meanings_of(self, claim: Claim, row: Row) -> Iterator[PhraseMeaning]:
        """Yield what a claim records."""
        del row  # for frames that look around
        if claim.head.concept in self.meanings:
            yield self.meanings[claim.head.concept]

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield a mention of each head that has a result."""
        tokens, heading = self._tokens(row)
        claims = [
            claim
            for run in split_runs(tokens)
            if self._is_worth_reading(run)
            for claim in read_claims(drop_named_topics(without_lent_heads(run)), heading)
            if claim.head.part is not Part.OTHER and claim.result.value is not None
        ]
        yield from self._mentions(row, claims)

    def is_normal_part(self, claim: Claim) -> bool:
        """Return whether a claim finds but a part normal, such as one muscle."""
        return claim.head.is_part and claim.result.value is FindingValue.ABSENT

    def _is_worth_reading(self, run: Iterable[Token]) -> bool:
        parts = {token.part for token in run}
        return Part.RESULT in parts and not parts.isdisjoint({Part.HEAD, Part.TOPIC})

    def _mentions(self, row: Row, claims: list[Claim]) -> Iterator[Mention]:
        normal = {one.head.at for one in claims if self.is_normal_part(one)}
        for claim in claims:
            is_normal_part = self.is_normal_part(claim)
            if is_normal_part and len(normal) < _LEAST_PARTS:
                continue
            for meaning in self.meanings_of(claim, row):
                yield _mention(claim, meaning, is_general=is_normal_part)

    def _tokens(self, row: Row) -> tuple[list[Token], Side]:
        """Return the tokens of a sentence, and the side that heads it."""
        tokens: list[Token] = []
        heading = Side.UNSTATED
        unknown = 0
        is_denied = False
        for at, item in enumerate(row):
            if item.text in _HEADED and heading is Side.UNSTATED:
                heading = _heading(row[:at], is_colon=item.text == ":")
            token = self._token(row, at, item)
            if (
                token
                and token.part is Part.BREAK
                and item.is_marked(Mark.EXCEPT)
                and item.text != _BUT
                and _is_normal(tokens)
            ):
                tokens += [
                    Token(Part.SEPARATOR, at),
                    Token(Part.RESULT, at, _EXCEPT, value=FindingValue.PRESENT, words=(at,)),
                ]
                continue
            if item.text in NOT and any(one.is_head for one in tokens) and (not token or token.part is Part.BREAK):
                is_denied = True
                continue
            if token is None:
                if item.text == _WITH and _is_sided_result(tokens):
                    tokens.append(Token(Part.SEPARATOR, at))
                continue
            if token.part is Part.RESULT and is_denied and token.value:
                token = token._replace(value=_OPPOSITE[token.value], words=(at - 1, *token.words))
            elif is_denied:
                tokens.append(Token(Part.BREAK, at))
            is_denied = False
            unknown = unknown + 1 if token.part is Part.BREAK and item.is_unknown else 0
            if token.part is Part.RESULT and tokens and tokens[-1].part is Part.RESULT:
                tokens[-1] = token if tokens[-1].concept == _EXCEPT else _merged(tokens[-1], token)
            elif token.part is not Part.BREAK or not item.is_unknown or unknown > self.takes_unknown:
                tokens.append(token)
        return tokens, heading

    def _token(self, row: Row, at: int, item: Item) -> Token | None:
        """Return the part that an item plays, or None for a word that changes nothing."""
        if item is UNKNOWN_ITEM:
            return Token(Part.BREAK, at)
        if item.number < 0 and _is_plain_link(item.entry):
            return None
        found = self.result(row, at) or self.head(row, at)
        if found:
            return found if found.side is not Side.UNSTATED else found._replace(side=item.entry.side or item.side)
        if item.text == _EITHER:
            return Token(Part.SIDE, at, side=Side.BOTH)
        if item.text in _COMPARING:
            return Token(Part.BREAK, at)
        if item.is_side:
            return Token(Part.SIDE, at, side=item.entry.side or Side.UNSTATED, is_both_word=item.text == _BOTH)
        topic = item.concept(TOPIC)
        if topic:
            return Token(Part.TOPIC if topic == self.topic else self.foreign, at)
        if item.is_marked(*_LISTS):
            return Token(Part.SEPARATOR, at)
        if item.concept(_FILLER) or self.passes(row, at):
            return None
        return Token(Part.BREAK, at)

    def passes(self, row: Row, at: int) -> bool:
        """Return whether an item may stand between a head and its result."""
        item = row[at]
        entry = item.entry
        if entry.cues or item.is_marked(Mark.STOP):
            return False
        return _is_site(item) or item.is_marked(*_BRIDGES) or bool(entry.qualifiers)


def _is_normal(tokens: Sequence[Token]) -> bool:
    """Return whether a head was found normal: "sensation intact except" tells what is not."""
    return len(tokens) > 1 and tokens[-1].value is FindingValue.ABSENT and any(token.is_head for token in tokens)


def _is_sided_result(tokens: Sequence[Token]) -> bool:
    """Return whether tokens end with a head, its result and its side: "eversion 4/5 right with wasting"."""
    parts = [token.part for token in tokens[-3:]]
    return len(parts) == 3 and tokens[-3].is_head and parts[1:] == [Part.RESULT, Part.SIDE]


def _is_plain_link(entry: LexiconEntry) -> bool:
    """Return whether a word is no more than a link, as most small words are. It is told at once."""
    if not entry.marks or entry.concepts or entry.cues or entry.saying or entry.side:
        return False
    return entry.marks <= _LINKS


def lacks(row: Row, at: int, is_named: Callable[[Item], bool]) -> bool:
    """Return whether "no" is said of what is named, and of nothing more: "no ankle jerk", but not "no IR deficit"."""
    if row[at].text not in NONE:
        return False
    behind = [item for item in row[at + 1 : at + 1 + _NEAR] if not item.is_side]
    if not behind or not is_named(behind[0]):
        return False
    ends = behind[1:2] and (
        behind[1].is_marked(*_BRIDGES, *_LISTS, Mark.STOP) or behind[1].concept(_FILLER) is not None
    )
    return len(behind) == 1 or (bool(ends) and not behind[1].concept(RESULT))


def is_part(item: Item) -> bool:
    """Return whether an item names a part of a leg: not the limb, nor a range of roots."""
    is_range = item.concept("root") is not None and sum(character.isdigit() for character in item.text) > 1
    return item.concept(_WHOLE) is None and not is_range


def speaks_of(row: Row, kind: str, concept: str) -> bool:
    """Return whether a sentence names a concept."""
    return any(row[at].concept(kind) == concept for at in row.kinds.get(kind, ()))


def _merged(one: Token, other: Token) -> Token:
    """Return one result of two that follow each other: "weakness 4/5". Two that contradict each other say nothing."""
    values = {one.value, other.value} - {None}
    return one._replace(
        value=values.pop() if len(values) == 1 else None,
        grade=one.grade or other.grade,
        words=(*one.words, *other.words),
    )


def _heading(items: list[Item], *, is_colon: bool) -> Side:
    """Return the side of a heading: "left hip:", "on the left,". A colon may stand behind other words too."""
    side = combine_sides(item.entry.side for item in items if item.entry.side)
    is_bare = all(
        item.is_side
        or item.is_marked(Mark.LINK)
        or _is_site(item)
        or (is_colon and (item.is_unknown or item.concept(_FILLER) is not None))
        for item in items
    )
    return side if is_bare else Side.UNSTATED


def _is_site(item: Item) -> bool:
    return item.entry.saying is not None and item.entry.saying.is_site


def _mention(claim: Claim, meaning: PhraseMeaning, *, is_general: bool) -> Mention:
    head, result = claim.head.at, claim.result
    return Mention(
        head,
        meaning,
        min(head, *result.words),
        max(head, *result.words),
        value=result.value or FindingValue.PRESENT,
        side=claim.side,
        is_sided=True,
        qualifiers={GRADE: result.grade} if result.grade and GRADE in meaning.takes else {},
        parts=result.words,
        results=result.words,
        is_general=is_general,
    )
