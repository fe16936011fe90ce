"""The frame of acts: an operation, an injection or a therapy, with its agent and the joint or level, in any order."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import takewhile
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.frames.clause import ABOUT, PLACE_KINDS, Clause, Slot, is_about
from cds_service.narrative.frames.frame import Frame
from cds_service.narrative.frames.place_table import UNSAID, find_meanings
from cds_service.narrative.frames.slot_sides import side_of
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import CueEffect, Mark, PhraseMeaning

_ACT, _AGENT, _TRIED, _RESPONSE = "act", "agent", "tried", "response"
_INJECTION, _INTO, _REFUSAL = "injection", "into", "refusal"
_REFUSED_WITHIN = 4  # items between an act and the word that declines it
_NAMED_ALONE = "physio"  # a plan's word as often: it was had if something is told of it
_INJECTED = frozenset({"steroid", "cortisone", "triamcinolone", "methylprednisolone", "betamethasone"})
_FILLER = "filler"
_FOR, _COUNT, _ONE = "for", "count", frozenset({"a", "one", "about a"})
_COUNT_WITHIN = 3  # words
_COUNTED, _SINCE = re.compile(r"x[0-9]+|daily|weekly|fortnightly|ongoing"), "since"  # "physio x10"
_PT, _LISTS = "pt", (Mark.LIST, Mark.JOINED)
_VISITS: Final = frozenset({"visit", "visits", "session", "sessions", "appointments", "weeks", "wks", "wk", "months"})
_THERAPIES = frozenset({"physical-therapy", "physio"})
_OURS: Final = frozenset({"hip", "lumbar", "leg", "back"})  # the parts of the body whose therapy counts
_AFTER: Final = frozenset({"after", "following", "since"})
_NEAR = 6  # items between a therapy and the part of the body that it is for
_MISSED: Final = frozenset(
    {"did not attend", "never attended", "dna", "dnad", "dnaed", "none attended", "failed to attend", "didnt attend"}
)
_WEEKDAYS: Final = frozenset(
    {"mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays", "sundays", "tomorrows"}
)
_OTHER: Final = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}
_SMALL, _LONGEST_DATES = frozenset({"in", "the", "hip", "one"}), 8
_HEMI: Final = "hemi"
_LAST, _EXERCISE = "last", "exercise"
_ANSWERED: Final = frozenset({":", "-"})  # "Physio - none"
_ANY, _NONE_BEFORE = frozenset({"any", "his", "her", "for", "to"}), frozenset({"no previous", "no prior"})
_DRUG: Final = "nsaid"  # it is taken for the whole body
_PART_OF_OTHERS = frozenset({"epidural"})  # "epidural lipomatosis"
# Which agent names an injection of several: what else is injected numbs, or makes it visible.
_AGENTS: Final = ("steroid", "biologic", "other-agent", "anaesthetic")
# What is done to a structure may have a name of its own.
_NAMED_BY_STRUCTURE: Final = {("excision", "disc"): "discectomy"}


class ActFrame(Frame):
    """Reads what was done, and where: "Injection of steroid into joint of hip", "Fusion, L5-S1"."""

    name = "act"
    kinds = frozenset({_ACT, _AGENT, _TRIED, _INTO, ABOUT, *PLACE_KINDS})
    heads = frozenset({_ACT, _INTO, _AGENT})

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield each act that is a finding where it was done."""
        clause = Clause(row, frozenset({_AGENT, *PLACE_KINDS}), frozenset({_ACT, "disease", "refusal"}))
        for head in (*row.kinds.get(_ACT, ()), *self._put_into(row), *self._at_joint(row)):
            slots = _of_own_joint(row, head, clause.around(head))
            name = self._name(row, head, slots)
            yield from self._therapy_beside(row, head)
            if self._is_nothing(row, head, name):
                continue
            if name == _HEMI and any(item.is_side for item in row[head + 1 : head + 2]):
                slots = [slot for slot in slots if not slot.is_listed]  # "hemi R, hip stiff" may be half a body
            for meaning, places in self._meanings(row, name, slots):
                agents = [slot for slot in slots if row[slot.at].concept(_AGENT)]
                beside = agents if places else [slot for slot in agents if slot.at == head + 1]
                yield self._mention(row, head, meaning, places, beside)

    def _meanings(self, row: Row, name: str, slots: list[Slot]) -> list[tuple[PhraseMeaning, list[Slot]]]:
        """Return what an act is at its places, or by itself where those of a list are another's."""
        table = self.table.get(name, {})
        found = find_meanings(table, row, slots)
        is_anothers = not found and bool(slots) and all(slot.is_listed for slot in slots)
        return find_meanings(table, row, []) if is_anothers else found

    def _is_nothing(self, row: Row, head: int, name: str) -> bool:
        """Return whether an act is only named, meant, or declined."""
        is_first = head <= _REFUSED_WITHIN and row[0].text == _FOR  # "For injection of the hip."
        is_part = name in _PART_OF_OTHERS and head + 1 < len(row) and _is_noun(row[head + 1])
        is_bare = name == _NAMED_ALONE and not self._is_told_of(row, head)
        is_for_others = name in _THERAPIES and _is_of_another_part(row, head)
        is_stiff = row[head].concept("result") is not None and "motion" in row.kinds  # "rotation of the hip blocked"
        is_named = (
            _is_to_come(row, head) or is_first or is_stiff or is_part or is_bare or is_for_others or is_about(row, head)
        )
        return is_named or self._is_refused(row, head)

    def _therapy_beside(self, row: Row, head: int) -> Iterator[Mention]:
        """Yield the physical therapy that a list names in capitals beside a treatment: "PT 12 visits, NSAIDs"."""
        meaning = self.table.get("physical-therapy", {}).get(UNSAID)
        if meaning is None or _PT not in row.sentence.words:
            return
        for at in _listed_beside(row, head):
            if _is_short(row, at):
                yield Mention(at, meaning, at, at, parts=(at,), is_sided=True)
        for at in range(max(0, head - _NEAR), min(len(row) - 2, head + _NEAR)):
            is_counted = row[at + 1].number >= 0 and row.sentence.words[row.firsts[at + 2]] in _VISITS
            if is_counted and _is_short(row, at):
                yield Mention(at, meaning, at, at + 2, parts=(at,), is_sided=True)

    def _put_into(self, row: Row) -> Iterator[int]:
        """Yield each "into" behind an agent: "lidocaine into the hip"."""
        for at in row.kinds.get(_INTO, ()):
            before = [item for item in row[max(0, at - _NEAR) : at] if not item.is_marked(Mark.LINK)]
            while before and (
                before[-1].concept(_FILLER)
                or (len(before) > 1 and before[-1].is_unknown and not before[-1].entry.concepts)
            ):
                before.pop()  # "lidocaine only into", "40 mg into"
            if before and before[-1].concept(_AGENT):
                yield at

    def _at_joint(self, row: Row) -> Iterator[int]:
        """Yield each steroid that stands behind a joint and before a date or an amount: "left hip cortisone 01/14"."""
        is_list = any(row[at].concept(_ACT) == _INJECTION for at in row.kinds.get(_ACT, ()))
        if _ACT in row.kinds and not is_list:
            return
        for at in row.kinds.get(_AGENT, ()):
            behind = row[at + 1 : at + 2]
            is_told = bool(behind) and (behind[0].number >= 0 or behind[0].is_side)
            is_told = is_told or (
                is_list and (not behind or behind[0].is_marked(*_LISTS))
            )  # "hip PRP, then hip steroid"
            if is_told and at and row[at - 1].concept("joint") and row[at].text in _INJECTED:
                yield at

    def _is_told_of(self, row: Row, head: int) -> bool:
        """Return whether words beside an act tell how long, how often or how well it went."""
        before = row[max(0, head - _REFUSED_WITHIN) : head]
        is_given = _EXERCISE in row[head].text  # what was given is a sheet of exercises
        if any(
            (item.concept(_TRIED) and not is_given) or _denies(item) or item.text in _NONE_BEFORE for item in before
        ):
            return True
        if _is_denied_behind_colon(row, head) or _missed_at(row, head) is not None:
            return True
        around = before + row[head + 1 : head + 1 + _REFUSED_WITHIN]
        behind = list(takewhile(lambda item: item.text != ",", row[head + 1 : head + 1 + _REFUSED_WITHIN]))
        words = row.sentence.words[row.firsts[head] + 1 : row.firsts[head] + 1 + _COUNT_WITHIN]
        is_counted = any(_COUNTED.fullmatch(word) for word in takewhile(lambda word: word != ",", words))
        if is_counted or (head + 1 < len(row) and row[head + 1].text.startswith(_SINCE)):
            return True
        told = any(item.number >= 0 or _is_count(item) for item in (*row[max(0, head - 3) : head], *behind))
        return told or any(_RESPONSE in item.entry.qualifiers for item in around)

    def _is_refused(self, row: Row, head: int) -> bool:
        near = [at for at in row.kinds.get(_REFUSAL, ()) if abs(at - head) <= _REFUSED_WITHIN]
        between = (row[min(at, head) + 1 : max(at, head)] for at in near)
        return any(not any(item.is_marked(Mark.STOP, Mark.LIST) for item in items) for items in between)

    def _name(self, row: Row, head: int, slots: list[Slot]) -> str:
        """Return what an act is called: an injection by its agent."""
        act = row[head].concept(_ACT) or ""
        if act not in (_INJECTION, ""):
            found = (_NAMED_BY_STRUCTURE.get((act, row[slot.at].concept("structure") or "")) for slot in slots)
            return next((name for name in found if name), act)
        places = (head,) if row[head].concept(_AGENT) else (head, *(slot.at for slot in slots))
        agents = {row[at].concept(_AGENT) for at in _with_mixed(row, places)}
        return next((agent for agent in _AGENTS if agent in agents), act)

    def _mention(self, row: Row, head: int, meaning: PhraseMeaning, places: list[Slot], agents: list[Slot]) -> Mention:
        slots = [*places, *agents]
        span = (head, *(slot.at for slot in slots if slot.is_inside))
        parts = (head, *(slot.at for slot in slots))
        mention = Mention(head, self._had(row, head, meaning), min(span), max(span), parts=parts)
        mention.is_sided = True
        missed = _missed_at(row, head) if row[head].concept(_ACT) in _THERAPIES else None
        if missed is not None:
            mention.value, mention.results = FindingValue.ABSENT, (missed,)
        if row[head].concept(_ACT) != _DRUG:
            side = side_of(row, head, places, mention.first, mention.last)
            mention.side = Side.BOTH if _is_followed_by_other(row, mention.last, side) else side
        return mention

    def _had(self, row: Row, head: int, meaning: PhraseMeaning) -> PhraseMeaning:
        """Return the meaning of what was tried in the past, and told with its outcome: that it was had."""
        is_tried = _TRIED in row.kinds and row.kinds[_TRIED][0] < head
        is_told = is_tried and any(_RESPONSE in item.entry.qualifiers for item in row)
        return replace(meaning, past=meaning.records[0]) if is_told and meaning.records else meaning


