"""Whether a diagnosis that a text names is said of the patient. "Safety net: CES" names it and says nothing."""

from collections.abc import Callable, Sequence

from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item
from cds_service.narrative.words.lexicon import Mark

_SMALL = (Mark.LINK, Mark.LIST, Mark.JOINED)
_OPENING = frozenset({":", "(", "clear"})  # links behind which something else begins, or an answer
_FOR = "for"
_CHECKLIST = "("


def is_claimed(
    items: list[Item], mentions: Sequence[Mention], mention: Mention, is_there: Callable[[Mention], bool]
) -> bool:
    """Return whether a diagnosis is asserted, stands alone as a name does, or stands beside a sign that is there."""
    return (
        _is_alone(items)
        or _is_led(items, mention)
        or _is_followed(items, mention)
        or any(not mention.saying.claimed_by.isdisjoint(one.saying.records) and is_there(one) for one in mentions)
    )


def is_on_checklist(items: list[Item], mention: Mention) -> bool:
    """Return whether a sign is in the brackets behind a question's name: "CES symptoms (numbness, retention)"."""
    for place in range(mention.first - 1, 0, -1):
        if items[place].text == ")":
            return False
        if items[place].text == _CHECKLIST:
            named = items[place - 1].entry.saying
            return named is not None and named.is_asked and not _is_claim_before(items, place - 1)
    return False


def _is_alone(items: list[Item]) -> bool:
    return all(
        item.text not in _OPENING and (item.is_side or item.is_marked(*_SMALL) or item.entry.saying is not None)
        for item in items
    )


def _is_led(items: list[Item], mention: Mention) -> bool:
    return _is_claim_before(items, mention.first)


def _is_claim_before(items: list[Item], place: int) -> bool:
    for at in range(place - 1, -1, -1):
        item = items[at]
        if item.is_marked(Mark.CLAIM) or (item.text == _FOR and at > 0 and _is_finding(items[at - 1])):
            return True
        if item.text in _OPENING or not (_is_finding(item) or item.is_side or _is_passed(item)):
            return False
    return False


def _is_followed(items: list[Item], mention: Mention) -> bool:
    for item in items[mention.last + 1 :]:
        if item.is_marked(Mark.CLAIM_BEHIND):
            return True
        if item.text in _OPENING or not (item.is_side or _is_passed(item)):
            return False
    return False


def _is_passed(item: Item) -> bool:
    return item.is_marked(*_SMALL) or "course" in item.entry.qualifiers


def _is_finding(item: Item) -> bool:
    return item.entry.saying is not None
