"""What the frames of the examination have in common: they read heads with results, as `claims` assigns them."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.frames.both_sides import are_alike, is_of_both, names_both_limbs
from cds_service.narrative.frames.claims import Claim, read_claims
from cds_service.narrative.frames.frame import Frame
from cds_service.narrative.frames.leading import DASH, asides, has_what_follows, is_examiner, leads_on, titles
from cds_service.narrative.frames.neuro import NEURO, is_summed_up
from cds_service.narrative.frames.own_results import ANOTHER, takes_own_result
from cds_service.narrative.frames.paired_results import join_pairs
from cds_service.narrative.frames.partings import close_exception
from cds_service.narrative.frames.small_words import NONE, parts_of, small_part
from cds_service.narrative.frames.token_line import FOREIGN, OWN, RETURNED, TokenLine
from cds_service.narrative.frames.whole_sides import closing_of, heading_of, is_site
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Role, Row
from cds_service.narrative.words.lexicon import FrameTable, Mark, PhraseMeaning
from cds_service.narrative.words.tokens import (
    ASKED,
    BREAK,
    SEPARATOR,
    SIDES,
    Part,
    Token,
    drop_named_topics,
    split_runs,
    without_lent_heads,
)

RESULT, TOPIC, GRADE = "result", "topic", "grade"
SHARED: frozenset[str] = frozenset({RESULT, TOPIC, GRADE, "filler", "whole", "position"})
_HIP = "hip"
_N, _Y = "n", "y"  # "power N"; beside "y" it says no
_FILLER, _POSITION = "filler", "position"
_LISTS = (Mark.LIST, Mark.JOINED)
_BREAK, _RESULT, _UNSTATED = Part.BREAK, Part.RESULT, Side.UNSTATED
_BRIDGES = (Mark.LINK, Mark.RUN)
_NEAR = 5  # items
_GRADES = frozenset({"4", "3-or-less"})
_ONE = frozenset({Side.LEFT, Side.RIGHT})
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
        if self.topic and are_alike(row, at) and not (at and row[at - 1].concept(RESULT) in self.present):
            return self.said(at, "normal")._replace(side=Side.BOTH)
        if concept == RETURNED:
            return self.said(at, concept) if self._is_of_topic(row, at) else None
        if row[at].text == _N and _is_normal_in_short(row, at):
            return self.said(at, "normal")
        return None if concept is None else self.said(at, concept)

    def _is_of_topic(self, row: Row, at: int) -> bool:
        """Return whether what the heads are about stands next before a place: power returns, and so does weakness."""
        before = next((item for item in reversed(row[:at]) if not (item.is_side or item.is_marked(Mark.LINK))), None)
        return before is not None and before.concept(TOPIC) == self.topic != ""

    def said(self, at: int, concept: str) -> Token:
        """Return the token of a result's concept. One that says nothing here takes the place of a result."""
        grade = concept if concept in _GRADES else ""
        return Token(
            _RESULT, at, RETURNED if concept == RETURNED else "", _UNSTATED, self._values.get(concept), grade, (at,)
        )

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
        if claims:
            yield from self._mentions(row, claims)

    def is_normal_part(self, claim: Claim) -> bool:
        """Return whether a claim finds but a part normal, such as one muscle."""
        return claim.head.is_part and claim.result.value is FindingValue.ABSENT

    def _is_worth_reading(self, run: Iterable[Token]) -> bool:
        parts = [token.part for token in run]
        return _RESULT in parts and (Part.HEAD in parts or Part.TOPIC in parts)

    def _mentions(self, row: Row, claims: list[Claim]) -> Iterator[Mention]:
        normal = [one for one in claims if self.is_normal_part(one)]
        paired = self._shared_by_pairs(row, claims)
        for claim in claims:
            is_normal_part = self.is_normal_part(claim)
            if is_normal_part and _count_heads(normal, claim.side) < _LEAST_PARTS:
                continue
            is_of_both = claim.side is _UNSTATED and claim.result.at in paired
            sided = claim._replace(side=Side.BOTH if is_of_both else self.side_of(claim, row))
            for meaning in self.meanings_of(claim, row):
                yield _mention(sided, meaning, is_general=is_normal_part)

    def side_of(self, claim: Claim, row: Row) -> Side:
        """Return the side of a claim, for frames that look around."""
        del row
        return claim.side

    def _shared_by_pairs(self, row: Row, claims: Sequence[Claim]) -> set[int]:
        """Return the results of both sides: "knee and ankle jerks brisk", and all that a closing "both" is said of."""
        absent = [one for one in claims if one.result.value is FindingValue.ABSENT]
        if closing_of(row) is Side.BOTH and len(absent) == len(claims):
            return {one.result.at for one in absent}
        are_limbs = names_both_limbs(row)
        return {
            one.result.at
            for one in absent
            if self.names_pairs and (is_of_both(row, one) or (are_limbs and not one.head.is_part))
        }

    def _tokens(self, row: Row) -> tuple[list[Token], Side]:
        """Return the tokens of a sentence, and the side that heads it."""
        line = TokenLine(row, self.foreign, self.takes_unknown)
        passed = asides(row) | titles(row)
        for at, token in enumerate(parts_of(row)):
            if at in passed or (row[at].is_unknown and line.repeats(at)):
                continue
            if token is ASKED:
                token = self._token(row, at, row[at])
                if (token is None or token.part is _BREAK) and line.deny(at):
                    continue
            if (token is None or token is BREAK) and line.is_behind(ANOTHER):
                token = _of_another(row[at], at, token)
            if token is not None:
                line.add(token, at)
            else:
                line.open(at)
        close_exception(line.tokens)
        return join_pairs(line.tokens, row), heading_of(row)

    def _token(self, row: Row, at: int, item: Item) -> Token | None:
        """Return the part that an item plays, or None for a word that changes nothing."""
        found = self.result(row, at) or self.head(row, at)
        topic = item.concept(TOPIC)
        if found:
            side = item.entry.side or item.side
            if found.part is _RESULT and item.side in _ONE and item.text[0].isalpha():
                found = found._replace(side=item.side)  # "grade R 4" is one item
            if found.part is not _RESULT and found.side is _UNSTATED and side is not _UNSTATED:
                found = found._replace(side=side)  # a "both" inside a result may be of two heads
            if topic and found.part is _RESULT and found.concept != RETURNED:
                return found._replace(concept=OWN if self.is_topic(row, at) else FOREIGN)
            return found
        if (not topic or self.foreign is _BREAK) and takes_own_result(row, at):
            return Token(Part.OTHER, at, ANOTHER)
        token = small_part(item)
        if item.concept(_POSITION) and item.side in _ONE:
            return SIDES[item.side]  # "in left stance"
        if token is not ASKED:
            return token
        if topic:
            if topic == NEURO and not is_summed_up(row, at):
                return None
            return Token(Part.TOPIC if self.is_topic(row, at) else self.foreign, at)
        if item.is_marked(*_LISTS):
            return SEPARATOR
        return None if item.concept(_FILLER) or item.concept(_POSITION) or self.passes(row, at) else BREAK

    def is_topic(self, row: Row, at: int) -> bool:
        """Return whether an item names what this frame's heads are about."""
        return row[at].concept(TOPIC) == self.topic

    def speaks(self, row: Row) -> bool:
        """Return whether a sentence names what this frame's heads are about."""
        return any(row[at].concept(TOPIC) == self.topic for at in row.kinds.get(TOPIC, ()))

    def passes(self, row: Row, at: int) -> bool:
        """Return whether an item may stand between a head and its result."""
        item = row[at]
        entry = item.entry
        if leads_on(row, at) or has_what_follows(row, at) or is_examiner(row, at):
            return True
        if item.text == DASH or entry.cues or item.is_marked(Mark.STOP):
            return False
        return is_site(item) or item.is_marked(*_BRIDGES) or bool(entry.qualifiers)


