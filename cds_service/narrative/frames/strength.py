"""The frame of strength: a muscle, a movement or a limb and its grade, and what a patient cannot do."""

from collections.abc import Iterator

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.frames.claims import Claim
from cds_service.narrative.frames.examination import (
    GRADE,
    RESULT,
    SHARED,
    TOPIC,
    ExaminationFrame,
    lacks,
    speaks_of,
)
from cds_service.narrative.frames.lifting import AIM, LIFTED, lifts_foot
from cds_service.narrative.frames.neuro import NEURO, denies_deficit, is_part, is_summed_up, sums_up
from cds_service.narrative.frames.own_results import tells_where
from cds_service.narrative.frames.small_words import NONE, NOT
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark, PhraseMeaning
from cds_service.narrative.words.tokens import Part, Token

_MUSCLE, _WALK, _LIFT, _ABILITY = "muscle", "walk", "lift", "ability"
_NAMES = frozenset({GRADE, _MUSCLE, _WALK, _LIFT})
_PLACES = ("limb", "root", "region")
_MATTER, _WORSE = "matter", "worse"
_NUMB = "numb"
_LEG, _FOOT, _FULL = "leg", "foot", "5"
_MOST = 5
_UNABLE, _REFLEX = "unable", "reflex"
_ON_THE = frozenset({"on", "the"})
_BRACKETS = frozenset({"(", ")"})
_PLUS = {f"{grade} +": grade for grade in range(5)}  # "DF 3+", which is a grade of reflexes too
_SIGNS = frozenset({"+", "-"})  # "DF 4-"
_BESIDE = 4  # items
_TWO_SIDES = 5  # items of two sides with a grade each, and the comma
_THE = "the"
_GRADES = (*("3-or-less",) * 4, "4", _FULL)
_OF_THE_FOOT = ("dorsiflexion", "plantarflexion", "toe", "ehl", "eversion")
_MUSCLES_OF_FOOT = ("fhl", "ta", "gs", "gsc", "tibialis", "gastroc", "df", "pf", "peroneal", "tib", "edl", "adf")
# Muscles of which nothing but the power is examined: less of it is a weakness, "EHL reduced on the left".
_POWER_ALONE = frozenset({"ehl", "extensor hallucis longus", "tib ant", "tibialis anterior", "ta", "edl", "fhl"})
_REDUCED, _STRONG = "reduced", "strong"
_FIRING = frozenset({"intact", "grossly intact", "firing", "strong", "all intact"})  # of a muscle that is no joint
_WEAK = frozenset(
    {"weak", "weaker", "weakness", "loss of power", "loss of strength", "motor weakness", "paresis", "monoparesis"}
    | {"paralysis", "paralysed", "paralyzed"}
)


