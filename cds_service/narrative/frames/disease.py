"""The frame of diseases: a disease and the joint, structure or level it is at, in any order."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from cds_service.model.sides import Side
from cds_service.narrative.frames.clause import ABOUT, PLACE_KINDS, Clause, Slot, is_about
from cds_service.narrative.frames.frame import Frame
from cds_service.narrative.frames.grades import NUMERAL, SCALE, severity_at
from cds_service.narrative.frames.place_table import find_meanings, is_place
from cds_service.narrative.frames.slot_sides import MODIFIER, side_of
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import CueEffect, Mark, PhraseMeaning

_DISEASE, _AFTER = "disease", "act"
_SEVERITY = "severity"
_SCALE_REACH = 8  # items between a disease and the grade of its films
_NAME_REACH = 3  # items between a disease and the operation called after it
_OTHER: Final = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}
_PAIRS = frozenset({"hips", "hip joints"})
_ADJECTIVES = frozenset({"degenerative", "degenerate", "worn"})  # "degenerative listhesis"
_LUMBAR, _SPINE = "lumbar", frozenset({"lumbar", "back"})
_ON = frozenset({"on", "on the"})
_SLIP, _PICTURE = "slip", "picture"
_LISTS = (Mark.LIST, Mark.JOINED)
_PARTS_OF_HIP: Final = frozenset({"labrum", "femoral-head", "gluteal", "trochanter"})
_OWN_JOINT: Final = {"ankle-foot-disorder": "foot", "knee-disorder": "knee"}
_STUDY: Final = "electrodiagnostics"
_DENIED_WITHIN: Final = 3  # items between a denial and its disease: "no significant OA"
_LEADING_TO_SIDES, _ENTRY = frozenset({"-", ":", ",", "(", ";"}), 5  # "OA hips: R mod, L mild"
_LEADING = _ON | {"the", "grade", "(", ")", "-", "change", "changes"}
_OPERATED = frozenset({("hernia", "repair")})  # an operation's name, and no disease that is there


class DiseaseFrame(Frame):
    """Reads a disease with its joint or spinal level: "DJD of both hips", "severe L4-5 stenosis"."""

    name = "disease"
    kinds = frozenset({_DISEASE, SCALE, NUMERAL, *PLACE_KINDS, "showing", MODIFIER, ABOUT})
    heads = frozenset({_DISEASE, SCALE})

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield each disease whose place makes it a finding."""
        found = list(self._find(row))
        closing = _closing_side(row) if found else Side.UNSTATED
        yield from (replace(one, side=closing) if one.side is Side.UNSTATED else one for one in found)

    def _find(self, row: Row) -> Iterator[Mention]:
        clause = Clause(row, PLACE_KINDS, frozenset({_DISEASE, _AFTER, SCALE}))
        heads = row.kinds.get(_DISEASE, [])
        placed = {head: clause.around(head) for head in heads}
        for at, head in enumerate(heads):
            if not (self._is_operation(row, head) or is_about(row, head) or _is_fall(row, head)):
                slots = placed[head]
                if not any(is_place(row[slot.at]) for slot in slots):
                    slots += [
                        one for other in heads[max(0, at - 1) : at + 2] for one in _shared(row, placed, other, head)
                    ]
                yield from self._at(row, head, row[head].concept(_DISEASE) or "", slots)
        for scale in row.kinds.get(SCALE, []):
            severity = severity_at(row, scale)
            if severity and not any(abs(head - scale) <= _SCALE_REACH for head in heads if self._is_graded(row, head)):
                yield from self._at(row, scale, row[scale].concept(SCALE) or "", clause.around(scale))

    def _is_graded(self, row: Row, head: int) -> bool:
        """Return whether a disease is one that films are graded by."""
        table = self.table.get(row[head].concept(_DISEASE) or "", {})
        return any(_SEVERITY in meaning.takes for meaning in table.values())

    def _at(self, row: Row, head: int, name: str, slots: list[Slot]) -> Iterator[Mention]:
        if _LUMBAR in self.table.get(name, {}) and not any(is_place(row[slot.at]) for slot in slots):
            slots = [*slots, *_only_spine(row, head)]
        table = self.table.get(name, {})
        found = find_meanings(table, row, slots)
        if not found and all(slot.is_listed or not slot.is_inside for slot in slots):
            found = find_meanings(table, row, [])  # the title tells of another place: "XR pelvis: no AVN"
        for meaning, places in found:
            mention = self._mention(row, head, meaning, _of_own_joint(row, meaning, places))
            if mention.side is Side.UNSTATED:
                mention.side = _side_of_sentence(row, mention, table)
            graded = list(_of_graded_sides(row, mention)) if SCALE in row.kinds else []
            yield from graded or _of_listed_sides(row, mention) or (mention, *_of_other_side(row, mention))

    def _mention(self, row: Row, head: int, meaning: PhraseMeaning, places: list[Slot]) -> Mention:
        span = (head, *(slot.at for slot in places if slot.is_inside))
        first, last = min(span), max(span)
        mention = Mention(head, meaning, first, last, parts=(head, *(slot.at for slot in places)))
        is_told = not all(slot.is_listed and not slot.is_inside for slot in places)
        mention.side, mention.is_sided = side_of(row, head, places if is_told else (), first, last), True
        if (
            mention.side is Side.UNSTATED
            and any(row[slot.at].text in _PAIRS for slot in places)
            and not _names_side(row)
        ):
            mention.side = Side.BOTH
        near = [at for at in row.kinds.get(SCALE, ()) if first - _SCALE_REACH <= at <= last + _SCALE_REACH]
        scales = [head] if head in near else near
        grades = {severity_at(row, at) for at in scales} - {None}
        if _SEVERITY in meaning.takes and len(grades) == 1:
            mention.qualifiers[_SEVERITY] = grades.pop() or ""
        return mention

    def _is_operation(self, row: Row, head: int) -> bool:
        """Return whether a disease is only what an operation beside it is called after: "hernia repair"."""
        near = [at for at in row.kinds.get(_AFTER, ()) if abs(at - head) <= _NAME_REACH]
        return any(
            (row[head].concept(_DISEASE), row[at].concept(_AFTER)) in _OPERATED
            and not any(item.is_marked(Mark.STOP, Mark.LIST) for item in row[min(at, head) + 1 : max(at, head)])
            for at in near
        )