def _of_another(item: Item, at: int, token: Token | None) -> Token | None:
    """Return the part of an item behind what another frame reads: its result, of which this one reads nothing."""
    if item.number >= 0 or item.concept(GRADE) is not None or item.concept("reflex-grade") is not None:
        return Token(_RESULT, at, words=(at,))  # "SLR R 90 L 80 EHL R 3/5"
    return None if item.concept("root") is not None else token  # "pinprick L4 L intact, IR L 5"


def _is_normal_in_short(row: Row, at: int) -> bool:
    """Return whether a letter says that what stands before it is normal: "power N", "AJ: L 0, R N"."""
    if not at:
        return False
    before = row[at - 1]
    if before.text == ":" and _is_pain(row, at - 2):
        return False  # "groin pain: N, gait steady"
    is_last = at + 1 == len(row) or row[at + 1].is_marked(*_LISTS, Mark.STOP) or row[at + 1].is_side
    is_of_side = before.is_side and is_last and not any(item.text == _Y for item in row)
    return bool(before.entry.concepts) or before.text == ":" or is_of_side


def _is_pain(row: Row, at: int) -> bool:
    """Return whether a pain ends at a place: "groin pain", "pain in the groin"."""
    while at > 0 and row[at].role in {Role.BRIDGE, Role.PLACE}:
        at -= 1
    return at >= 0 and row[at].role in {Role.PAIN, Role.PAIN_WORD}


def lacks(row: Row, at: int, is_named: Callable[[Item], bool]) -> bool:
    """Return whether "no" is said of what is named, and of nothing more: "no ankle jerk", but not "no IR deficit"."""
    if row[at].text not in NONE:
        return False
    behind = [item for item in row[at + 1 : at + 1 + _NEAR] if not item.is_side]
    while behind and behind[0].concept(_FILLER) and not is_named(behind[0]):
        behind.pop(0)
    if not behind or not is_named(behind[0]) or behind[0].concept(RESULT):
        return False  # "no altered sensation"
    if len(behind) > 1 and behind[1].concept("joint") == _HIP:
        behind.pop(1)  # "no IR left hip"
    is_placed = len(behind) > 1 and is_site(behind[1])  # "no sensation L foot"
    return len(behind) == 1 or is_placed or (_ends_name(behind[1]) and not behind[1].concept(RESULT))


def _ends_name(item: Item) -> bool:
    return item.is_marked(*_BRIDGES, *_LISTS, Mark.STOP) or item.concept(_FILLER) is not None


def speaks_of(row: Row, kind: str, concept: str) -> bool:
    """Return whether a sentence names a concept."""
    return any(row[at].concept(kind) == concept for at in row.kinds.get(kind, ()))


def _count_heads(normal: Iterable[Claim], side: Side) -> int:
    """Return how many parts are normal on a side. Of one whose side is not told it counts for no side alone."""
    is_one = side in {Side.LEFT, Side.RIGHT}
    return len({one.head.at for one in normal if not is_one or one.side in {side, Side.BOTH}})


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
        parts=(head, *result.words) if result.grade else result.words,  # graded, it is no place of a pain
        results=result.words,
        is_general=is_general,
    )
