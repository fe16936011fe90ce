"""The frame of motion: internal rotation of the hip and how far it goes."""

from collections.abc import Iterator, Sequence

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.frames.both_sides import are_alike
from cds_service.narrative.frames.claims import Claim
from cds_service.narrative.frames.examination import RESULT, SHARED, ExaminationFrame, lacks
from cds_service.narrative.frames.painful_motion import ROLLING, find_painful_motions
from cds_service.narrative.frames.provoked_pain import hurts
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark, PhraseMeaning
from cds_service.narrative.words.tokens import Part, Token

_MOTION, _DEGREES, _JOINT, _LIMB = "motion", "degrees", "joint", "limb"
_OTHER, _INTERNAL, _RANGE, _HIP, _FILLER = "other", "internal", "range", "hip", "filler"
_PAINFUL, _REDUCED, _PROVOKING = "painful", "reduced", "provoking"
_MINUS, _TEST, _ABILITY, _UNABLE = "-", "test", "ability", "unable"
_FREE = frozenset({"freely", "full", "supple", "free", "mobile", "moves", "move", "moving"})
_BY, _DOWN, _LACKING, _ROTATION, _ROTATES = "by", "down", "lacking", "rotation", "rotate"
_RELEASE = "release"
_DIRECTIONS = frozenset({"int", "internal", "internally", "inwards", "ext", "external", "externally", "outwards"})
_NOT, _COLON = "not", ":"
_POSITION = "position"
_OF = frozenset({"of", "from"})  # "hip free from infection"
_MOVES = frozenset({"move", "moves", "moved", "moving"})
_HAVE = frozenset({"has", "have"})
_SMALL = frozenset({*_MOVES, "-", ":", "is", "are", "was", "were", ","})
_MOST_LIMITED, _LEAST_FULL, _FURTHEST, _MOST, _STRAIGHT = 15, 30, 70, 90, 180  # degrees
_GLOBAL, _EVERYWHERE = "global", ("all directions", "all planes")
_NO_TURNING = frozenset({"lumbar", "back", "knee", "leg", "foot"})  # joints of which no internal rotation is told
_NEAR = 4  # items between what brings a pain on and the pain
_LIMITED_BY = frozenset({"limited by", "restricted by", "stopped by"})
_VALUES = {"few": FindingValue.PRESENT, "many": FindingValue.ABSENT}


