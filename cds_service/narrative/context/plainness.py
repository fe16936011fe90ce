"""Tell whether a denial is plain: every word of the clause that denies is accounted for, and nothing takes it back.

What is read as the denial of a danger may give advice to wait back. No list of what takes a denial back can be complete
("hardly normal", "no cause for the numbness", "intact until Tuesday"); one of what may stand in a plain denial can. Any
other word costs the denial, which is then not recorded; that the finding is there may still be read.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.context.accounting import BOXES, ENDING, Accounts, deviates, is_downgoing, is_fine
from cds_service.narrative.context.denial_clause import DenialClause
from cds_service.narrative.context.denied_lists import tells
from cds_service.narrative.context.other_level import is_at_other_level
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import Mark, PlainWords
from cds_service.narrative.words.tokenizer import BLANK, EMPTY_BOX

_BEFORE_ANSWER: Final = frozenset({"-", "("})
_LED: Final = 4  # items behind a mention: "infection of the wound"
_COLON, _SLASH, _YES, _SINCE, _WITHOUT = ":", "/", "yes", "since", ("without", "w /")
_NOT: Final = frozenset({"not", "isnt", "wasnt", "cannot", "cant", "hardly", "nor", "neither", "absent", "not since"})
_OBJECT: Final = frozenset({"of", "at", "from", "for", "with", "by", "after", "in", "on", "about"})
_PART: Final = frozenset({"of", "from", "than"})
_FULL_GRADE, _FULL = "5 / 5", 5  # the grade of full strength
_WEAK: Final = frozenset({"4", "3-or-less"})
_BACK_PAIN: Final = ("low-back-pain",)
_UNEVEN: Final = re.compile(r"\b5 / [0-4]\b(?! /)")  # grades of two sides: "L4 5/4"
RETRACTED_WITHIN: Final = 4  # words of the next sentence


class Plainness:
    """Judges the denials of a sentence. `behind`: the next one, which may take them back."""

    def __init__(self, row: Row, mentions: Sequence[Mention], behind: Row | None, words: PlainWords) -> None:
        self._row = row
        self._mentions = mentions
        self._behind = behind
        self._words = words

    def is_plain(self, mention: Mention, denial: int) -> bool:
        """Return whether the denial of a mention by the item at `denial` is plain."""
        clause = DenialClause(self._accounts, mention, denial)
        is_taken_back = self._is_taken_back or is_at_other_level(clause, self._behind)
        return not (clause.unknown or any(check(clause) for check in _CHECKS) or is_taken_back)

    @cached_property
    def _accounts(self) -> Accounts:
        return Accounts(self._row, self._mentions, self._words)

    @cached_property
    def _is_taken_back(self) -> bool:
        """Return whether the next sentence begins by taking back what was said: "Sorry, she is"."""
        if not self._behind:
            return False
        words = f" {' '.join(self._behind.sentence.words[:RETRACTED_WITHIN])} "
        return any(one in words and f" {one} " in words for one in self._words.retracting)


def _is_denied_twice(clause: DenialClause) -> bool:
    """Return whether what denies is itself denied: "not true that she has no", "cannot walk without pain"."""
    accounts = clause.accounts
    before = range(clause.first - 1, clause.start - 1, -1)
    if clause.denies_itself:
        return any(accounts.said(at) in _NOT for at in before)
    if not clause.is_before:
        return any(accounts.said(at) in _NOT for at in range(clause.mention.last + 1, clause.denial))
    is_without = accounts.said(clause.denial).startswith(_WITHOUT)
    for at in before:
        if accounts.is_heading(at):
            return False  # "no red flags: no fever"
        if accounts.negates(at):
            return True
        if not is_without and (at in accounts.own or accounts.is_thing(at)):
            return False
    return False


def _is_of_another(clause: DenialClause) -> bool:
    """Return whether what is denied behind what was over may be something between: "weak after a block, none since"."""
    between = range(clause.mention.last + 1, clause.denial)
    return clause.is_over and any(clause.accounts.is_thing(at) for at in between)


def _is_of_another_kind(clause: DenialClause) -> bool:
    """Return whether a word too vague to tell a finding names something else: "no nerve injury", "no knee trauma"."""
    mention, accounts = clause.mention, clause.accounts
    if not mention.saying.is_asked:
        return False
    at = mention.first - 1
    if at > clause.denial and at not in accounts.own and accounts.is_thing(at):
        return True
    is_without = clause.is_before and accounts.said(clause.denial).startswith(_WITHOUT)
    start = clause.denial if is_without else clause.start  # "right groin pain without injury"
    if any(accounts.is_place(at) for at in range(start, clause.end) if at not in accounts.own):
        return True  # "left hip free from infection"
    behind = range(mention.last + 1, min(clause.end, mention.last + _LED))
    is_led = any(clause.row[at].is_marked(Mark.LINK) for at in behind)
    return is_led and any(at not in accounts.own and accounts.is_thing(at) for at in behind)


def _is_object(clause: DenialClause) -> bool:
    """Return whether a mention belongs to what is denied: "no spread of the cancer", "not normal (retention)"."""
    row, accounts = clause.row, clause.accounts
    inside = {at for one in accounts.mentions for at in range(one.first, one.last + 1)}
    for at in clause.between:
        if row[at].concept("change") == "fine" or (row[at].text == _COLON and at > clause.denial + 1):
            return True
        if at in clause.own or at in inside:
            continue
        if row[at].concept("act") and accounts.said(at).split()[-1] in _OBJECT:
            return True  # "surgery for" is one item
        is_led = at - 1 > clause.denial and accounts.is_thing(at - 1) and not _is_of_pain(clause, at - 1)
        is_next = at >= clause.entry and not any(
            row[one].is_marked(Mark.JOINED) for one in range(at, clause.mention.first)
        )
        if is_led and is_next and accounts.said(at).split()[0] in _OBJECT:
            return True
    return False


def _is_of_pain(clause: DenialClause, at: int) -> bool:
    return clause.row[at].is_marked(Mark.PAIN, Mark.RUN, Mark.RUN_BY_ITSELF) or at in clause.own


def _is_told_apart(clause: DenialClause) -> bool:
    """Return whether an entry of a denied list tells something of its own: "denies pain, foot drop left"."""
    row = clause.row
    entry = range(clause.entry, clause.end)
    if not clause.is_before:
        return False
    if clause.entry == clause.denial + 1:
        return _is_graded(clause)
    if any(row[at].is_marked(Mark.JOINED) for at in range(clause.denial + 1, clause.end)):
        said = range(clause.entry, clause.mention.last + 1)  # "or" may join what is told: "drags the foot or trips"
        is_told = not any(row[at].is_marked(Mark.JOINED) for at in said) and _tells(clause.accounts, said)
        return is_told or _is_graded(clause)
    is_led = row[clause.denial + 1].is_side and row[clause.entry].is_side  # "denies left leg pain, left foot drop"
    has_side = not is_led and any(row[at].is_side or row[at].side is not Side.UNSTATED for at in entry)
    return has_side or any(row[at].number >= 0 for at in entry) or _tells(clause.accounts, entry)


def _tells(accounts: Accounts, part: range) -> bool:
    return tells([word for at in part for word in accounts.said(at).split()])


def _is_graded(clause: DenialClause) -> bool:
    """Return whether a grade found something: "no movement at the ankle, MRC 0"."""
    return any(clause.row[at].concept("grade") for at in clause.mention.results)


def _is_measured_otherwise(clause: DenialClause) -> bool:
    """Return whether a part of normal is told, or a second grade: "50% of normal", "5 | 3"."""
    row = clause.row
    if not clause.denies_itself:
        return False
    if any(row[at].concept("grade") or row[at].text.startswith(_FULL_GRADE) for at in clause.own):
        if _UNEVEN.search(" ".join(row.sentence.words)):
            return True
        unread = (at for at in row.kinds.get("grade", ()) if at not in clause.accounts.own)
        if any(row[at].concept("grade") in _WEAK and _is_of_leg_muscle(clause, at) for at in unread):
            return True  # "5/5 throughout x for L EHL 4/5"
    if any(is_fine(row[at]) and at and clause.accounts.said(at - 1) in _PART for at in clause.own):
        return True
    is_grade = any(0 <= row[at].number <= _FULL for at in clause.own)
    others = (
        row[at].number
        for at in range(clause.start, clause.end)
        if at not in clause.accounts.own and not _is_of_another_reflex(clause, at)
    )
    return is_grade and any(0 <= other < _FULL for other in others)


def _is_of_leg_muscle(clause: DenialClause, at: int) -> bool:
    """Return whether a grade that nobody read stands behind a muscle of the leg."""
    row = clause.row
    named = next(
        (row[one] for one in range(at, -1, -1) if row[one].concept("muscle") or row[one].concept("limb")), None
    )
    return named is not None and named.concept("muscle") == "leg"


def _is_of_another_reflex(clause: DenialClause, at: int) -> bool:
    """Return whether a number is the grade of another reflex than the one that is denied to be lost: "KJ R2 BJ R0"."""
    row, place = clause.row, clause.mention.place
    named = next((one for one in range(at, -1, -1) if row[one].concept("reflex")), place)
    return row[place].concept("reflex") is not None and named != place


def _is_choice(clause: DenialClause) -> bool:
    """Return whether nobody chose it: "good / poor", an empty box beside a ticked one, a gap behind."""
    row = clause.row
    for at in range(clause.start + 1, min(clause.end, len(row) - 1)):
        if row[at].text == _SLASH:
            before, behind = row[at - 1], row[at + 1]
            if (is_fine(before) and deviates(behind)) or (deviates(before) and is_fine(behind)):
                return True
    has_boxes_behind = row[-1].text in BOXES
    box = clause.end if has_boxes_behind else clause.start - 1
    is_empty = 0 <= box < len(row) and row[box].text in {EMPTY_BOX, BLANK}
    others = [at for at, item in enumerate(row) if item.text in BOXES and at != box]
    return (is_empty and bool(others)) or any(item.text == BLANK for item in row[clause.end :])


def _is_turned(clause: DenialClause) -> bool:
    """Return whether what follows limits the denial or takes it back."""
    size = len(clause.row)
    is_since = clause.end < size and clause.accounts.said(clause.end).startswith(_SINCE)  # "no sciatica since 2015"
    if not is_since and any(item.year for item in clause.row[clause.end + 1 : clause.end + 2]):
        return True  # "no injury in the first episode (2019)"
    if _is_but_back_pain(clause):
        return False
    if clause.end < size and (clause.accounts.limits(clause.end) or clause.accounts.leaves_out(clause.end)):
        return not (clause.denies_itself and clause.row[clause.end].text == _YES)  # "can you feel me touch you? Yes"
    ends = [at for at in range(clause.end + 1, size) if clause.row[at].text in ENDING]
    parts = [range(start, end) for start, end in pairwise([clause.end, *ends, size])]
    return any(_turns(clause.accounts, part) for at, part in enumerate(parts) if not _answers(clause, parts, at))


def _is_but_back_pain(clause: DenialClause) -> bool:
    """Return whether all that is left out of a negative test is pain of the back: "SLR neg apart from back pain"."""
    row, end = clause.row, clause.end
    if end + 1 >= len(row) or not clause.accounts.leaves_out(end) or not row[clause.mention.place].concept("test"):
        return False
    behind = [one for one in clause.accounts.mentions if one.first > end]
    return [one.saying.records for one in behind] == [_BACK_PAIN] and behind[0].first == end + 1


def _is_begun(clause: DenialClause) -> bool:
    """Return whether what is denied behind its name began on a day: "saddle numbness: no, since yesterday"."""
    is_behind = not clause.denies_itself and clause.denial > clause.mention.last and not clause.is_over
    behind = range(clause.end, min(clause.end + 2, len(clause.row)))
    return is_behind and any(clause.accounts.said(at).startswith(_SINCE) for at in behind)


def _answers(clause: DenialClause, parts: Sequence[range], at: int) -> bool:
    """Return whether a part answers the entry before it, "fever - no", or says again what is denied: "no, none"."""
    said = [place for place in parts[at] if clause.row[place].text not in ENDING]
    is_answer = bool(said) and all(clause.accounts.answers(place) for place in said)
    if not is_answer or at == 0:
        return is_answer and not clause.denies_itself
    is_named = any(one.place in parts[at - 1] and one is not clause.mention for one in clause.accounts.mentions)
    return is_named and clause.row[parts[at].start].text in _BEFORE_ANSWER


def _turns(accounts: Accounts, part: range) -> bool:
    """Return whether a part of the sentence behind a denial may take it back. What finds another thing does not."""
    if any(accounts.retracts(at) for at in part):
        return True
    if accounts.is_of_arms(part) or any(one.place in part or _is_result_in(one, part) for one in accounts.mentions):
        return False
    if any(accounts.leaves_out(at) for at in part) or _is_loose(accounts, part):
        return True
    others = [at for at in part if not accounts.turns(at) and accounts.row[at].text not in ENDING]
    is_denied = any(accounts.negates(at) for at in others)
    is_known = all(accounts.is_accounted(at) for at in others)
    if any(accounts.turns(at) for at in part):
        return is_denied or not is_known or any(is_fine(accounts.row[at]) for at in others)
    if any(accounts.is_trouble(at) for at in others):
        return False  # "intact, no deficit"
    return is_denied and is_known and not any(accounts.is_thing(at) for at in others)  # "was continent, is not"


def _is_result_in(mention: Mention, part: range) -> bool:
    """Return whether a part of the sentence holds a result of its own: "AJ present right, not left"."""
    is_own = mention.value is FindingValue.ABSENT or mention.side in {Side.LEFT, Side.RIGHT}
    return is_own and any(at in part for at in mention.results)


def _is_loose(accounts: Accounts, part: range) -> bool:
    """Return whether a part of the sentence tells of what is not normal, and not of what: "S2 normal, S3 reduced"."""
    row = accounts.row
    if any(row[at].concept("test") or row[at].concept("topic") == "other" for at in part):
        return False  # "and Babinski's sign is absent"
    is_ticked = row[-1].text not in BOXES
    loose = [at for at in part if at not in accounts.own and deviates(row[at]) and not is_downgoing(row, at)]
    if any(row[at].concept("joint") for at in part) and any("severity" in row[at].entry.qualifiers for at in part):
        return True  # "L3/4 stenosis nil, L4/5 severe"
    return not all(
        at > part.start and (accounts.negates(at - 1) or (is_ticked and row[at - 1].text == EMPTY_BOX)) for at in loose
    )


_CHECKS: Final = (
    _is_denied_twice,
    _is_of_another,
    _is_of_another_kind,
    _is_object,
    _is_told_apart,
    _is_measured_otherwise,
    _is_choice,
    _is_turned,
    _is_begun,
)
