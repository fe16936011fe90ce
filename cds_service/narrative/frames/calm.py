"""Words by which a place does not hurt: "back fine", "no leg symptoms", "nothing in the hip"."""

from collections.abc import Sequence
from typing import Final

from cds_service.model.sides import Side
from cds_service.narrative.frames.runs import THE, is_parted
from cds_service.narrative.frames.sites import COMPLAINT, QUALITY, REGION
from cds_service.narrative.frames.subject import is_denial
from cds_service.narrative.words.items import Item, Role
from cds_service.narrative.words.lexicon import Mark

VAGUE: Final = "vague"  # "trouble": it may be pain, so that its denial denies pain
PAINLESS: Final = "painless"
NOTHING: Final = "nothing"  # "none": no pain there
_FINE, _LEG = "fine", "leg"
_SCIATICA, _COMMA = "sciatica", ","
_LISTS = (Mark.LIST, Mark.JOINED)
_NOW = frozenset(
    {
        "now",
        "today",
        "currently",
        "since",
        "too",
        "at present",
        "either",
        "both sides",
        "at all",
        "any more",
        "anymore",
        "of late",
        "generally",
        "otherwise",
    }
)
_WITH = frozenset({"with", "in", "from", "w /", "to"})
_COPULAS = frozenset(
    {"is not", "isnt", "was not", "wasnt", "are not", "arent", "does not", "doesnt", "did not", "not", "no longer"}
)
_SMALL = frozenset({Role.BRIDGE, Role.LIST})
_NONE = ("no ", "not ", "never ", "pain free", "painfree", "painless", "free ")
_BEGUN, _PLUS = "begun", "+"
_SMALL_WORDS, _RELATIVES = frozenset({"to", "very", "is", "are"}), frozenset({"which", "that"})
_JOINING, _BEING = frozenset({"and", "&"}), frozenset({"is", "are", "was", "were", "feels", "very"})
_BECOMING = frozenset({"become", "becomes", "became", "has become", "have become"})
_ON = frozenset({"of", "on", "over", "to", "against"})
_DOING = ("action", "motion", "test", "lift", "run", "muscle")
_STILL = frozenset({"still", "now", "currently", "today", "also"})
_TEN, _DASH = 10, "-"
_FOR, _SPAN, _SLASH, _PARTS_OF_YEAR = frozenset({"x", "for"}), 4, "/", frozenset({12, 52})
_PAINS = frozenset({Role.PAIN, Role.PAIN_WORD})
_REACH = 8  # items
_TO_SIDE = 2  # items from a place back to its side


def is_well(items: Sequence[Item], place: int) -> bool:
    """Return whether a word behind places says that they do not hurt: "fine" does where its clause ends."""
    quality = items[place].concept(QUALITY)
    if quality not in {PAINLESS, _FINE} or items[place - 1].is_marked(*_LISTS) or is_denial(items[place - 1]):
        return False  # "rotation of the hip 35 degrees, painless", "hip not fine"
    before = items[_before(items, place)]
    is_leg = quality == _FINE and before.concept(REGION) == _LEG  # which may be strong, and hurt
    return closes(items, place) and (not is_leg or _is_contrasted(items, place))


def _is_contrasted(items: Sequence[Item], place: int) -> bool:
    """Return whether a pain of the other side stands before: "sciatica on the right, left leg fine"."""
    comma = next((at for at in range(place - 1, 0, -1) if items[at].text == _COMMA), 0)
    before, behind = (
        {side for item in part if (side := item.entry.side or item.side) is not Side.UNSTATED}
        for part in (items[:comma], items[comma:place])
    )
    tells = any(item.role in _PAINS or _runs_down(item) for item in items[:comma])
    return tells and {*before, *behind} == {Side.LEFT, Side.RIGHT} and before.isdisjoint(behind)


def of_one_side(items: Sequence[Item], places: list[int]) -> list[int]:
    """Return the places of which "fine" may be said: of "left leg to calf, right leg fine" the last alone."""
    comma = next((at for at in range(places[-1], places[0], -1) if items[at].text == _COMMA), None)
    if comma is None:
        return places
    before, behind = (
        {item.entry.side for item in part if item.is_side}
        for part in (items[max(0, places[0] - _TO_SIDE) : comma], items[comma : places[-1] + 1])
    )
    is_apart = bool(before and behind) and before.isdisjoint(behind)
    return [place for place in places if place > comma] if is_apart else places


def _runs_down(item: Item) -> bool:
    return item.entry.saying is not None and _SCIATICA in item.entry.saying.records


