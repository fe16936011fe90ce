"""What the frames of the examination have in common: they read heads with results, as `claims` assigns them."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import ClassVar

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side, combine_sides
from cds_service.narrative.frames.claims import Claim, read_claims
from cds_service.narrative.frames.frame import Frame
from cds_service.narrative.frames.partings import EXCEPT, close_exception, part_from
from cds_service.narrative.frames.small_words import NONE, NOT, parts_of, small_part
from cds_service.narrative.frames.tokens import (
    ASKED,
    BREAK,
    SEPARATOR,
    Part,
    Token,
    drop_named_topics,
    split_runs,
    without_lent_heads,
)
from cds_service.narrative.items import Item, Row
from cds_service.narrative.lexicon import FrameTable, Mark, PhraseMeaning
from cds_service.narrative.mentions import Mention

RESULT, TOPIC, GRADE = "result", "topic", "grade"
SHARED: frozenset[str] = frozenset({RESULT, TOPIC, GRADE, "filler", "whole"})
_FILLER, _WHOLE = "filler", "whole"
_LISTS = (Mark.LIST, Mark.JOINED)
_BREAK, _RESULT, _UNSTATED, _LINK = Part.BREAK, Part.RESULT, Side.UNSTATED, Mark.LINK
_BRIDGES = (Mark.LINK, Mark.RUN)
_LINKS = frozenset({Mark.LINK, Mark.MOTION})
_OPPOSITE = {FindingValue.PRESENT: FindingValue.ABSENT, FindingValue.ABSENT: FindingValue.PRESENT}
_HEADED = frozenset({":", ","})
_NEAR = 5  # items
_GRADES = frozenset({"4", "3-or-less"})
_PAIRED = frozenset(
    {"jerks", "reflexes", "kjs", "ajs", "dtrs", "knees", "ankles", "legs", "extremities", "limbs", "hips", "feet"}
    | {"symmetric", "symmetrical", "symmetrically", "equal", "equally"}
)
_LEAST_PARTS = 2  # normal parts that together say that all is normal


class ExaminationFrame(Frame):
    """Reads heads with results. `present` and `absent`: the results that say that the finding is there or is not.

    `topic`: the word that its heads are about; results other than a grade need it.
    """

    present: ClassVar[frozenset[str]]
    absent: ClassVar[frozenset[str]]
    topic: ClassVar[str] = ""
    names_pairs: ClassVar[bool] = True  # whether its plural heads are those of both sides
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
        self._values = {
            **dict.fromkeys(self.present, FindingValue.PRESENT),
            **dict.fromkeys(self.absent, FindingValue.ABSENT),
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
        grade = concept if concept in _GRADES else ""
        return Token(_RESULT, at, "", _UNSTATED, self._values.get(concept), grade, (at,))

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
        parts = [token.part for token in run]
        return _RESULT in parts and (Part.HEAD in parts or Part.TOPIC in parts)

    def _mentions(self, row: Row, claims: list[Claim]) -> Iterator[Mention]:
        normal = {one.head.at for one in claims if self.is_normal_part(one)}
        for claim in claims:
            is_normal_part = self.is_normal_part(claim)
            if is_normal_part and len(normal) < _LEAST_PARTS:
                continue
            sided = claim._replace(side=Side.BOTH) if self.names_pairs and _is_of_both(row, claim) else claim
            for meaning in self.meanings_of(claim, row):
                yield _mention(sided, meaning, is_general=is_normal_part)

    def _tokens(self, row: Row) -> tuple[list[Token], Side]:
        """Return the tokens of a sentence, and the side that heads it."""
        tokens: list[Token] = []
        unknown = 0
        is_denied = False
        for at, token in enumerate(parts_of(row)):
            item = row[at]
            if token is ASKED:
                token = self._token(row, at, item)
                if item.text in NOT and any(one.is_head for one in tokens) and (not token or token.part is _BREAK):
                    is_denied = True
                    continue
            if token is None:
                continue
            part = token.part
            if part is Part.PARTING:
                tokens += part_from(tokens, item.text, at)
                continue
            if is_denied:
                if part is _RESULT and token.value:
                    token = token._replace(value=_OPPOSITE[token.value], words=(at - 1, *token.words))
                else:
                    tokens.append(BREAK)
                is_denied = False
            if part is _BREAK:
                close_exception(tokens)
            unknown = unknown + 1 if part is _BREAK and item.is_unknown else 0
            if part is _RESULT and tokens and tokens[-1].part is _RESULT:
                tokens[-1] = token if tokens[-1].concept == EXCEPT else _merged(tokens[-1], token)
            elif part is not _BREAK or not item.is_unknown or unknown > self.takes_unknown:
                tokens.append(token)
        close_exception(tokens)
        return tokens, _heading(row)

    def _token(self, row: Row, at: int, item: Item) -> Token | None:
        """Return the part that an item plays, or None for a word that changes nothing."""
        found = self.result(row, at) or self.head(row, at)
        if found:
            side = item.entry.side or item.side
            return found._replace(side=side) if found.side is _UNSTATED and side is not _UNSTATED else found
        token = small_part(item)
        if token is not ASKED:
            return token
        topic = item.concept(TOPIC)
        if topic:
            return Token(Part.TOPIC if topic == self.topic else self.foreign, at)
        if item.is_marked(*_LISTS):
            return SEPARATOR
        return None if item.concept(_FILLER) or self.passes(row, at) else BREAK

    def passes(self, row: Row, at: int) -> bool:
        """Return whether an item may stand between a head and its result."""
        item = row[at]
        entry = item.entry
        if entry.cues or item.is_marked(Mark.STOP):
            return False
        return _is_site(item) or item.is_marked(*_BRIDGES) or bool(entry.qualifiers)


def lacks(row: Row, at: int, is_named: Callable[[Item], bool]) -> bool:
    """Return whether "no" is said of what is named, and of nothing more: "no ankle jerk", but not "no IR deficit"."""
    if row[at].text not in NONE:
        return False
    behind = [item for item in row[at + 1 : at + 1 + _NEAR] if not item.is_side]
    if not behind or not is_named(behind[0]):
        return False
    return len(behind) == 1 or (_ends_name(behind[1]) and not behind[1].concept(RESULT))


def _ends_name(item: Item) -> bool:
    return item.is_marked(*_BRIDGES, *_LISTS, Mark.STOP) or item.concept(_FILLER) is not None


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


def _heading(row: Row) -> Side:
    """Return the side of a heading: "left hip:", "on the left,". A colon may stand behind other words too."""
    sides: list[Side] = []
    is_bare = True
    for item in row:
        if item.text in _HEADED and (is_bare or item.text == ":") and combine_sides(sides) is not _UNSTATED:
            return combine_sides(sides)
        if item.entry.side:
            sides.append(item.entry.side)
        elif not (_LINK in item.entry.marks or _is_site(item)):
            is_bare = False
            if not (item.is_unknown or item.concept(_FILLER) is not None):
                break
    return _UNSTATED


def _is_site(item: Item) -> bool:
    return item.entry.saying is not None and item.entry.saying.is_site


def _is_of_both(row: Row, claim: Claim) -> bool:
    """Return whether what is normal is so on both sides: "knee jerks brisk", "reflexes symmetric"."""
    if claim.result.value is not FindingValue.ABSENT or claim.side is not Side.UNSTATED:
        return False
    words = {row[claim.head.at].text.split()[-1]}
    words.update(word for at in claim.result.words for word in row[at].text.split())
    return not _PAIRED.isdisjoint(words)


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