def _of_own_joint(row: Row, meaning: PhraseMeaning, places: list[Slot]) -> list[Slot]:
    """Return the places of a disease without those of another joint: "R hip OA and plantar fasciitis"."""
    own = next((_OWN_JOINT[one] for one in meaning.records if one in _OWN_JOINT), None)
    return [slot for slot in places if own is None or row[slot.at].concept("joint") in (None, own)]


def _shared(row: Row, placed: Mapping[int, list[Slot]], other: int, head: int) -> list[Slot]:
    """Return the joints of the disease beside, if only a denial leads on: "L hip labral tear, no OA"."""
    between = row[min(other, head) + 1 : max(other, head)]
    last = [*between[-_DENIED_WITHIN:], *(row[max(0, head - 2) : head] if head < other else ())]
    is_denied = any(cue.effect is CueEffect.NEGATED for item in last for cue in item.entry.cues)
    is_next = all(
        item.is_side or item.entry.cues or item.concept("joint") or item.is_marked(Mark.LINK, *_LISTS)
        for item in between
    )
    if other == head or not (is_denied and is_next):
        return []
    return [Slot(slot.at, False, True) for slot in placed[other] if row[slot.at].concept("joint")]


def _is_fall(row: Row, head: int) -> bool:
    """Return whether a slip is perhaps none of a vertebra, as no picture is named."""
    is_level = any(item.concept("root") for item in row[max(0, head - 1) : head + 2])  # "unstable L4/5 slip"
    return row[head].concept(_DISEASE) == _SLIP and _PICTURE not in row.kinds and not is_level


def _only_spine(row: Row, head: int) -> Iterator[Slot]:
    """Yield the lumbar spine if a sentence names it and no other joint: "L4/5 protrusion on the left, no stenosis"."""
    places = row.kinds.get("joint", ()) if row[head].text not in _ADJECTIVES else ()
    if places and all(row[at].concept("joint") in _SPINE for at in places):
        yield Slot(places[0], is_inside=False, is_listed=True)


def _names_side(row: Row) -> bool:
    return any(item.is_side or item.side is not Side.UNSTATED for item in row)


def _side_of_sentence(row: Row, mention: Mention, table: Mapping[str, PhraseMeaning]) -> Side:
    titled = _titled_side(row, mention, table)
    return _listed_side(row, mention) if titled is Side.UNSTATED else titled


def _titled_side(row: Row, mention: Mention, table: Mapping[str, PhraseMeaning]) -> Side:
    """Return the only side of a sentence if a picture of a hip has it, or a study of a leg, that shows a disease.

    "MR arthrogram of L hip showed a labral tear and cam deformity", "EMG RLE: L5 radiculopathy".
    """
    sides = [at for at, item in enumerate(row) if item.is_side or item.side is not Side.UNSTATED]
    end = next((at for at in range(mention.first) if row[at].text == ":" or row[at].concept("showing")), 0)
    if len(sides) != 1 or not end or sides[0] >= end or row[sides[0]].entry.side is None:
        return Side.UNSTATED
    title = row[:end]
    joint = "leg" if _LUMBAR in table else "hip"
    is_seen = any(item.concept(_PICTURE) or _is_study(item) for item in title)
    joints = {item.concept("joint") for item in (*title, *(row[at] for at in mention.parts))} - {None, _LUMBAR}
    return row[sides[0]].entry.side or Side.UNSTATED if is_seen and joints == {joint} else Side.UNSTATED


