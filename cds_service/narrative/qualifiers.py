"""Read severity, response, result, course and grade from the words near a mention. Contradicting words are ignored."""

from collections.abc import Iterable, Iterator

from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item
from cds_service.narrative.words.lexicon import Mark

_ANYWHERE, _COURSE, _GRADE = "response", "course", "grade"  # a response counts anywhere in the sentence
_WORST = ("worse", "3-or-less")  # beside other values these decide
_LONG = "long-standing"
_COMMA, _PLUS = ",", "+"
_MAX_UNKNOWN = 4  # unknown words between a finding and when it began


def qualify(items: list[Item], mentions: list[Mention]) -> None:
    """Set the qualifiers of mentions from the words. These words are then not cues."""
    stated: set[str] = set()
    for item in items:
        stated.update(item.entry.qualifiers)
    if not stated:
        return
    for mention in mentions:
        for name in mention.saying.takes:
            if name in stated and name not in mention.qualifiers:
                _give(mention, name, _values(items, mentions, mention, name))


def _values(items: list[Item], mentions: list[Mention], mention: Mention, name: str) -> list[str]:
    if name == _ANYWHERE:
        alone = len({id(one.saying) for one in mentions if name in one.saying.takes}) == 1
        return [item.entry.qualifiers[name] for item in items if name in item.entry.qualifiers and alone]
    if name == _COURSE:
        return [*_said_first(items, mention), *_said_before(items, mention), *_said_behind(items, mention)]
    inside = items[mention.first : mention.last + 1] if name == _GRADE or mention.parts else []
    return [*_stated(inside, name), *_beside(items, mention, name)]


def _stated(items: Iterable[Item], name: str) -> Iterator[str]:
    return (item.entry.qualifiers[name] for item in items if name in item.entry.qualifiers)


def _give(mention: Mention, name: str, values: list[str]) -> None:
    worst = next((value for value in values if value in _WORST), None)
    if worst or len(set(values)) == 1:
        mention.qualifiers[name] = worst or values[0]


def _beside(items: list[Item], mention: Mention, name: str) -> list[str]:
    """Return the values of adjacent items, and extend the mention over them."""
    found = []
    first, last = (mention.first, mention.last) if mention.parts else (mention.place, mention.place)
    for step, start in ((-1, first - 1), (1, last + 1)):
        at = start
        while 0 <= at < len(items):
            item = items[at]
            if item.text == _PLUS and _joins_sides(items, at):
                break
            if name in item.entry.qualifiers and step > 0 and mention.parts and _leads_on(items, at):
                break  # "severe on the right, mild arthritis on the left"
            if name in item.entry.qualifiers:
                found.append(item.entry.qualifiers[name])
                mention.first, mention.last = min(mention.first, at), max(mention.last, at)
            elif not (item.is_side or item.is_marked(Mark.LINK, Mark.RUN) or item.text == _COMMA):
                break
            at += step
    return found


def _joins_sides(items: list[Item], at: int) -> bool:
    """Return whether a plus sign stands between two sides: "L+R"."""
    return 0 < at < len(items) - 1 and items[at - 1].is_side and items[at + 1].is_side


def _said_first(items: list[Item], mention: Mention) -> Iterator[str]:
    """Yield the course that opens a sentence: "since yesterday she is numb between the legs"."""
    opening = None
    is_said = False
    for item in items[: mention.first]:
        if opening is None and item.is_marked(Mark.TIME):
            opening = item.entry.qualifiers[_COURSE]
        is_said = is_said or item.entry.saying is not None
        if is_said and (opening is None or item.text == _COMMA):
            return
    if opening:
        yield opening


def _said_before(items: list[Item], mention: Mention) -> Iterator[str]:
    """Yield the course before a mention. "New" is said of a whole list, "chronic" of what stands next to it alone."""
    is_next, found = True, False
    for place in range(mention.first - 1, -1, -1):
        item = items[place]
        value = item.entry.qualifiers.get(_COURSE)
        if value and item.is_marked(Mark.TIME):
            return
        if value and (is_next or value != _LONG):
            yield value
            found = True
        elif item.entry.saying or item.is_marked(Mark.LIST, Mark.JOINED):
            if found or item.text == _COMMA:
                return
            is_next = False
        elif not (value or item.is_side or item.is_marked(Mark.LINK)):
            return


def _said_behind(items: list[Item], mention: Mention) -> Iterator[str]:
    """Yield the course behind a mention, up to the next finding, or through a list up to when it began."""
    unknown, is_next, found = 0, True, False
    for place in range(mention.last + 1, len(items)):
        item = items[place]
        value = item.entry.qualifiers.get(_COURSE)
        if value and (item.is_marked(Mark.TIME) or not _leads_on(items, place)):
            if is_next or value != _LONG:
                yield value
            found = True
        elif item.entry.saying and (found or not item.entry.saying.takes):
            return
        elif item.entry.saying or item.is_marked(Mark.JOINED):
            is_next = False
        elif item.is_marked(Mark.STOP) or (unknown := unknown + item.is_unknown) > _MAX_UNKNOWN:
            return


def _leads_on(items: list[Item], place: int) -> bool:
    """Return whether the words behind an item lead to another finding: "retention, new back pain"."""
    for item in items[place + 1 :]:
        if item.entry.saying:
            return True
        if not (item.is_side or item.is_marked(Mark.LINK)):
            return False
    return False