class MotionFrame(ExaminationFrame):
    """Reads "IR 5 degrees on the right, 35 on the left", "limited internal rotation of the hip"; no other movement."""

    name = "motion"
    kinds = frozenset({_MOTION, _DEGREES, _JOINT, _LIMB, _RELEASE}) | SHARED
    heads = frozenset({_MOTION, _JOINT})
    present = frozenset({"limited", "reduced", "absent"})
    absent = frozenset({"normal"})
    foreign = Part.BREAK

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield the movements, and the hips that are said to move freely."""
        if _MOTION in row.kinds or any(
            row[at].concept(_JOINT) == _HIP and (_is_free(row, at) or _is_stiff_all_over(row, at))
            for at in row.kinds[_JOINT]
        ):
            yield from super().read(row)
            yield from find_painful_motions(row, self.table[_PAINFUL][""], lambda at: self._is_ours(row, at))

    def head(self, row: Row, at: int) -> Token | None:
        """Return a movement as a head. Of another joint it is no finding of ours."""
        concept = row[at].concept(_MOTION)
        if concept is None and row[at].concept(_JOINT) == _HIP and (_is_free(row, at) or _is_stiff_all_over(row, at)):
            return Token(Part.HEAD, at, _RANGE)
        if (
            concept is None
            or _is_release(row, at)
            or row[at].concept(_FILLER)
            or row[at].concept(_POSITION)
            or (row[at].text in _DIRECTIONS and not _names_rotation(row))
        ):
            return None
        if (concept == _ROTATION and _is_divided(row, at)) or _names_range(row, at):
            return Token(Part.TOPIC, at)
        is_ours = concept not in {_OTHER, ROLLING} and self._is_of_hip(row, at, concept)
        return Token(Part.HEAD if is_ours else Part.OTHER, at, concept)

    def result(self, row: Row, at: int) -> Token | None:
        """Return degrees, or a word."""
        item = row[at]
        if are_alike(row, at):
            return self.said(at, "normal")._replace(side=Side.BOTH)
        words = item.concept(_DEGREES)
        if words:
            return Token(Part.RESULT, at, value=_VALUES.get(words), words=(at,))
        number = 0 if item.text == "0" else item.number
        if number > _FURTHEST and self._is_behind_rotation(row, at):
            return None  # no hip turns as far: it is how it was held, "IR @90: R 10"
        if 0 <= number <= _MOST:
            value = FindingValue.PRESENT if number <= _MOST_LIMITED else None
            if _is_share(row, at):
                return Token(Part.RESULT, at, value=value, words=(at,))
            return Token(Part.RESULT, at, value=FindingValue.ABSENT if number >= _LEAST_FULL else value, words=(at,))
        if _MOST < number <= _STRAIGHT and any(one.text == "/" for one in (*row[at - 1 : at], *row[at + 1 : at + 2])):
            return Token(Part.RESULT, at, words=(at,))  # of a bend, in a list of movements
        if item.text == _LACKING and at + 1 < len(row) and row[at + 1].number >= 0:
            return None  # of how much, nobody says
        if item.text in _LIMITED_BY:
            return self.said(at, "limited")
        if item.concept(RESULT) == _PROVOKING:
            return None  # "limitation of internal rotation with reproduction of her pain"
        if item.text == _DOWN and _is_less(row, at):
            return self.said(at, "reduced")
        ahead = next((one for one in row[at + 1 :] if not one.is_marked(Mark.LINK)), None)
        is_turned = ahead is not None and ahead.concept(_MOTION) == _INTERNAL
        if is_turned and (item.concept(_ABILITY) == _UNABLE or _does_not_turn(row, at)):
            return self.said(at, "limited")
        return self.said(at, "absent") if lacks(row, at, _is_rotation) else super().result(row, at)

    def meanings_of(self, claim: Claim, row: Row) -> Iterator[PhraseMeaning]:
        """Yield what a claim records. Degrees are those of a rotation, not of all movement."""
        item = row[claim.result.at]
        if claim.head.concept == _RANGE and (item.number >= 0 or item.text == "0" or item.concept(_DEGREES)):
            return
        yield from super().meanings_of(claim, row)

    def passes(self, row: Row, at: int) -> bool:
        """Return whether an item may stand between a movement and its degrees: a minus may, "IR -5"."""
        if row[at].text == _BY and _is_share(row, at + 1):
            return True
        is_number = at + 1 < len(row) and row[at + 1].number >= 0
        if row[at].text in _MOVES or row[at].text in _HAVE:
            return True  # "the hips move freely", "both hips have a full range"
        if row[at].concept(RESULT) == _PROVOKING or _is_provoked(row, at):
            return True  # "internal rotation reproduces groin pain and is limited"
        is_of_hip = at > 0 and row[at - 1].concept(_JOINT) == _HIP  # "L hip - supple"
        return (row[at].text == _MINUS and (is_number or is_of_hip)) or super().passes(row, at)

    def _tokens(self, row: Row) -> tuple[list[Token], Side]:
        """Return the tokens; the only side that is told with movements is that of all of them."""
        tokens, heading = super()._tokens(row)
        first = next((place for place, token in enumerate(tokens) if token.is_head), len(tokens))
        if first < len(tokens) and any(at < tokens[first].at for at in row.kinds.get(_TEST, ())):
            first = 0  # "log roll irritable on the left, IR blocked at 0"
        elif 0 < first < len(tokens) and tokens[first - 1].part is Part.SIDE:
            first -= 1  # "L flexion 90, IR 5"
        sides = {token.side for token in tokens[first:] if token.part is Part.SIDE}
        is_of_all = heading is Side.UNSTATED and len(sides) == 1 and not _is_of_second(tokens)
        return tokens, sides.pop() if is_of_all else heading

    def _is_behind_rotation(self, row: Row, at: int) -> bool:
        before = [place for place in row.kinds.get(_MOTION, ()) if place < at]
        return bool(before) and row[before[-1]].concept(_MOTION) == _INTERNAL

    def _is_ours(self, row: Row, at: int) -> bool:
        concept = row[at].concept(_MOTION) or ""
        return concept == ROLLING or self._is_of_hip(row, at, concept)

    def _is_of_hip(self, row: Row, at: int, concept: str) -> bool:
        """Return whether the nearest joint before a movement is the hip, or else the first behind it."""
        if _HIP in row[at].text.split():
            return True
        named = sorted({*row.kinds.get(_JOINT, ()), *row.kinds.get(_LIMB, ())})
        before = [place for place in named if place < at]
        nearest = before[-1] if before else next(iter(named), None)
        if nearest is None or (concept == _INTERNAL and _is_apart(row, at, nearest)):
            return concept == _INTERNAL
        joint = row[nearest].concept(_JOINT)
        is_of_leg = concept == _INTERNAL and row[nearest].concept("whole") is not None  # "Right leg: IR 40"
        return joint == _HIP or is_of_leg


def _is_apart(row: Row, at: int, joint: int) -> bool:
    """Return whether a joint is told of by itself: "IR 35, whereas lumbar extension was limited"."""
    if row[joint].concept(_JOINT) not in _NO_TURNING:
        return False
    if joint < at:
        is_title = row[joint + 1].text == _COLON
        return not is_title and any(item.is_marked(Mark.LIST) for item in row[joint + 1 : at])
    has_result = any(item.number >= 0 or item.concept(RESULT) for item in row[at + 1 : joint])
    return has_result and any(item.is_marked(Mark.LIST, Mark.STOP) for item in row[at + 1 : joint])


def _is_free(row: Row, at: int) -> bool:
    """Return whether a hip itself is said to move freely: "left hip full", "hips - supple"."""
    behind = [item for item in row[at + 1 : at + 5] if not (item.is_side or item.text in _SMALL)]
    if not behind or behind[0].concept(RESULT) != "normal" or behind[0].text.split()[0] not in _FREE:
        return False
    return len(behind) == 1 or behind[1].text not in _OF


def _is_stiff_all_over(row: Row, at: int) -> bool:
    """Return whether a hip itself is said to be stiff in every direction: "L hip: globally restricted"."""
    behind = next((item for item in row[at + 1 : at + 5] if not (item.is_side or item.text in _SMALL)), None)
    before = next(
        (item for item in reversed(row[max(0, at - 3) : at]) if not (item.is_side or item.text == "the")), None
    )
    return any(
        item is not None and (item.text.startswith(_GLOBAL) or item.text.endswith(_EVERYWHERE))
        for item in (before, behind)
    )


def _is_less(row: Row, at: int) -> bool:
    """Return whether "down" ends what is said of a rotation: "IR markedly down", but not "IR down to 10"."""
    if at + 1 < len(row) and not row[at + 1].is_marked(Mark.LIST, Mark.JOINED):
        return False
    before = next((item for item in reversed(row[:at]) if not (item.is_side or item.concept(_FILLER))), None)
    return before is not None and _is_rotation(before)


def _is_provoked(row: Row, at: int) -> bool:
    """Return whether an item tells of the pain that stands behind the word for what brings it on."""
    causes = [place for place in range(max(0, at - _NEAR), at) if row[place].concept(RESULT) == _PROVOKING]
    between = row[causes[-1] + 1 : at + 1 + _NEAR] if causes else []
    return any(hurts(item) for item in between) and not row[at].is_marked(Mark.LIST)


def _does_not_turn(row: Row, at: int) -> bool:
    """Return whether a hip is said not to turn: "will not internally rotate"."""
    return row[at].text.split()[-1] == _NOT and any(_ROTATES in one.text for one in row[at + 1 : at + 2])


def _is_release(row: Row, at: int) -> bool:
    """Return whether "IR" tells how a drug is released: "oxycodone IR 5 mg"."""
    near = row[max(0, at - 1) : at + 3]
    return any(item.concept(_RELEASE) for item in near) or any(item.concept("unit") for item in near)


def _names_range(row: Row, at: int) -> bool:
    """Return whether a range is only that of the movement before it: "IR range 0-10"."""
    return at > 0 and row[at].concept(_MOTION) == _RANGE and row[at - 1].concept(_MOTION) in {_INTERNAL, _OTHER}


def _is_divided(row: Row, at: int) -> bool:
    """Return whether a rotation is told by its directions behind it: "rotation is 10 internally and 30 externally"."""
    directions = [place for place in row.kinds.get(_MOTION, ()) if place > at and row[place].text in _DIRECTIONS]
    return len(directions) > 1 or (bool(directions) and row.has_number)


def _names_rotation(row: Row) -> bool:
    """Return whether rotation is named, so that "int" is that inwards: "rotation: int 0, ext 10"."""
    return any(_ROTATION in row[at].text or row[at].concept(_MOTION) == _ROTATION for at in row.kinds.get(_MOTION, ()))


def _is_share(row: Row, at: int) -> bool:
    """Return whether a number tells by how much a movement is reduced, and no angle: "reduced 50%", "reduced by 75"."""
    behind = row[at + 1 : at + 3]
    if len(behind) > 1 and behind[0].text in _OF and behind[1].concept(_MOTION) is None:
        return True  # "50% of the left"
    before = [item for item in row[max(0, at - 2) : at] if item.text != _BY]
    return bool(before) and before[-1].concept(RESULT) == _REDUCED


def _is_of_second(tokens: Sequence[Token]) -> bool:
    """Return whether a side is only that of a second result: "IR 10 (R 30)"."""
    parts = [token.part for token in tokens]
    return any(
        parts[at - 2 : at + 2] == [Part.RESULT, Part.SEPARATOR, Part.SIDE, Part.RESULT]
        for at in range(2, len(parts) - 1)
    )


def _is_rotation(item: Item) -> bool:
    return item.concept(_MOTION) in {_INTERNAL, "rotation"}
