"""Read that what is on one side is not on the other: "pain L groin not R", "R hip OA, L normal"."""

from collections.abc import Iterator, Sequence
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.mentions import Mention
from cds_service.narrative.statements import Statement
from cds_service.narrative.words.items import Item, Role, Row
from cds_service.narrative.words.lexicon import Mark

_OTHER: Final = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}
_NOT: Final = frozenset({"not", "none", "nil", "no", "never"})
_OPENING: Final = frozenset({",", "(", "-", "only"})
_SMALL: Final = frozenset(
    {"in", "on", "the", "on the", "in the", "side", "one", "at all", ")", "is", "was", "also", "always", "has been"}
)
_LIMB: Final = frozenset({"leg", "limb"})
_LEG_NUMB: Final = "leg-numbness"
_COMMA, _YES = ",", "yes"
_FINE: Final = frozenset({"painless", "fine"})
_PAINS: Final = frozenset({Role.PAIN, Role.PAIN_WORD})
_REACH: Final = 10  # items of the clause in which a finding stands, behind it


def denied_of_other(row: Row, mention: Mention, *, is_there: bool) -> Iterator[Statement]:
    """Yield the denials of what a mention finds or denies, for the other side, if the words behind it say so.

    `is_there`: the mention finds it. Of what is denied on one side the other is only well where it is said to be.
    """
    other = _OTHER.get(mention.side)
    if other is not None and mention.saying.denies and _denies(row, mention, other, is_there=is_there):
        yield from (Statement(one, FindingValue.ABSENT, other) for one in mention.saying.denies)


def _denies(row: Row, mention: Mention, other: Side, *, is_there: bool) -> bool:
    behind = _next_clause(row, mention)
    while behind and (behind[0].entry.side is mention.side or behind[0].text in _OPENING or _leads(behind)):
        behind = behind[1:]
    if behind and behind[0].is_side and behind[0].entry.side is other:
        return _is_normal(_without_part(row, mention, behind[1:]), is_there=is_there)
    if not behind or behind[0].text not in _NOT or not is_there:
        return False
    said = [item for item in behind[1:] if item.text not in _SMALL]
    return bool(said) and said[0].entry.side is other and said[0].is_side and (len(said) == 1 or _ends(said[1]))


def _next_clause(row: Row, mention: Mention) -> list[Item]:
    """Return what stands behind a mention, without the rest of its clause: "sciatica R for 6 weeks, L leg fine"."""
    behind = row[mention.last + 1 :]
    if _COMMA not in row.sentence.words:
        return behind
    for at, item in enumerate(behind[:_REACH]):
        if item.text == _COMMA:
            return behind[at:]
        if item.text == _YES:
            return behind
        if item.entry.cues or item.entry.saying is not None or item.role in _PAINS or _is_other_side(item, mention):
            return behind
    return behind


def _is_other_side(item: Item, mention: Mention) -> bool:
    return item.entry.side is not None and item.entry.side is not mention.side


def _without_part(row: Row, mention: Mention, said: Sequence[Item]) -> Sequence[Item]:
    """Return what is said of the other side, without the word for the part: "left foot numb, right foot normal"."""
    named = {row[at].text for at in (mention.place, *mention.parts)}
    is_named_again = len(said) > 1 and said[0].text in named
    is_limb = len(said) > 1 and said[0].text in _LIMB and _LEG_NUMB in mention.saying.records
    is_limb = is_limb and said[1].concept("result") == "normal"
    return said[1:] if is_named_again or is_limb else said


def _leads(items: Sequence[Item]) -> bool:
    """Return whether a small word leads to a side: "groin pain on the right, none on the left"."""
    return items[0].text in _SMALL and not items[0].is_side


def _is_normal(said: Sequence[Item], *, is_there: bool) -> bool:
    """Return whether a word says that a side is normal, and nothing more is said of it."""
    said = [item for item in said if item.text not in _SMALL]
    if not said or not (len(said) == 1 or _ends(said[1])):
        return False
    is_not = is_there and said[0].text in _NOT and len(said) == 1
    is_well = (said[0].concept("result") == "normal" and not said[0].entry.cues) or said[0].concept("quality") in _FINE
    return is_not or is_well


def _ends(item: Item) -> bool:
    return item.is_marked(Mark.LIST, Mark.JOINED)