class StrengthFrame(ExaminationFrame):
    """Reads "EHL 4/5 on the left", "RLE weakness 3/5", "5/5 throughout", "unable to lift left foot"."""

    name = "strength"
    kinds = frozenset({_MUSCLE, _WALK, _LIFT, LIFTED, AIM, _ABILITY, *_PLACES}) | SHARED
    heads = frozenset({GRADE, _MUSCLE, _WALK, _LIFT, TOPIC, RESULT})
    topic = "strength"
    present = frozenset({"reduced", "absent", "unable", "4", "3-or-less"})
    absent = frozenset({"normal", "able", _FULL})

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield what is said of strength, if anything is."""
        is_named = not _NAMES.isdisjoint(row.kinds)
        if (
            is_named
            or self.speaks(row)
            or sums_up(row)
            or any(_tells_of_strength(row[at]) for at in row.kinds.get(RESULT, ()))
        ):
            yield from super().read(row)

    def is_topic(self, row: Row, at: int) -> bool:
        """Return whether strength is named, or all that the nerves do is summed up."""
        topic = row[at].concept(TOPIC)
        return topic == self.topic or (topic == NEURO and is_summed_up(row, at))

    def head(self, row: Row, at: int) -> Token | None:
        """Return a muscle, a walk or a part of the body as a head."""
        item = row[at]
        if item.concept(_LIFT) and lifts_foot(row, at):
            return Token(Part.HEAD, at, _FOOT)
        if item.concept(_WALK):
            return Token(Part.HEAD, at, _LEG)
        if tells_where(row, at):
            return None
        muscle = item.concept(_MUSCLE)
        place = muscle or next(filter(None, (item.concept(kind) for kind in _PLACES)), None)
        if place is None:
            return None
        return Token(Part.HEAD if place == _LEG else Part.OTHER, at, place, is_part=is_part(item))

    def result(self, row: Row, at: int) -> Token | None:
        """Return a grade, an ability or a word as a result."""
        item = row[at]
        grade = item.concept(GRADE)
        if grade:
            return self.said(at, grade)
        if 0 <= item.number <= _MOST and at and self._takes_grade(row, at - 1):
            return self.said(at, _GRADES[item.number])
        if item.text in _PLUS and at and self._takes_grade(row, at - 1):
            return self.said(at, _GRADES[_PLUS[item.text]])
        ability = item.concept(_ABILITY) or (_UNABLE if _is_not_done(row, at) else None)
        if ability:
            return self.said(at, ability)
        if denies_deficit(row, at, _is_weak, _is_strength):
            return None
        if lacks(row, at, _is_power):
            return self.said(at, "absent")
        if item.concept(_NUMB) and not _is_weak(item) and _is_joined_to_weakness(row, at):
            return self.said(at, "")  # "weakness and numbness in the left leg"
        return super().result(row, at)

    def _takes_grade(self, row: Row, at: int) -> bool:
        """Return whether a bare number behind an item is its grade: "power 5", "motor: TA 5, EHL 4", "TA 4 EHL 3"."""
        while at and _is_graded_before(row, at):
            at -= 1
        is_muscle = bool(row[at].concept(_MUSCLE) or row[at].concept("root"))
        return _is_strength(row[at]) or (
            is_muscle and (self.speaks(row) or _is_graded_beside(row, at) or _is_full_on_one_side(row, at))
        )

    def passes(self, row: Row, at: int) -> bool:
        """Return whether an item may stand between a leg and its weakness: "both legs are getting weaker"."""
        is_next = at + 1 < len(row) and _is_weak(row[at + 1]) and not (at and row[at - 1].text in NOT)
        return super().passes(row, at) or (is_next and row[at].concept(_MATTER) == _WORSE)

    def meanings_of(self, claim: Claim, row: Row) -> Iterator[PhraseMeaning]:
        """Yield what a claim records, if the result is one of strength and the place is a leg's."""
        if not self._is_of_strength(claim, row):
            return
        if claim.head.part is not Part.TOPIC:
            yield from super().meanings_of(claim, row)
        elif claim.result.value is FindingValue.ABSENT or _is_of_leg(row):
            yield self.meanings[_LEG]

    def side_of(self, claim: Claim, row: Row) -> Side:
        """Return the side of a claim. A foot, or "the leg", is that of the only side told before it."""
        if claim.side is not Side.UNSTATED or claim.result.value is FindingValue.ABSENT:
            return claim.side
        at = claim.head.at
        if claim.head.concept != _FOOT and not (at and row[at - 1].text == _THE):
            return claim.side
        sides = {item.entry.side or item.side for item in row[:at]} - {Side.UNSTATED}
        return sides.pop() if len(sides) == 1 else claim.side

    def _is_of_strength(self, claim: Claim, row: Row) -> bool:
        """Return whether a result fits its head: a limited movement is none, nor is a pain of four out of five."""
        head, result = row[claim.head.at], row[claim.result.at]
        if head.concept(_WALK) or claim.head.concept == _FOOT:
            return True
        if result.concept(_ABILITY) or result.text in NOT:
            return False
        if self.speaks(row) or _is_weak(result) or result.text in NONE:
            return True
        if 0 <= result.number <= _MOST or result.text in _PLUS:
            return True
        if result.concept(RESULT) == _REDUCED and head.text in _POWER_ALONE and not _speaks_of_reflexes(row):
            return True
        if _is_strong(result) and head.concept("whole"):
            return True  # "legs strong and equal"
        if not result.concept(GRADE):
            is_firing = bool(head.concept(_MUSCLE)) and result.text in _FIRING and _moves_foot(head)
            return claim.result.value is FindingValue.ABSENT and (is_firing or sums_up(row))
        if head.concept("root") and not ("/" in result.text or result.text.startswith("mrc")):
            return False  # "L4/5 grade 1 spondylolisthesis"
        before = row[claim.result.at - 1] if claim.result.at else None
        is_of_another = before is not None and before.is_unknown and not before.entry.concepts  # "satisfaction 4/5"
        return bool(head.concept(_MUSCLE)) or not (is_of_another or _is_of_pain(row))


def _is_weak(item: Item) -> bool:
    """Return whether an item says weak, perhaps beside numb: "weak and numb"."""
    return item.text in _WEAK or (item.concept(_NUMB) is not None and not _WEAK.isdisjoint(item.text.split()))


def _is_strong(item: Item) -> bool:
    return item.text.startswith(_STRONG)


