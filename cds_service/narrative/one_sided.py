"""Read that what is on one side is not on the other: "pain L groin not R", "R hip OA, L normal"."""

from collections.abc import Iterator, Sequence
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.items import Item, Row
from cds_service.narrative.lexicon import Mark
from cds_service.narrative.mentions import Mention
from cds_service.narrative.statements import Statement

_OTHER: Final = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}
_NOT: Final = frozenset({"not", "none", "nil", "no"})
_SINCE, _DATE = "since", 3  # items of a date
_OPENING: Final = frozenset({",", "(", "-", "only"})
_SMALL: Final = frozenset({"in", "on", "the", "on the", "in the", "side", "at all", ")", "is", "was"})


def denied_of_other(row: Row, mention: Mention) -> Iterator[Statement]:
    """Yield the denials of what a mention finds, for the other side, if the words right behind it say so."""
    other = _OTHER.get(mention.side)
    if other is not None and mention.value is FindingValue.PRESENT and _denies(row, mention, other):
        yield from (Statement(one, FindingValue.ABSENT, other) for one in mention.saying.denies)


def _denies(row: Row, mention: Mention, other: Side) -> bool:
    behind = row[mention.last + 1 :]
    while behind and (behind[0].entry.side is mention.side or behind[0].text in _OPENING or _leads(behind)):
        behind = behind[1:]
    if behind and behind[0].text == _SINCE:
        behind = _behind_date(behind)
    if behind and behind[0].is_side and behind[0].entry.side is other:
        named = {row[at].text for at in (mention.place, *mention.parts)}
        is_named_again = len(behind) > 1 and behind[1].text in named  # "left foot numb, right foot normal"
        return _is_normal(behind[2:] if is_named_again else behind[1:])
    if not behind or behind[0].text not in _NOT:
        return False
    said = [item for item in behind[1:] if item.text not in _SMALL]
    return bool(said) and said[0].entry.side is other and said[0].is_side and (len(said) == 1 or _ends(said[1]))


def _behind_date(items: list[Item]) -> list[Item]:
    """Return what stands behind a day since when it is so: "foot drop left since June, none right"."""
    comma = next((at for at, item in enumerate(items[: _DATE + 1]) if item.text == ","), None)
    return items[comma + 1 :] if comma is not None else items


def _leads(items: Sequence[Item]) -> bool:
    """Return whether a small word leads to a side: "groin pain on the right, none on the left"."""
    return items[0].text in _SMALL and not items[0].is_side


def _is_normal(said: Sequence[Item]) -> bool:
    """Return whether a word says that a side is normal, and nothing more is said of it."""
    said = [item for item in said if item.text not in _SMALL]
    is_not = bool(said) and said[0].text in _NOT and len(said) == 1
    is_fine = is_not or (bool(said) and said[0].concept("result") == "normal" and not said[0].entry.cues)
    return is_fine and (len(said) == 1 or _ends(said[1]))


def _ends(item: Item) -> bool:
    return item.is_marked(Mark.LIST, Mark.JOINED)
