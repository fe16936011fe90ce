"""Look around a word for where a pain goes: the words that lead there, and those that it follows."""

from collections.abc import Sequence
from itertools import islice
from typing import Final

from cds_service.narrative.frames.sites import ASPECT, DOMINANCE, PRONOUN, QUALITY, RUN
from cds_service.narrative.frames.subject import is_denial
from cds_service.narrative.words.items import Item, Role
from cds_service.narrative.words.lexicon import DAY, Mark

POINTING: Final = "point"  # who points to a place says that it hurts there
_MOVE: Final = "move"
WAY: Final = "way"  # a direction: needs a pain, or another word of radiation, before it
THE: Final = frozenset({"the", "this", "that", "his", "her", "my"})  # before "pain": the one spoken of
ACTION: Final = "action"  # "walking", "flexion": pain goes on behind what brings it on
_COMMA, _SINCE, _OF, _DASH, _AND = ",", "since", "of", "-", "and"
_RELATIVES = frozenset({"which", "that", "now", "then", "since", "has now", "have now"})
_NOT, _BUT, _BEFORE_NOT = frozenset({"not", "never"}), "but", frozenset({",", "but", "-", "("})
_PRONOUNS = frozenset({"which", "that"})
_TODAY, _SCALE = frozenset({"today", "currently"}), frozenset({"/"})  # "3/10"
_IT_IS = frozenset({"it is", "its", "it was", "this is", "means", "he means", "she means"})
_ITSELF = "itself"
_WHOLLY = frozenset({"all", "mainly", "mostly", "more", "really", "actually", "just", "only", "round"})
_HAS = frozenset({"that", "which", "has", "had", "have"})  # "pain that has gone into the leg"
_GOING = frozenset(
    {
        "moving",
        "moving into",
        "moving down",
        "spreading",
        "shooting",
        "tracking",
        "travelling",
        "traveling",
        "extending",
        "creeping",
        "radiating",
        "spilling into",
    }
)
_TO, _WHERE = frozenset({"to", "into"}), frozenset({"in", "at", "over", "around", "about", "across"})
_IS_WHERE = frozenset({"is in", "are in", "was in", "were in", "is at", "is over", "is around"})
_MAX_WORDS = 2  # between a pain and where it is
_BEGUN, _ORIGIN, _ON = "begun", "origin", "on"  # "since", "it starts in", "on the right"
_OCCASION, _CHANGE, _WORSE = "occasion", "effect", "worse"  # "when walking", "is worst in the groin"
_MAX_UNKNOWN = 3  # unknown words between a pain and the word that says where it goes
_REACH = 8  # items that are looked at


def leads_to_run(items: Sequence[Item], place: int, *, runs: bool) -> bool:
    """Return whether a few unknown words lead on to where the pain goes: "radiating by now down the leg"."""
    unknown, is_dated = 0, False
    for at, item in enumerate(islice(items, place, place + _REACH), place):
        if item.role is Role.RUN:
            return not is_dated and (runs or item.concept(RUN) != WAY)
        if item.text == _SINCE:
            is_dated = True  # "since May, spreading into the buttock", but not "since going to the clinic"
            continue
        if item.text == _COMMA and at + 1 < len(items) and items[at + 1].text in _GOING:
            return True
        if item.is_unknown and (item.concept(ASPECT) or item.entry.concepts.keys() <= {DAY}):
            unknown += 1
        elif item.role is not Role.BRIDGE and item.text not in _HAS:
            return False
        if unknown > _MAX_UNKNOWN:
            return False
    return False


def leads_aside(items: Sequence[Item], place: int) -> bool:
    """Return whether a pain is followed past a dash, a place that is none of ours, or the word that refers to it."""
    is_led = heads_places(items, place) or names_other_place(items, place) or is_of_now(items, place)
    return is_led or is_relative(items, place) or _denies_place(items, place)


def is_of_now(items: Sequence[Item], place: int) -> bool:
    """Return whether a word of time leads to where it hurts: "now mainly the calf", "started 2 weeks ago R buttock"."""
    if not _tells_when(items, place):
        return False
    at = place + 1
    while at < len(items) and (_is_small(items[at]) or items[at].text in _SCALE or _tells_when(items, at)):
        at += 1
    is_place = at < len(items) and items[at].role is Role.PLACE
    before = place - 1
    while before > 0 and (items[before].role is Role.BRIDGE or _tells_when(items, before)):
        before -= 1
    is_led = before >= 0 and items[before].role in {Role.RUN, Role.PAIN_WORD}
    return is_led and is_place and not (at + 1 < len(items) and items[at + 1].is_unknown)


def _tells_when(items: Sequence[Item], at: int) -> bool:
    """Return whether an item tells when: "today", "now", "started", "2 weeks" and "ago" behind it."""
    item = items[at]
    if item.is_marked(Mark.BEGAN, Mark.STOP_OPENING) or _is_span(item) or item.text in _TODAY or item.concept(_BEGUN):
        return True
    return item.is_unknown and not item.entry.concepts and at > 0 and _is_span(items[at - 1])