def is_vague(items: Sequence[Item], place: int, first: int) -> bool:
    """Return whether a word behind places is a denied complaint of any kind: "no back or leg symptoms"."""
    return items[place].concept(QUALITY) == VAGUE and is_denied(items, first)


def heads(items: Sequence[Item], place: int) -> bool:
    """Return whether a place is the title of what follows: "left hip: groin pain"."""
    return place + 1 < len(items) and items[place + 1].text == ":"


def is_denied(items: Sequence[Item], place: int) -> bool:
    """Return whether a denial stands right before a place."""
    at = _before(items, place)
    return at >= 0 and is_denial(items[at])


def says_nothing(items: Sequence[Item], place: int) -> bool:
    """Return whether a word says that nothing hurts at the places behind it, and these end their clause."""
    return items[place].concept(QUALITY) == NOTHING and _leads_to_places(items, place + 1)


def tells_of_pain(items: Sequence[Item], place: int) -> bool:
    """Return whether pain is told of behind an item: "nothing in the left leg, pain all in the right"."""
    return any(item.role in _PAINS for item in items[place + 1 :])


def begins_vaguely(items: Sequence[Item], place: int) -> bool:
    """Return whether a denied complaint leads to its places: "no trouble with the back", "no problems in the hips"."""
    item = items[place]
    is_led = item.concept(QUALITY) == VAGUE and is_denied(items, place)
    is_led = is_led or (item.concept(QUALITY) == PAINLESS and item.text.startswith(_NONE))
    behind = items[place + 1] if place + 1 < len(items) else None
    is_with = behind is not None and (behind.text in _WITH or item.text.endswith(tuple(_WITH)))
    return is_led and is_with and _leads_to_places(items, place + 1)


def begins_complaint(items: Sequence[Item], place: int) -> bool:
    """Return whether somebody complains of places alone: "c/o R hip and low back"."""
    is_said = items[place].concept(QUALITY) == COMPLAINT and not (place and is_denial(items[place - 1]))
    return is_said and _leads_to_places(items, place + 1)


def is_denied_behind(items: Sequence[Item], place: int, last: int) -> bool:
    """Return whether a denial stands right behind the place `last`: "the hip does not", "left hip: no"."""
    before = next((at for at in range(place - 1, -1, -1) if items[at].role is not Role.BRIDGE), None)
    return before == last and is_denial(items[place])


def sharing(items: Sequence[Item], waiting: list[int], joins: Sequence[str], word: int) -> list[int]:
    """Return the waiting places that share a pain word. A comma joins them if "and" does, or behind a denial."""
    is_joined = not joins and not is_parted(items, waiting, word)
    is_joined = is_joined or any(join != _COMMA for join in joins)
    if is_joined or (bool(waiting) and is_denied(items, waiting[0])):
        return waiting
    is_word = items[word].role is not Role.PAIN
    is_apart = bool(joins) and bool(waiting) and is_done_to(items, waiting[-1])
    is_apart = is_apart and not any(item.text in _RELATIVES for item in items[waiting[-1] : word])
    return waiting[-1:] if is_word and not is_apart else []


def is_done_to(items: Sequence[Item], place: int) -> bool:
    """Return whether it is something done to a place that does not hurt: "rolling the leg", "rotation of the hip"."""
    at = place - 1
    while at >= 0 and (items[at].is_side or items[at].text in THE or items[at].text in _ON):
        at -= 1
    if at < 0:
        return False
    is_held = items[at].role is Role.ELSEWHERE and items[at + 1].text == "on"  # "hands on knees"
    is_word = is_held or (items[at].is_unknown and not items[at].concept("filler"))
    return is_word or any(items[at].concept(kind) for kind in _DOING)


def is_score(items: Sequence[Item], slash: int, last: int) -> bool:
    """Return whether a place is given a score of pain: "back 3/10, leg 0/10"."""
    if (
        slash < 1
        or slash + 1 >= len(items)
        or items[slash + 1].number != _TEN
        or not 0 <= items[slash - 1].number <= _TEN
    ):
        return False
    behind = items[slash + 2] if slash + 2 < len(items) else None
    is_end = behind is None or not (behind.is_unknown or behind.entry.saying)
    return is_end and _before(items, slash - 1) == last


