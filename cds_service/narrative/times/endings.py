"""What is said to be over: "sciatica in 2014, gone since", "the weakness had recovered", "numb before the operation".

A word such as "settled" ends the finding that it is said of, wherever that stands before it in the clause, unless it
is not so, not yet so, or the finding came back.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from cds_service.model.sides import Side
from cds_service.narrative.mentions import Mention
from cds_service.narrative.times.before_acts import before_act, is_before_it
from cds_service.narrative.times.ceasing import ceases, may_cease, was_had
from cds_service.narrative.times.of_then import AUXILIARIES
from cds_service.narrative.times.over_now import NO_MORE, is_over_now
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import CueEffect, Mark
from cds_service.narrative.words.traits import OPENING, marked

_ENDINGS: Final = marked(Mark.OVER, Mark.RESTORED, Mark.CEASED, Mark.EARLIER) | OPENING
_REACH: Final = 16  # items between a finding and its end
_MAX_UNKNOWN: Final = 4
_NEAR: Final = 3  # items between "not" and what is not over
_COMMA, _SLASH, _ACT = ",", "/", "act"
_LISTS = (Mark.LIST, Mark.JOINED)
_PRONOUNS = frozenset({"it", "this", "these", "they", "all", "that", "which"})
_CONTRASTS = frozenset({"but", "though", "although", "however"})
_AFTER = frozenset({"after", "following", "during", "post"})
_ARTICLES = frozenset({"the", "her", "his", "my", "their", "this", "that"})
# They begin a clause that only tells how it came to be seen: "the pain for which we saw him has settled".
_RELATING = frozenset({"that", "which", "for", "with", "of", "about", "we", "he", "she", "they", "i", "you"})
_SEEN = frozenset(
    {"saw", "seen", "see", "referred", "presented", "came", "brought", "attended", "admitted", "consulted", "treated"}
    | {"reviewed", "injected", "operated", "complained", "reported", "described", "mentioned", "troubled", "bothered"}
    | {"troubling", "bothering", "listed", "assessed", "discussed"}
)
_LEADING_TO_WHICH, _WHICH, _LEAST = frozenset({"from", "of", "with"}), frozenset({"which", "that"}), 2
_TOWARDS = _ARTICLES | {"in", "into", "at", "on", "to", "over", "around", "in the", "at the", "of the"}
_AUXILIARIES = frozenset({"has", "have", "had", "is", "now", "completely", "fully", "since"})
_TROUBLES = frozenset(
    {"loss", "dysfunction", "antalgic", "weakness", "numbness", "numb", "incontinence", "retention", "fever", "limp"}
)
_SCIATICA, _BACK_AGAIN = "sciatica", ("come back", "came back", "returned", "return")
_NOW: Final = marked(Mark.NOW)
_FUNCTIONS = ("reflex", "reflex-place", "topic")  # heads of what is lost: coming back is its recovery


class Ended(NamedTuple):
    """The ids of the mentions that are over, of those that the same words deny now, and the places of these words."""

    mentions: set[int]
    denied: set[int]
    said: set[int]


def find_ended(items: Row, mentions: Sequence[Mention]) -> Ended:
    """Return what is said to be over."""
    ended: set[int] = set()
    denied: set[int] = set()
    used: set[int] = set()
    for place, item in enumerate(items if mentions and items.traits & _ENDINGS else ()):
        if not item.traits & _ENDINGS:
            continue
        if (item.is_marked(Mark.OVER, Mark.RESTORED) and _is_whole(items, place)) or ceases(items, place):
            found = list(_ended_by(items, mentions, place))
            ended.update(map(id, found))
            used |= {place} if found else set()
            denied.update(id(one) for one in found if is_over_now(items, place, one))
        elif item.is_marked(Mark.EARLIER) or is_before_it(items, place):
            ended.update(id(one) for one in before_act(items, mentions, place))
    ended.update(id(one) for one in mentions if _was_before_now(items, one))
    if items.has_year:
        ended.update(id(one) for one in mentions if was_had(items, one))
    return Ended(ended, denied, used)


def _is_whole(items: Sequence[Item], place: int) -> bool:
    """Return whether a phrase that begins at a comma ends its clause: ", not now", but not ", not now in the foot"."""
    if not items[place].text.startswith(_COMMA):
        return True
    return place + 1 == len(items) or items[place + 1].is_marked(*_LISTS)


def _was_before_now(items: Row, mention: Mention) -> bool:
    """Return whether a pain is told of as what was, and another as what is now: "left hip was painful, now right"."""
    if not mention.saying.is_pain or not items.traits & _NOW:
        return False
    was = any(item.is_marked(Mark.WAS) for item in items[mention.place : mention.last])
    return was and any(item.is_marked(Mark.NOW) for item in items[mention.last :])


def _ended_by(items: Row, mentions: Sequence[Mention], place: int) -> Iterator[Mention]:
    if _is_hindered(items, place) or any(_is_part(items, place, one) for one in mentions):
        return
    ahead = _object(items, mentions, place)
    if ahead is not None:
        if ahead.first > place + 1 or items[place].is_marked(Mark.OVER):
            yield from () if _is_placed(items, ahead, place) else (ahead,)
        return
    last: Mention | None = None
    for mention in sorted(mentions, key=lambda one: -one.last):
        if mention.first >= place or _is_cause(items, mention):
            continue
        if last is not None and not _is_joined(items, mention, last):
            return
        if last is None and (not _is_subject(items, mention, place) or _is_of_other_side(items, mention, place)):
            return
        last = mention
        if items[mention.place].concept(_ACT) is None and _may_end(items, mention, place):
            yield mention


def _is_of_other_side(items: Sequence[Item], mention: Mention, place: int) -> bool:
    """Return whether it is over on the other side: "sciatica right (left resolved)"."""
    side = items[place - 1].entry.side if place and items[place - 1].is_side else None
    return side is not None and {side, mention.side} == {Side.LEFT, Side.RIGHT}


def _is_part(items: Sequence[Item], place: int, mention: Mention) -> bool:
    """Return whether a word is what was found: "bladder control has gone". Behind another result it ends that."""
    is_inside = mention.first <= place <= mention.last and place not in mention.results[1:]
    is_act = items[mention.place].concept(_ACT) is not None
    return is_inside and (not is_act or place in mention.parts)  # "pain (L5) has resolved following the root block"


def _may_end(items: Sequence[Item], mention: Mention, place: int) -> bool:
    """Return whether the word ends such a finding: that something "returned" ends only its loss."""
    if _is_not_back(items, place):
        return mention.saying.is_pain or _SCIATICA in mention.saying.records or _names_loss(items, mention)
    if items[place].is_marked(Mark.CEASED):
        return may_cease(items, mention)
    is_function = any(items[mention.place].concept(kind) for kind in _FUNCTIONS)
    is_lost = is_function and bool(mention.results) and not _names_loss(items, mention)
    return items[place].is_marked(Mark.RESTORED if is_lost else Mark.OVER)


def _names_loss(items: Sequence[Item], mention: Mention) -> bool:
    """Return whether a mention names what is lost as a trouble, which can go: "antalgic gait", "loss of control"."""
    own = items[mention.first : mention.last + 1]
    is_led = any(item.text.startswith("loss") for item in items[max(0, mention.first - 1) : mention.first])
    return is_led or any(not _TROUBLES.isdisjoint(item.text.split()) for item in own)


def _is_not_back(items: Sequence[Item], place: int) -> bool:
    """Return whether what is not back ended, of a pain, or is lost, of a function: "sensation has not returned"."""
    text = items[place].text
    return text.startswith(NO_MORE) and text.endswith(_BACK_AGAIN)


def _is_hindered(items: Sequence[Item], place: int) -> bool:
    """Return whether it is not over, or not for good: "has not recovered", "settled but came back"."""
    before = items[max(0, place - _NEAR) : place]
    start = max((at for at, item in enumerate(before) if item.text == _COMMA), default=-1) + 1
    if any(item.is_marked(Mark.UNENDED) or _denies(item) for item in before[start:]):
        return True
    return any(item.is_marked(Mark.AGAIN) for item in items[place + 1 :])


def _denies(item: Item) -> bool:
    return any(cue.is_before and cue.effect is CueEffect.NEGATED for cue in item.entry.cues)


def _object(items: Sequence[Item], mentions: Sequence[Mention], place: int) -> Mention | None:
    """Return the mention that stands directly behind a word: "settled the sciatica", "settled in the groin"."""
    at = place + 1
    while at < len(items) and (items[at].is_side or items[at].text in _TOWARDS):
        at += 1
    return next((one for one in mentions if one.first <= at <= one.last and one.first > place), None)


def _is_placed(items: Sequence[Item], mention: Mention, place: int) -> bool:
    """Return whether it is only told where it settled, or whether the mention begins something else."""
    between = [item for item in items[place + 1 : mention.first] if not item.is_side]
    return not between or any(item.text not in _ARTICLES for item in between)


def _is_subject(items: Row, mention: Mention, place: int) -> bool:
    """Return whether a word is said of the mention: nothing between them begins something else."""
    between = [item for item in _without_bracket(items[mention.last + 1 : place]) if item.text != _SLASH]  # "6/52"
    if len(between) > _REACH:
        return False
    while (
        between
        and between[-1].text not in _PRONOUNS
        and (AUXILIARIES.issuperset(between[-1].text.split()) or between[-1].is_marked(Mark.DEGREE))
    ):
        between.pop()
    if _is_relative(between):
        return True
    is_open = not between or between[-1].is_marked(*_LISTS) or between[-1].text in _PRONOUNS
    is_referring = bool(between) and between[-1].text in _PRONOUNS
    if _tells_of_visit(items, mention, place):
        return True
    unknown = sum(item.is_unknown for item in between)
    is_cause_told = any(item.text in _AFTER for item in between)
    return unknown <= _MAX_UNKNOWN and not any(
        _begins(item, may_list=is_open, may_contrast=is_referring, is_cause_told=is_cause_told) for item in between
    )


def _tells_of_visit(items: Row, mention: Mention, place: int) -> bool:
    """Return whether all between a mention and its end tells how it came to be seen: "for which we saw him has"."""
    between = items[mention.last + 1 : place]
    first, end = items.words(mention.last + 1, place - 1) if between else (0, 0)
    words = items.sentence.words[first:end]
    if not words or words[0] not in _RELATING or _SEEN.isdisjoint(words):
        return False
    is_plain = all(item.entry.saying is None and not item.is_marked(Mark.LIST) for item in between)
    return is_plain and not _AUXILIARIES.isdisjoint(words[-1:])


def _is_relative(items: Sequence[Item]) -> bool:
    """Return whether a clause only tells of what was spoken of: "the foot drop (from which he suffered) has recovered".

    Nothing in it is unknown, listed or found: else it may tell of something that is not over.
    """
    said = items[1:] if items and items[0].text in _LEADING_TO_WHICH else items
    if len(said) < _LEAST or not (said[0].text in _WHICH or said[0].concept("person")):
        return False
    is_plain = all(cue.effect is CueEffect.HISTORICAL for item in said for cue in item.entry.cues)
    return is_plain and not any(
        item.is_unknown or item.is_marked(*_LISTS, Mark.EXCEPT) or item.entry.saying for item in said
    )


def _without_bracket(items: Sequence[Item]) -> list[Item]:
    """Return items without a bracket at their beginning: "leg pain (L5) has resolved"."""
    ends = [at for at, item in enumerate(items) if item.text == ")"] if items and items[0].text == "(" else []
    return list(items[ends[0] + 1 :]) if ends else list(items)


def _begins(item: Item, *, may_list: bool, may_contrast: bool, is_cause_told: bool) -> bool:
    """Return whether an item begins something else than what was spoken of."""
    if item.is_marked(*_LISTS):
        return not may_list
    if item.is_marked(Mark.STOP):
        is_passed = AUXILIARIES.issuperset(item.text.split()) and item.text not in {"now", "since"}
        return not (is_passed or (may_contrast and item.text in _CONTRASTS))
    saying = item.entry.saying
    return saying is not None and not saying.is_site and not is_cause_told


def _is_cause(items: Sequence[Item], mention: Mention) -> bool:
    """Return whether a mention is but what another followed: "retention after hernia repair, settled"."""
    is_act = items[mention.place].concept(_ACT) is not None  # which may begin at what was operated on, before "after"
    named = mention.place if is_act else mention.first
    return any(item.text in _AFTER for item in items[max(0, named - _NEAR) : named])


def _is_joined(items: Sequence[Item], mention: Mention, behind: Mention) -> bool:
    """Return whether what is over includes an earlier mention: "back pain and sciatica settled"."""
    if mention.chain and mention.chain == behind.chain:
        return True
    between = items[mention.last + 1 : behind.first]
    is_list = any(item.is_marked(*_LISTS) and item.text != _COMMA for item in between)
    return is_list and all(item.is_side or item.is_marked(Mark.LINK, *_LISTS) for item in between)