def _is_span(item: Item) -> bool:
    return item.is_marked(Mark.TIME) or item.concept("span") is not None


def _is_small(item: Item) -> bool:
    return item.is_side or item.role is Role.BRIDGE


def _denies_place(items: Sequence[Item], place: int) -> bool:
    """Return whether "not" stands before a further place, where the pain is not: "in the groin, not in the hip"."""
    if items[place].text == _BUT and place + 1 < len(items):
        place += 1
    if items[place].text not in _NOT or not place or items[place - 1].text not in _BEFORE_NOT:
        return False
    for at in range(place + 1, min(len(items), place + _REACH)):
        item = items[at]
        if item.role is Role.PLACE:
            behind = items[at + 1] if at + 1 < len(items) else None
            return behind is None or behind.text == ")" or behind.is_marked(Mark.LIST, Mark.JOINED, Mark.STOP)
        if not (item.is_side or item.text in THE or item.text in _WHERE or item.text in _TO):
            return False
    return False


def heads_places(items: Sequence[Item], place: int) -> bool:
    """Return whether a dash leads from a word of pain to its places: "Pain - R groin"."""
    if items[place].text != _DASH or place < 1 or items[place - 1].role is not Role.PAIN_WORD:
        return False
    behind = next(
        (one for one in islice(items, place + 1, place + _REACH) if not (one.is_side or one.text in THE)), None
    )
    return behind is not None and behind.role is Role.PLACE


def leads_to_place(items: Sequence[Item], place: int) -> bool:
    """Return whether a word or two lead from a pain to where it is: "is situated in the", "first appeared in"."""
    unknown = 0
    for at, item in enumerate(islice(items, place, place + _REACH), place):
        unknown += item.text in _IS_WHERE
        if item.text in _WHERE or item.text in _IS_WHERE:
            behind = (one for one in islice(items, at + 1, at + _REACH) if not (one.is_side or one.text in THE))
            found = next(behind, None)
            return unknown > 0 and found is not None and found.role in {Role.PLACE, Role.PAIN}
        is_plain = item.entry.concepts.keys() <= {DAY} or item.concept(_CHANGE) == _WORSE or item.concept("modifier")
        is_word = item.is_unknown and bool(is_plain)
        unknown += is_word
        is_joined = item.text == _AND and unknown > 0  # "is described as sharp and is located in"
        if unknown > _MAX_WORDS or not (item.role is Role.BRIDGE or is_word or is_joined):
            return False
    return False


def names_other_place(items: Sequence[Item], place: int) -> bool:
    """Return whether a pain is first said to be in a place that is none of ours: "pain over the PSIS into buttock"."""
    if not (items[place].is_unknown or items[place].concept("structure")) or items[place].entry.cues:
        return False
    at = place - 1
    while at >= 0 and (items[at].is_side or items[at].text in THE or items[at].text in _WHERE):
        at -= 1
    if at < 0 or items[at].role is not Role.PAIN_WORD:
        return False
    behind = [one for one in items[place + 1 : place + _REACH] if not (one.is_side or one.role is Role.BRIDGE)][:2]
    is_list = bool(behind) and behind[0].is_marked(Mark.LIST) and behind[0].text != _COMMA
    is_joined = len(behind) > 1 and (is_list or behind[0].role is Role.RUN)
    return is_joined and behind[1].role in {Role.PLACE, Role.RUN}


def is_relative(items: Sequence[Item], place: int) -> bool:
    """Return whether a word refers to the pain before it and tells where that goes: "back pain, which goes into"."""
    if items[place].text in _HAS and items[place + 1 : place + 2] and items[place + 1].text == _SINCE:
        place += 1  # "in the back, and has since gone to the calf"
    return (
        items[place].text in _RELATIVES
        and place + 1 < len(items)
        and items[place + 1].role is Role.RUN
        and (items[place + 1].concept(RUN) != WAY or items[place].text not in _PRONOUNS)
    )


def is_parted(items: Sequence[Item], waiting: Sequence[int], pain: int) -> bool:
    """Return whether a word parts places from a pain that is named behind them: "numb foot with leg pain"."""
    is_named = bool(waiting) and items[pain].role is Role.PAIN
    return is_named and any(not item.is_side for item in items[waiting[-1] + 1 : pain])


