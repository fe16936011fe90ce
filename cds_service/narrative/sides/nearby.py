"""Find the side of each mention: from words near it, else from the pain it belongs to, never from another pain."""

from collections.abc import Sequence, Set

from cds_service.model.sides import Side, combine_sides
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Role, Row
from cds_service.narrative.words.lexicon import Mark

_LISTS = (Mark.LIST, Mark.JOINED)
_OPENING = frozenset({",", "("})
_CLOSING = ")"
# Behind a side they lead on, so that the side is of what stands before: "buttock pain left when sitting".
_LEADING_ON = frozenset({
        "from", "since", "for", "when", "whenever", "while", "whilst", "with", "w", "after", "during", "if", "once",
        "because", "due", "d", "as", "which", "who", "but", "so", "every", "each", "especially", "particularly",
        "lying", "sitting", "walking", "standing", "climbing", "running", "turning", "rolling", "squatting", "at",
        "overnight", "nightly", "worse", "worst", "better", "until", "without", "w/o", "first", "noticed", "started",
        "began", "came",
})  # fmt: skip
_COPULAS = frozenset({"is", "was", "are", "were"})  # "knee pain on the left is the main problem"
_COMMA, _SLASH, _PASSED = ",", "/", frozenset({"yes", "y", "only", "( + )"})
_TOO = frozenset({"also", "again", "too", "as well"})  # "knee sore too, right", "hip pain, also right"
_SEEN = frozenset({"seen", "noted", "found", "observed", "evident", "present", "is present", "demonstrated"})
_HEADINGS = frozenset({":", "-"})
_LEADING, _THERE = frozenset({"on", "the", "on the"}), "there"  # "on the left there is"
_BEHIND_SIDE = frozenset({",", ":", "-", "it is", "its", "she has", "he has", "he", "she", "side"})
_ON, _SEEN_ON = "on", frozenset({"imaging", "scanning", "testing", "questioning"})
_THAN = "than"
_COMPARING = frozenset({_THAN, "more than", "greater than", "worse than", "on", "the"})
_NEAR = 6  # items between a finding and "either"
_UNSTATED, _LINK, _PLACE = Side.UNSTATED, Mark.LINK, Role.PLACE


def place_sides(items: Row, mentions: list[Mention]) -> None:
    """Set the side of each mention."""
    behind: dict[int, Side] = {}
    named = {mention.place for mention in mentions}
    loose = {at for at, item in enumerate(items) if item.role is _PLACE and at not in named}
    for mention in mentions:
        if mention.is_sided:
            continue
        mention.side = items[mention.place].side
        if mention.side is _UNSTATED:
            mention.side = _before(items, mention.place, loose)
        if mention.side is _UNSTATED and mention.saying.is_pain:
            mention.side = _before_pain(items, mention.place)
        if mention.side is _UNSTATED and mention.last > mention.place:
            mention.side = _bracketed(items, mention.place)
        if mention.side is _UNSTATED:
            mention.side = _inside(items, mention)
        if mention.side is _UNSTATED:
            mention.side = behind[id(mention)] = _behind(items, mention.last, loose)
        if mention.side is _UNSTATED and mention.saying.is_pain:
            mention.side = _of_other_place(items, mention.place)
    _take_heading(items, mentions)
    chains: dict[int, list[Mention]] = {}
    for mention in mentions:
        if mention.chain:
            chains.setdefault(mention.chain, []).append(mention)
    for chain in chains.values():
        if len(chain) > 1:
            _share(items, sorted(chain, key=lambda one: one.place), behind)


def _take_heading(items: list[Item], mentions: list[Mention]) -> None:
    """Give the one side of a sentence that heads it to all its pains: "Left: groin pain, no calf pain"."""
    at = 0
    while at < len(items) and items[at].text in _LEADING:
        at += 1
    if at + 1 >= len(items) or not items[at].is_side or not _heads(items, at):
        return
    if not any(item.is_side or item.side is not _UNSTATED for item in items[at + 1 :]):
        for mention in mentions:
            if mention.saying.is_pain and mention.side is _UNSTATED:
                mention.side = items[at].entry.side or _UNSTATED


def _heads(items: list[Item], at: int) -> bool:
    """Return whether a side heads what follows: "left: groin pain", "on the left there is pain", "on the left, …"."""
    behind = items[at + 1]
    if at == 0:
        return behind.text in _HEADINGS or behind.concept("quality") == "painless"
    return behind.text in _BEHIND_SIDE or behind.text.startswith(_THERE)