def _listed_side(row: Row, mention: Mention) -> Side:
    """Return the only side of a sentence if a hip has it, and lists a part of one: "L hip OA, labral tear"."""
    sides = [at for at, item in enumerate(row) if item.is_side or item.side is not Side.UNSTATED]
    heads = [at for at in row.kinds.get(_DISEASE, ()) if at < mention.first]
    if len(sides) != 1 or not heads or row[sides[0]].entry.side is None or not sides[0] < heads[-1]:
        return Side.UNSTATED
    is_of_hip = any(row[at].concept("structure") in _PARTS_OF_HIP for at in mention.parts)
    is_hip = any(item.concept("joint") == "hip" for item in row[sides[0] : heads[-1]])
    is_next = all(
        item.is_marked(Mark.LINK, *_LISTS) or item.concept(MODIFIER) or item.entry.qualifiers
        for item in row[heads[-1] + 1 : mention.first]
    )
    return row[sides[0]].entry.side or Side.UNSTATED if is_of_hip and is_hip and is_next else Side.UNSTATED


def _is_study(item: Item) -> bool:
    return item.entry.saying is not None and _STUDY in item.entry.saying.records


def _closing_side(row: Row) -> Side:
    """Return the only side of a sentence if it stands at the end by itself: "labral tear, cam-type FAI, right"."""
    sides = [at for at, item in enumerate(row) if item.is_side or item.side is not Side.UNSTATED]
    is_last = len(sides) == 1 and row[sides[0]].is_side and row[sides[0]].entry.side is not None
    if not is_last or sides[0] < 1:
        return Side.UNSTATED
    is_bracketed = row[sides[0] - 1].text == "(" and sides[0] == len(row) - 2
    is_closing = row[sides[0] - 1].text == "," and sides[0] == len(row) - 1
    return row[sides[0]].entry.side or Side.UNSTATED if is_bracketed or is_closing else Side.UNSTATED


def _of_graded_sides(row: Row, mention: Mention) -> Iterator[Mention]:
    """Yield the mention of each side that has a grade of its own: "hip OA, KL 4 on the right, KL 2 on the left"."""
    if mention.side is not Side.UNSTATED or _SEVERITY not in mention.saying.takes:
        return
    for scale in row.kinds[SCALE]:
        at = scale + 1
        while at < len(row) and (row[at].number >= 0 or row[at].text in _LEADING or row[at].concept("grade")):
            at += 1
        severity = severity_at(row, scale)
        if severity and at < len(row) and row[at].is_side and row[at].entry.side in _OTHER:
            qualifiers = {_SEVERITY: severity}
            yield replace(mention, side=row[at].entry.side or Side.UNSTATED, qualifiers=qualifiers)


def _of_listed_sides(row: Row, mention: Mention) -> list[Mention]:
    """Return the mention of each side, if both stand behind it with a severity: "OA hips - R mod, L mild"."""
    start = mention.last + 1
    is_led = start < len(row) and row[start].text in _LEADING_TO_SIDES
    if not is_led or _SEVERITY not in mention.saying.takes:
        return []
    found: list[Mention] = []
    while start < len(row) and row[start].text in _LEADING_TO_SIDES and len(found) < len(_OTHER):
        side = next((item.entry.side for item in row[start : start + _ENTRY] if item.is_side), None)
        entry = _severity_of_side(row, start + 1, side) if side in _OTHER else None
        if side is None or entry is None:
            return []
        qualifiers = {_SEVERITY: entry[0]}
        found.append(replace(mention, first=start, last=entry[1], side=side, qualifiers=qualifiers))
        start = entry[1] + 1
    return found if {one.side for one in found} == _OTHER.keys() else []


def _of_other_side(row: Row, mention: Mention) -> Iterator[Mention]:
    """Yield the mention of the other side behind a comma, with a severity of its own: "moderate OA R hip, mild L"."""
    other = _OTHER.get(mention.side)
    comma = next((at for at in range(mention.last + 1, len(row)) if row[at].is_marked(Mark.LIST)), len(row))
    if (
        other is None
        or _SEVERITY not in mention.saying.takes
        or any(row[at].entry.cues for at in range(mention.last + 1, comma))
    ):
        return
    entry = _severity_of_side(row, comma + 1, other)
    if entry is not None:
        said, end = entry
        yield replace(
            mention,
            first=comma + 1,
            last=end,
            side=other,
            parts=(*range(comma + 1, end + 1),),
            qualifiers={_SEVERITY: said},
        )


def _severity_of_side(row: Row, start: int, side: Side) -> tuple[str, int] | None:
    """Return how severe it is on a side, and where this ends, if an entry tells no more: "mild L", "left is mild"."""
    said, is_side, at = "", False, start
    while at < len(row) and not (row[at].is_marked(Mark.LIST, Mark.STOP) or row[at].text == "("):
        item = row[at]
        if item.is_side:
            if item.entry.side is not side or is_side:
                return None
            is_side = True
        elif _SEVERITY in item.entry.qualifiers and not said:
            said = item.entry.qualifiers[_SEVERITY]
        elif not (item.is_marked(Mark.LINK) or item.concept("showing")) or item.entry.cues or item.number >= 0:
            return None
        at += 1
    return (said, at - 1) if said and is_side else None
