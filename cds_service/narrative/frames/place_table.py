"""Look up what a head records at the places beside it."""

from collections.abc import Mapping, Sequence
from typing import Final

from cds_service.narrative.frames.clause import NO_PLACES, Slot
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import PhraseMeaning

_FINEST_FIRST: Final = ("structure", "joint")
UNSAID: Final = "unsaid"  # the slot of a head whose place is not told
_ANYWHERE = ""
_ELSEWHERE: Final = frozenset({"neck", "chest", "arm", "head"})  # next to a head they make it another's disease


def meaning_alone(table: Mapping[str, PhraseMeaning]) -> PhraseMeaning | None:
    """Return what a head says that stands alone."""
    return table.get(_ANYWHERE) or table.get(UNSAID)


def find_meanings(
    table: Mapping[str, PhraseMeaning], row: Row, slots: Sequence[Slot]
) -> list[tuple[PhraseMeaning, list[Slot]]]:
    """Return each meaning that a head has at its places, with these places."""
    places = [slot for slot in slots if is_place(row[slot.at])]
    if _ANYWHERE in table:
        return [(table[_ANYWHERE], places)]
    found: list[tuple[PhraseMeaning, list[Slot]]] = []
    for slot in places:
        meaning = _meaning_at(table, row[slot.at])
        known = next((at for one, at in found if one == meaning), None)
        if known is not None:
            known.append(slot)
        elif meaning:
            found.append((meaning, [slot]))
    if not places:
        return [(table[UNSAID], [])] if UNSAID in table else []
    if any(_is_elsewhere(table, row[slot.at]) and not slot.is_listed for slot in places):
        found = [(meaning, at) for meaning, at in found if all(slot.is_listed for slot in at)]
    if len(found) == 1 and not any(row[slot.at].concept("joint") for slot in found[0][1]):
        return [(found[0][0], places)]  # the side of a structure may stand beside its joint
    return found


def is_place(item: Item) -> bool:
    """Return whether an item tells where something is."""
    return any(item.concept(kind) not in (None, *NO_PLACES) for kind in _FINEST_FIRST)


def _meaning_at(table: Mapping[str, PhraseMeaning], item: Item) -> PhraseMeaning | None:
    concepts = [item.concept(kind) for kind in _FINEST_FIRST]
    return next((table[one] for one in concepts if one and one in table), None)


def _is_elsewhere(table: Mapping[str, PhraseMeaning], item: Item) -> bool:
    return item.concept("joint") in _ELSEWHERE and _meaning_at(table, item) is None