def _share(items: list[Item], chain: list[Mention], behind: dict[int, Side]) -> None:
    """Pass a side on to what follows in the chain. A side after its end, "(L)", applies to all before it too.

    Not to what has a score of its own: "VAS back 3, leg 8 (R)".
    """
    current = Side.UNSTATED
    for mention in chain:
        if mention.side is _UNSTATED:
            mention.side = current
        current = mention.side
    if behind.get(id(chain[-1]), Side.UNSTATED) is not Side.UNSTATED:
        end = chain[-1].first
        for mention in reversed(chain):
            if any(item.number >= 0 for item in items[mention.last + 1 : end]):
                return
            if mention.side is _UNSTATED:
                mention.side = chain[-1].side
            end = mention.first


def _before(items: list[Item], place: int, loose: Set[int]) -> Side:
    """Return the side before: "left hip", "pain in the left hip", "left and right hip", "left hip: FADIR"."""
    at = place - 1
    while at >= 0 and (at in loose or _is_between(items[at])):
        at -= 1
    if at >= 1 and (opened := _opening_bracket(items, at)) is not None:
        return opened
    found = []
    while at >= 0 and items[at].is_side:
        found.append(items[at].entry.side)
        at -= 1
        if at >= 1 and items[at].is_marked(*_LISTS) and items[at - 1].is_side:
            if items[at].text == _COMMA and _is_of_other(items, at - 1):
                break  # "hip pain left, right knee pain"
            at -= 1
    return combine_sides(side for side in found if side) if found else Side.UNSTATED


def _before_pain(items: list[Item], place: int) -> Side:
    """Return the side that opens what is told of a pain, before its word: "left sided pain in the groin"."""
    at = _skip_links(items, place - 1)
    if at > 0 and items[at].role is Role.RUN:
        at = _skip_links(items, at - 1)  # "left pain down the back of the thigh"
    if at < 1 or items[at].role is not Role.PAIN_WORD:
        return _UNSTATED
    at -= 1
    while at >= 0 and items[at].entry.qualifiers and not items[at].is_marked(*_LISTS):
        at -= 1  # "left severe pain"
    if (opened := _opening_bracket(items, at)) is not None:
        return opened
    found = []
    while at >= 0 and items[at].is_side:
        found.append(items[at].entry.side)
        at -= 1
        if at >= 1 and items[at].is_marked(*_LISTS) and items[at].text != _COMMA and items[at - 1].is_side:
            at -= 1
    is_free = at < 0 or items[at].is_marked(_LINK, Mark.STOP, *_LISTS) or bool(items[at].entry.cues)
    is_free = is_free or items[at].text in _HEADINGS
    if not found or not is_free or _is_of_other(items, at + 1):
        return _UNSTATED
    return combine_sides(side for side in found if side)


def _is_of_other(items: list[Item], side: int) -> bool:
    """Return whether something that may have a side stands before one: "limps on the left, right groin pain"."""
    for item in reversed(items[max(0, side - _NEAR) : side]):
        if item.is_marked(Mark.STOP, *_LISTS):
            return False
        if _may_have_side(item):
            return True
    return False


def _of_other_place(items: list[Item], place: int) -> Side:
    """Return the side of a place that is none of ours, from which a pain goes on: "pain R SIJ and buttock"."""
    at = _skip_links(items, place - 1)
    if at < 1 or not (items[at].role is Role.RUN or (items[at].is_marked(*_LISTS) and items[at].text != _COMMA)):
        return _UNSTATED
    at = _skip_links(items, at - 1)
    is_other = at > 1 and items[at].role is Role.BREAK and (items[at].is_unknown or items[at].concept("structure"))
    if not is_other or items[at].entry.cues or not items[at - 1].is_side:
        return _UNSTATED
    led = _skip_links(items, at - 2)
    is_led = led >= 0 and items[led].role is Role.PAIN_WORD
    return items[at - 1].entry.side or _UNSTATED if is_led else _UNSTATED


def _skip_links(items: list[Item], at: int) -> int:
    """Return the first place, from one on backwards, of more than a link."""
    while at >= 0 and items[at].is_marked(_LINK) and not items[at].is_side and items[at].role is Role.BRIDGE:
        at -= 1
    return at


def _opening_bracket(items: list[Item], at: int) -> Side | None:
    """Return the side in a bracket that ends at a place and opens what is told: "(R) hip pain", not "groin (R)"."""
    if at < 1 or items[at].text != _CLOSING or not items[at - 1].is_side:
        return None
    if (at == 1 or items[at - 2].is_marked(*_LISTS)) and not any(item.text == "(" for item in items[:at]):
        return items[at - 1].entry.side  # "L) hip pain"
    if at == 1 or items[at - 2].text not in _OPENING:
        return None
    before = items[at - 3] if at > 2 else None
    is_free = before is None or before.is_marked(Mark.STOP, *_LISTS) or before.text in _HEADINGS
    return items[at - 1].entry.side if is_free else None