def _of_own_joint(row: Row, head: int, slots: list[Slot]) -> list[Slot]:
    """Return the slots of an act, without what only hurts after it: "pain right hip after left knee arthroscopy".

    Nor with a joint that is denied by itself: "right hip steroid injection, left hip none".
    """
    kept = [slot for slot in slots if not (slot.at > head and _is_denied_alone(row, slot.at))]
    slots = kept if any(row[slot.at].concept("joint") for slot in kept) else slots
    after = next((at for at in range(head - 1, -1, -1) if row[at].text in _AFTER), None)
    if after is None or not any(after < slot.at and row[slot.at].concept("joint") for slot in slots):
        return slots
    return [slot for slot in slots if slot.at > after]


def _is_denied_alone(row: Row, at: int) -> bool:
    """Return whether a joint stands between a comma and a denial that ends its clause."""
    before = next((item for item in reversed(row[:at]) if not (item.is_side or item.is_marked(Mark.LINK))), None)
    is_denied = at + 1 < len(row) and _denies(row[at + 1])
    is_end = at + 2 >= len(row) or row[at + 2].is_marked(*_LISTS)
    return is_denied and is_end and before is not None and before.is_marked(Mark.LIST)


def _listed_beside(row: Row, head: int) -> Iterator[int]:
    """Yield the entries of one word that are listed beside an act: "PT, chiro, NSAIDs"."""
    for step in (-2, 2):
        at = head + step
        while 0 <= at < len(row) and abs(at - head) <= _NEAR and row[at - step // 2].is_marked(*_LISTS):
            yield at
            at += step


def _is_followed_by_other(row: Row, last: int, side: Side) -> bool:
    """Return whether the other side follows with a year of its own: "right hip replaced 2015 and the left in 2019"."""
    if side not in _OTHER or not row.has_year:
        return False
    behind = [item for item in row[last + 1 : last + 1 + _LONGEST_DATES] if item.text not in _SMALL]
    texts = ["year" if item.year else "side" if item.entry.side is _OTHER[side] else item.text for item in behind[:4]]
    return texts[:1] == ["year"] and texts[1:2] in (["and"], [","]) and texts[2:] == ["side", "year"]


def _missed_at(row: Row, head: int) -> int | None:
    """Return the place of the word that says that a therapy was never attended: "DNA physio x2"."""
    at = head - 1
    while at > 0 and row[at].text in _ANY:
        at -= 1
    if at >= 0 and row[at].text in _MISSED:
        return at
    answer = head + 2
    is_answer = answer < len(row) and row[head + 1].text in _ANSWERED and row[answer].text in _MISSED
    return answer if is_answer else None


def _is_to_come(row: Row, head: int) -> bool:
    """Return whether an act may be one of a day to come: "Thursday's operation", but not "last Thursday's"."""
    first = row.firsts[head]
    words = row.sentence.words[max(0, first - _COUNT_WITHIN) : first]
    return not _WEEKDAYS.isdisjoint(words) and _LAST not in row.sentence.words[:first]


def _is_denied_behind_colon(row: Row, head: int) -> bool:
    """Return whether an act is a title whose answer denies it: "Physio: nil"."""
    answer = row[head + 2 : head + 3]
    return bool(answer) and row[head + 1].text in _ANSWERED and _denies(answer[0])


def _is_short(row: Row, at: int) -> bool:
    """Return whether "PT" stands at a place, as written in capitals."""
    return row[at].text == _PT and row.sentence.spellings[row.firsts[at]].isupper()


def _with_mixed(row: Row, places: Iterable[int]) -> Iterator[int]:
    """Yield places, and those of what is mixed with an agent at one of them: "triamcinolone/lidocaine"."""
    for at in places:
        yield at
        for other in (at - 2, at + 2):
            if (
                0 <= other < len(row)
                and row[at].concept(_AGENT)
                and row[other].concept(_AGENT)
                and row[(at + other) // 2].is_marked(Mark.JOINED)
            ):
                yield other


def _is_of_another_part(row: Row, head: int) -> bool:
    """Return whether a therapy stands near other parts of the body alone: "it helped the shoulder"."""
    near = {row[at].concept("joint") for at in row.kinds.get("joint", ()) if abs(at - head) <= _NEAR}
    return bool(near) and near.isdisjoint(_OURS)


def _is_count(item: Item) -> bool:
    """Return whether a word counts more than one: "six sessions"."""
    return item.concept(_COUNT) is not None and item.text not in _ONE


def _is_noun(item: Item) -> bool:
    return item.is_unknown and not item.entry.concepts


def _denies(item: Item) -> bool:
    return any(cue.effect is CueEffect.NEGATED for cue in item.entry.cues)
