"""The side that a heading gives to what stands below it: "EXAM L HIP: ...", "Left leg: ...", "Affected side: right"."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from cds_service.model.sides import Side, combine_sides
from cds_service.narrative.mentions import Mention
from cds_service.narrative.sides.visit_subject import subject_of_visit
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark
from cds_service.narrative.words.tokenizer import LINE, PARAGRAPH, STOP, Sentence
from cds_service.narrative.words.traits import SIDE

_ONE: Final = frozenset({Side.LEFT, Side.RIGHT})
_HIP, _LEG, _ANY = "hip", "leg", ""
_PARTS: Final = {"hip": _HIP, "leg": _LEG}
_HIP_SIGNS: Final = frozenset({"hip-rotation-limited", "fadir-positive", "faber-positive", "trendelenburg-positive"})
_LEG_SIGNS: Final = frozenset(
    {
        "slr-positive", "femoral-stretch-positive", "leg-weakness", "foot-drop", "leg-numbness", "reflex-loss-patellar",
        "reflex-loss-achilles",
    }
)  # fmt: skip
_BACK: Final = frozenset({"low-back-pain", "back-pain-unstated"})
_HIP_PAINS: Final = frozenset(
    {
        "groin-pain", "hip-pain", "anterior-hip-pain", "lateral-hip-pain", "buttock-pain", "thigh-pain",
        "anterior-thigh-pain", "posterior-thigh-pain",
    }
)  # fmt: skip
_EXAMINED: Final = ("test", "motion", "muscle", "reflex", "reflex-place", "topic", "filler", "root", "quality")
_ELSEWHERE: Final = (("topic", "neuro"), ("test", "gait"), ("site", "low-back"))
_MOVED: Final = ("test", "motion")
_TITLE_WORDS: Final = frozenset(
    {
        "capsular",
        "pattern",
        "exam",
        "examination",
        "findings",
        "affected",
        "symptomatic",
        "side",
        "joint",
        "oe",
        "e",
        "o",
        "local",
        "index",
    }
)
_ACT, _COLON, _COMMA, _OPENING = "act", ":", ",", "("
_COMPARING: Final = frozenset({"than", "vs", "versus", "compared to", "compared with", "against", "unlike"})
_LONGEST: Final = 8  # items of a heading
_OPENING_ITEMS: Final = 4  # "on the left hip"


class SideHeading(NamedTuple):
    """A side, and of which part of the body: the hip, the leg, or any. `is_subject`: a visit is about it."""

    side: Side = Side.UNSTATED
    part: str = _ANY
    is_subject: bool = False

    def covers(self, mention: Mention) -> bool:
        """Return whether a finding may be one of this part."""
        found = {*mention.saying.records, *mention.saying.denies}
        if self.is_subject:
            return mention.saying.is_pain and found <= _HIP_PAINS
        if mention.saying.is_pain:
            return found.isdisjoint(_BACK)
        return found <= _HIP_SIGNS or (self.part != _HIP and found <= _LEG_SIGNS)


NO_HEADING: Final = SideHeading()


def heading_below(row: Row, sentence: Sentence, current: SideHeading) -> SideHeading:
    """Return the heading that holds of a sentence: its own, or the one above it where it begins nothing else."""
    if current is NO_HEADING and not row.traits & SIDE:
        return NO_HEADING
    own = _own(row, sentence)
    if own is not None:
        return own
    subject = subject_of_visit(row, sentence)
    if subject is not None:
        return SideHeading(subject, _HIP, is_subject=True)
    return current if current is not NO_HEADING and not _ends(row, current) else NO_HEADING


def heading_behind(sentence: Sentence, current: SideHeading) -> SideHeading:
    """Return the heading that holds behind a sentence: an empty line ends it."""
    return NO_HEADING if sentence.ending == PARAGRAPH else current


def take_heading(row: Row, mentions: Sequence[Mention], heading: SideHeading) -> None:
    """Give the side of the heading to the findings that have none, unless the sentence names sides of its own."""
    if heading is not NO_HEADING:
        if any(side is not heading.side and not _is_compared(row, at) for at, side in _sides(row)):
            return
        first = -1
    elif (hip := _examined_hip(row)) is not None:
        heading, first = SideHeading(next(side for _, side in _sides(row)), _HIP), hip
    else:
        return
    for mention in mentions:
        is_open = mention.side is Side.UNSTATED or (first < 0 and mention.side is Side.BOTH and not row.traits & SIDE)
        is_ours = is_open and heading.covers(mention) and mention.place > first
        if is_ours and (first < 0 or not mention.saying.is_pain or not row.kinds.keys().isdisjoint(_MOVED)):
            mention.side = heading.side


def _examined_hip(row: Row) -> int | None:
    """Return the hip whose side is the only one in a sentence: "R hip flexion 100, IR 5, FADIR painful"."""
    if not row.traits & SIDE or _ACT in row.kinds:
        return None
    named = {side for _, side in _sides(row)}
    if len(named) != 1 or not named <= _ONE:
        return None
    hips = (at for kind in ("joint", "motion") for at in row.kinds.get(kind, ()) if _HIP in row[at].text.split())
    return next((at for at in hips if row[at].side in _ONE or (at and row[at - 1].is_side)), None)


def _own(row: Row, sentence: Sentence) -> SideHeading | None:
    """Return the heading with which a sentence begins, or that it is."""
    colon = next((at for at, item in enumerate(row[:_LONGEST]) if item.text == _COLON), None)
    if colon is None and sentence.ending == STOP and (side := _side_of_moved_hip(row)) is not None:
        return SideHeading(side, _HIP)
    if colon is None and (sentence.ending not in {LINE, STOP} or len(row) > _LONGEST):
        return None
    if colon is None and sentence.ending == STOP and not any(item.concept("joint") for item in row):
        return None  # "Right." answers a question
    title = row[:colon] if colon is not None else row
    if colon is not None and _is_bare_side(row[colon + 1 :]) and _is_title(row, title):
        title = row[:_LONGEST]  # "Affected side: left"
    sides = {side for side in (item.entry.side or item.side for item in title) if side is not Side.UNSTATED}
    if len(sides) != 1 or not sides <= _ONE or not _is_title(row, title):
        return None
    parts = {item.concept("joint") for item in title} - {None}
    if not parts <= _PARTS.keys():
        return NO_HEADING  # "left knee:"
    return SideHeading(sides.pop(), _PARTS[parts.pop() or ""] if parts else _ANY)


def _side_of_moved_hip(row: Row) -> Side | None:
    """Return the side of the hip that a sentence begins with and examines: "L hip IR < 10. FADIR positive."."""
    hip = next((at for at, item in enumerate(row[:_OPENING_ITEMS]) if _HIP in item.text.split()), None)
    if hip is None or "motion" not in row.kinds or _ACT in row.kinds:
        return None
    sides = {side for _, side in _sides(row)}
    is_led = all(item.is_side or item.is_marked(Mark.LINK) for item in row[:hip]) and len(sides) == 1
    is_own = is_led and (row[hip].side in _ONE or any(item.is_side for item in row[:hip]))
    return sides.pop() if is_own and sides <= _ONE else None


def _is_bare_side(behind: Sequence[Item]) -> bool:
    return len(behind) == 1 and behind[0].is_side


def _is_title(row: Row, title: Sequence[Item]) -> bool:
    """Return whether items name a part of the body, its side and that it is examined, and nothing else."""
    for at, item in enumerate(title):
        is_small = item.is_side or item.is_marked(Mark.LINK) or item.concept("filler") or item.text in {_COLON, _COMMA}
        word = row.sentence.words[row.firsts[at]]
        is_place = item.concept("joint") in _PARTS or (item.concept("joint") and len(title) <= _LONGEST)
        if not (is_small or is_place or word in _TITLE_WORDS) or item.entry.cues or item.number >= 0:
            return False
    return True


def _ends(row: Row, current: SideHeading) -> bool:
    """Return whether a sentence begins something else: under a title of its own, or of the other side."""
    colon = next((at for at, item in enumerate(row[:_LONGEST]) if item.text == _COLON), None)
    if colon is not None:
        title = row[:colon]
        is_examined = any(item.concept(kind) for item in title for kind in _EXAMINED)
        if not is_examined or any(item.concept(kind) == name for item in title for kind, name in _ELSEWHERE):
            return True
    return any(side is not current.side and not _is_compared(row, at) for at, side in _sides(row))


def _sides(row: Row) -> Iterator[tuple[int, Side]]:
    if row.traits & SIDE:
        for at, item in enumerate(row):
            side = combine_sides(one for one in (item.entry.side, item.side) if one)
            if side is not Side.UNSTATED:
                yield at, side


def _is_compared(row: Row, at: int) -> bool:
    """Return whether a side stands in brackets or is what another is compared with: "IR 10 (R 30)", "vs R 30"."""
    before = [item.text for item in row[max(0, at - 2) : at]]
    return _OPENING in before or not _COMPARING.isdisjoint(before)