def _bracketed(items: list[Item], place: int) -> Side:
    """Return the side in a bracket right behind a place, its word of pain behind: "groin (L) and buttock (L) pain"."""
    behind = items[place + 1 : place + 4]
    is_side = len(behind) > 2 and behind[0].text == "(" and behind[1].is_side and behind[2].text == _CLOSING
    return behind[1].entry.side or _UNSTATED if is_side else _UNSTATED


def _inside(items: list[Item], mention: Mention) -> Side:
    """Return the side between a test and its result: "straight leg raise, left: positive".

    In "groin and right knee pain" it is that of the knee.
    """
    inside = items[mention.place + 1 : mention.last]
    if mention.saying.is_pain and inside and inside[-1].is_side and items[mention.last].entry.saying:
        return Side.UNSTATED
    if any(item.entry.saying for item in inside):
        return Side.UNSTATED
    return combine_sides(item.entry.side for item in inside if item.entry.side)


def _is_between(item: Item) -> bool:
    if item.text == _CLOSING:
        return False
    entry = item.entry
    return _LINK in entry.marks or (bool(entry.qualifiers) and not item.is_marked(*_LISTS))


def _behind(items: Row, last: int, loose: Set[int]) -> Side:
    """Return the side after: "hip pain (L)", "SLR positive at 40 on the left", unless it belongs to what follows."""
    at = last + 1
    is_opened = is_listed = False
    while at < len(items) and (_is_passed(items, at) or (items[at].text in _OPENING and not is_opened)):
        if is_opened and items[at].number >= 0:
            return Side.UNSTATED  # "SLR 35 left with leg pain, 80 right"
        is_listed = is_listed or items[at].text == _COMMA
        is_opened = is_opened or items[at].text in _OPENING
        at += 1
    found = []
    while at < len(items) and items[at].is_side:
        found.append(items[at].entry.side)
        at += 1
        if at + 1 < len(items) and items[at].is_marked(*_LISTS) and items[at + 1].is_side:
            if items[at].text == _COMMA and at + 2 < len(items) and not items[at + 2].is_marked(Mark.STOP, *_LISTS):
                break  # "groin pain on the left, right fine"
            at += 1
        at = _compared_at(items, at)
    is_own = at in loose and not is_opened  # "limited rotation of the right hip"
    is_own = is_own or (not is_opened and at < len(items) and items[at].text.split()[0] in _COPULAS)
    if is_listed and at + 1 < len(items) and items[at].text == _CLOSING:
        at += 1  # ", (R) knee pain"
    is_taken = bool(found) and (is_own or not _is_of_next(items, at))
    return combine_sides(side for side in found if side) if is_taken else Side.UNSTATED


def _compared_at(items: list[Item], at: int) -> int:
    """Return the place of the side that is compared with the one before: "worse on the right than on the left"."""
    compared = at
    while compared < len(items) and (items[compared].text in _COMPARING or items[compared].is_marked(Mark.LINK)):
        compared += 1
    is_compared = at < compared < len(items) and items[compared].is_side and _THAN in items[at].text.split()
    return compared if is_compared else at


def _may_have_side(item: Item) -> bool:
    return item.entry.saying is not None or item.is_marked(Mark.PAIN)


def _is_passed(items: list[Item], at: int) -> bool:
    """Return whether a word may stand before a side behind its mention: "pain 8/10, left", "pain: yes, left"."""
    item = items[at]
    is_score = item.text == _SLASH and items[at - 1].number >= 0 and at + 1 < len(items) and items[at + 1].number >= 0
    if item.text == "-" and at + 1 < len(items) and (items[at + 1].text in _PASSED or items[at + 1].is_side):
        return True  # "leg pain - yes, left", "leg pain - left"
    if item.text in _TOO:
        return at + 1 < len(items) and (items[at + 1].is_side or items[at + 1].text == _COMMA)
    return is_score or item.text in _PASSED or item.text in _SEEN or _is_between(item)


def _is_on_doing(words: Sequence[str], first: int) -> bool:
    """Return whether a word leads to what somebody does: "groin pain R on pivoting"."""
    behind = words[first + 1] if first + 1 < len(words) else ""
    return words[first] == _ON and behind.endswith("ing") and behind not in _SEEN_ON


def _is_of_next(items: Row, at: int) -> bool:
    if at < len(items) and _is_on_doing(items.sentence.words, items.firsts[at]):
        return False
    if at < len(items) and items[at].text.partition(" ")[0] in _LEADING_ON:
        return False
    while at < len(items) and items[at].is_marked(Mark.LINK) and items[at].text != _CLOSING:
        at += 1
    if at >= len(items):
        return False
    item = items[at]
    if item.is_unknown and item.concept("result") == "provoking":
        return False  # "groin pain on the right reproduced"
    return item.entry.saying is not None or item.is_marked(Mark.PAIN, Mark.ELSEWHERE) or item.is_unknown