def means_place(items: Sequence[Item], place: int) -> bool:
    """Return whether words say which place is meant, and no more is said of that: "it is the groin", "it is all in"."""
    is_begun = items[place].concept(PRONOUN) and any(
        item.concept(QUALITY) == _ORIGIN for item in items[place + 1 : place + 2]
    )
    if not (items[place].text in _IT_IS or is_begun):
        return False
    for at in range(place + 1, min(len(items), place + _REACH)):
        item = items[at]
        if item.role is Role.PLACE:
            behind = items[at + 1] if at + 1 < len(items) else None
            if behind is None or behind.text == _ITSELF:
                return True
            return behind.is_side or behind.text == _ON or behind.is_marked(Mark.LIST, Mark.STOP, Mark.JOINED)
        if not (
            item.is_side
            or item.concept(QUALITY) == _ORIGIN
            or item.text in THE
            or item.text in _WHERE
            or item.text in _WHOLLY
        ):
            return False
    return False


def runs_behind(items: Sequence[Item], place: int) -> bool:
    """Return whether what stands at `place` goes somewhere: "the pain then spread"."""
    unknown = 0
    for item in islice(items, place + 1, place + _REACH):
        if item.role is Role.RUN:
            return True
        unknown += item.is_unknown
        if unknown > _MAX_UNKNOWN or not (item.is_unknown or item.role is Role.BRIDGE):
            return False
    return False


def follows_motion(items: Sequence[Item], place: int) -> bool:
    """Return whether a word that may introduce a movement stands before `place`: "pain with hip flexion"."""
    at = place - 1
    while at >= 0 and items[at].is_side:
        at -= 1
    return at >= 0 and items[at].is_marked(Mark.MOTION)


def names_movement(items: Sequence[Item], place: int) -> bool:
    """Return whether a movement or a test stands at `place` that may bring a pain on."""
    item = items[place]
    is_tested = item.concept("test") is not None and follows_motion(items, place)
    return is_tested or bool(item.concept(ACTION) or item.concept("motion"))


def is_spoken_of(items: Sequence[Item], place: int) -> bool:
    """Return whether a pronoun is the subject of the word at `place`, or a side at the start of the sentence."""
    unknown, is_sided = 0, False
    for at in range(place - 1, max(-1, place - _REACH), -1):
        item = items[at]
        if item.concept(PRONOUN):
            return True
        is_sided = is_sided or item.is_side
        unknown += item.is_unknown
        if unknown > _MAX_UNKNOWN or not (item.is_unknown or item.role is Role.BRIDGE or item.text == _COMMA):
            return False
    return is_sided and place < _REACH


def follows_comma(items: Sequence[Item], place: int) -> bool:
    """Return whether a verb behind a comma says where a pain goes that was told before: "sore hip, shoots down to"."""
    is_apart = place > 0 and items[place - 1].is_marked(Mark.LIST)
    return is_apart and items[place].concept(RUN) == _MOVE and goes_to_place(items, place)


def opens_telegram(items: Sequence[Item], place: int) -> bool:
    """Return whether a sentence opens with where the pain of the one before goes: "Goes down to the calf"."""
    is_first = place == 0 or (place == 1 and is_denial(items[0]))
    return is_first and items[place].concept(RUN) == _MOVE and goes_to_place(items, place)


def goes_to_place(items: Sequence[Item], place: int) -> bool:
    """Return whether small words alone lead on to a place, and nothing that it is only a part of: "knee clinic"."""
    at = place + 1
    while at < len(items) and (_is_small(items[at]) or items[at].role is Role.RUN):
        at += 1
    if at >= len(items) or items[at].role not in {Role.PLACE, Role.PAIN}:
        return False
    return at + 1 >= len(items) or not items[at + 1].is_unknown


def is_fraction(items: Sequence[Item], place: int) -> bool:
    """Return whether a slash stands between numbers: "pain 4/10 at rest in the hip"."""
    return 0 < place < len(items) - 1 and items[place - 1].number >= 0 and items[place + 1].number >= 0


def is_moved(items: Sequence[Item], place: int, *, after_motion: bool) -> bool:
    """Return whether a place is only being moved: "pain with hip flexion", "on moving the knee"."""
    behind = items[place + 1] if place + 1 < len(items) else None
    if behind is not None and behind.is_unknown and follows_motion(items, place):
        return True
    if not after_motion:
        return False
    at = place - 1
    while at >= 0 and (items[at].is_side or items[at].text in THE):
        at -= 1
    before = items[at]
    return before.text == _OF or before.concept(RUN) is not None or before.concept(ACTION) is not None


def takes_list(items: Sequence[Item], place: int) -> bool:
    """Return whether a listed place has nothing of its own: "pain in the groin, knee", not "..., knee swelling"."""
    behind = items[place + 1] if place + 1 < len(items) else None
    if behind is None:
        return True
    if behind.concept(_BEGUN) or (behind.text == _BUT and _denies_place(items, place + 1)):
        return True  # "in the back and buttock since May", "in the foot and groin but not the knee"
    is_other = behind.is_unknown and not (behind.concept(DOMINANCE) or behind.concept(_OCCASION))
    return not (is_other or behind.is_marked(Mark.PAIN, Mark.ELSEWHERE, Mark.STOP))