def is_passed(items: Sequence[Item], place: int) -> bool:
    """Return whether a word stands between a place and its word of pain: "is still sore", "is swollen and sore"."""
    behind = items[place + 1] if place + 1 < len(items) else None
    if items[place].text == _DASH and behind is not None and is_denial(behind):
        return any(item.role is Role.PAIN_WORD for item in items[place + 2 : place + 3])  # "groin - no pain"
    if items[place].text in _STILL and behind is not None and behind.concept(QUALITY) == PAINLESS:
        return True  # "hip now pain free"
    if items[place].text in _RELATIVES and items[place - 1].text == _COMMA and is_pain_next(items, place):
        return True  # "the left hip, which is very painful"
    if is_pain_next(items, place) and (items[place].concept("filler") or items[place].concept(_BEGUN)):
        return not items[place].entry.cues  # "hip quite sore", "the back started hurting"
    if items[place].text in _BECOMING and (behind is None or behind.role is Role.PAIN_WORD or behind.is_unknown):
        return behind is not None
    if behind is None or (items[place].text in _STILL and behind.role is Role.PAIN_WORD):
        return behind is not None
    is_joined = behind.text in _JOINING and place + 2 < len(items) and items[place + 2].role is Role.PAIN_WORD
    is_said = (
        items[place - 1].text in _BEING
        or items[place - 1].role is Role.PLACE
        or items[place - 1].concept("filler") is not None
    )
    return is_joined and items[place].is_unknown and is_said


def is_pain_next(items: Sequence[Item], place: int) -> bool:
    """Return whether a word of pain stands right behind an item, past small words: "started to hurt"."""
    behind = next((item for item in items[place + 1 : place + 4] if item.text not in _SMALL_WORDS), None)
    return behind is not None and behind.role is Role.PAIN_WORD and behind.concept(QUALITY) == "pain"


def leads_on(items: Sequence[Item], place: int) -> bool:
    """Return whether a pain goes on: past a small word, or to where it does not go, "does not go into the leg"."""
    if items[place].concept("filler") and not items[place].entry.cues:
        return True
    if items[place].text.startswith(_PLUS) and items[place].text.strip(_PLUS + " ") == "":
        return len(items[place].text) > 1  # "groin pain ++"
    behind = items[place + 1] if place + 1 < len(items) else None
    return is_denial(items[place]) and behind is not None and behind.role is Role.RUN


def is_copula(items: Sequence[Item], place: int, pain: int) -> bool:
    """Return whether a denial says of the pain right before it where it is not: "the pain is not in the groin"."""
    return items[place].text in _COPULAS and _before(items, place) == pain


def _before(items: Sequence[Item], place: int) -> int:
    at = place - 1
    while at >= 0 and (items[at].role is Role.BRIDGE or items[at].concept("filler")) and not items[at].entry.cues:
        at -= 1
    return at


def closes(items: Sequence[Item], place: int) -> bool:
    """Return whether a clause ends behind an item."""
    while place + 1 < len(items) and items[place + 1].entry.side is Side.BOTH:
        place += 1  # "pain free bilaterally"
    behind = items[place + 1] if place + 1 < len(items) else None
    if behind is None or behind.text in _NOW or behind.text == ")" or _is_for_weeks(items, place + 1):
        return True
    if all(item.is_marked(Mark.LINK) and item.number < 0 for item in items[place + 1 :]):
        return True  # "not painful as far as she knows"
    further = items[place + 2] if place + 2 < len(items) else None
    goes_on = any(one is not None and one.is_marked(Mark.EXCEPT, Mark.UNENDED) for one in (behind, further))
    return behind.is_marked(Mark.STOP, *_LISTS) and not goes_on  # "fine, but hurts on stairs"


def _is_for_weeks(items: Sequence[Item], at: int) -> bool:
    """Return whether a clause ends in for how many weeks or months it has been so: "pain free x 3/12"."""
    span = items[at : at + _SPAN]
    if len(span) < _SPAN or span[0].text not in _FOR or span[1].number < 0:
        return False
    is_part = span[2].text == _SLASH and span[3].number in _PARTS_OF_YEAR
    return is_part and (at + _SPAN >= len(items) or items[at + _SPAN].is_marked(*_LISTS))


def _leads_to_places(items: Sequence[Item], place: int) -> bool:
    """Return whether places stand here, alone or as a list, and nothing that they are only a part of."""
    is_led = False
    for at in range(place, min(len(items), place + _REACH)):
        item = items[at]
        if item.role is Role.PLACE:
            is_led = True
        elif item.is_marked(*_LISTS) and is_led:
            behind = items[at + 1] if at + 1 < len(items) else None
            if item.text == "," and (behind is None or behind.role is not Role.PLACE):
                return True
        elif not (item.role in _SMALL or (item.role is Role.RUN and not is_led)):
            return is_led and not (item.is_unknown or item.entry.saying or item.role is not Role.BREAK)
    return is_led