def _tells_of_strength(item: Item) -> bool:
    return _is_weak(item) or _is_strong(item)


def _is_joined_to_weakness(row: Row, at: int) -> bool:
    """Return whether a list joins an item to a weakness right before it."""
    return at > 1 and row[at - 1].is_marked(Mark.LIST, Mark.JOINED) and row[at - 2].text in _WEAK


def _speaks_of_reflexes(row: Row) -> bool:
    return _REFLEX in row.kinds or speaks_of(row, TOPIC, _REFLEX)


def _is_strength(item: Item) -> bool:
    return item.concept(TOPIC) == StrengthFrame.topic


def _is_not_done(row: Row, at: int) -> bool:
    """Return whether "not" is said of what is lifted or how one walks: "could not lift his foot"."""
    ahead = row[at + 1] if row[at].text in NOT and at + 1 < len(row) else None
    return ahead is not None and bool(ahead.concept(_WALK) or (ahead.concept(_LIFT) and lifts_foot(row, at + 1)))


def _ends_grade(row: Row, at: int) -> bool:
    """Return whether nothing behind a bare number makes it a count or an angle."""
    return (
        at >= len(row)
        or row[at].text in _SIGNS
        or row[at].is_side
        or row[at].is_marked(Mark.LIST, Mark.JOINED)
        or (bool(row[at].concept(_MUSCLE)) or row[at].text in _BRACKETS)
    )


def _is_graded_before(row: Row, at: int) -> bool:
    """Return whether an item is a side, or the grade of the other one: "EHL L 4, R 5"."""
    item = row[at]
    is_of_muscle = row[at - 1].is_side or bool(row[at - 1].concept(_MUSCLE)) or _is_strength(row[at - 1])
    is_grade = (0 <= item.number <= _MOST or item.text in _PLUS) and is_of_muscle
    is_parted = item.is_marked(Mark.LIST) or item.text in _BRACKETS
    if item.text in _ON_THE and at > 1:
        return True  # "4+ on the left and 5 on the right"
    return item.is_side or is_grade or (is_parted and (row[at - 1].is_side or 0 <= row[at - 1].number <= _MOST))


def _is_graded_beside(row: Row, at: int) -> bool:
    """Return whether another muscle near this one has a bare grade too, and no degrees are told."""
    if _speaks_of_reflexes(row) or not _ends_grade(row, at + 2):
        return False
    return any(
        place != at and row[place].concept(_MUSCLE) and 0 <= row[place + 1].number <= _MOST
        for place in range(max(0, at - _BESIDE), min(len(row) - 1, at + _BESIDE + 1))
    )


def _is_full_on_one_side(row: Row, at: int) -> bool:
    """Return whether a muscle is full on one side and less on the other: "DF L 4, R 5". Angles are no grades."""
    if "degrees" in row.kinds or _REFLEX in row.kinds or speaks_of(row, "motion", "range"):
        return False
    sides: list[Side] = []
    numbers: list[int] = []
    for item in row[at + 1 : at + 1 + _TWO_SIDES]:
        if item.is_side and item.entry.side:
            sides.append(item.entry.side)
        elif item.number >= 0:
            numbers.append(item.number)
        elif not (item.is_marked(Mark.LIST) or item.text in _BRACKETS):
            break
    is_of_two = set(sides) == {Side.LEFT, Side.RIGHT} and len(sides) == len(numbers)
    return is_of_two and max(numbers) == _MOST and 0 < min(numbers) < _MOST


def _is_power(item: Item) -> bool:
    """Return whether no such thing is a weakness: power, or a movement of the foot. A joint without any is stiff."""
    return _is_strength(item) or (bool(item.concept(_MUSCLE)) and any(word in item.text for word in _OF_THE_FOOT))


def _moves_foot(item: Item) -> bool:
    """Return whether a muscle or movement is one of the foot, which is said to be intact: "EHL/FHL/TA/GS intact"."""
    words = item.text.split()
    return any(word in item.text for word in _OF_THE_FOOT) or not set(_MUSCLES_OF_FOOT).isdisjoint(words)


def _is_of_leg(row: Row) -> bool:
    """Return whether a sentence names a part of a leg, and none of another limb."""
    named = {row[at].concept(kind) for kind in (*_PLACES, _MUSCLE) for at in row.kinds.get(kind, ())}
    return named - {"hip"} == {_LEG}


def _is_of_pain(row: Row) -> bool:
    return any(
        item.is_marked(Mark.PAIN) or (item.entry.saying and item.entry.saying.is_pain and not item.entry.saying.is_site)
        for item in row
    )
