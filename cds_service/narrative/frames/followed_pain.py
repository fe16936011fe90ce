"""A pain that is being followed from word to word."""

from collections.abc import Sequence
from dataclasses import dataclass

from cds_service.model.facts import FindingValue
from cds_service.narrative.words.items import Item, Role


@dataclass(slots=True)
class Pain:
    """A pain being followed. `is_placed`: its places come after it, possibly as a list.

    `listed`: the last word was one that joins a list. `moved`: the last word named a movement. `is_tender`: on touch.
    `is_vague`: a denied complaint that may be pain. `value`: absent where nothing hurts. `began`: its first item.
    """

    chain: int
    is_ours: bool = True
    is_placed: bool = False
    runs: bool = False
    listed: bool = False
    moved: bool = False
    is_tender: bool = False
    is_vague: bool = False
    value: FindingValue = FindingValue.PRESENT
    began: int = -1

    @property
    def takes_lists(self) -> bool:
        """Return whether places of a list may belong to it."""
        return self.is_ours and (self.is_placed or self.runs)


def begins_anew(items: Sequence[Item], place: int) -> bool:
    """Return whether a word of pain behind a comma has a place of its own: "tingling in the leg, pain in the groin"."""
    behind = next((at for at in range(place + 1, len(items)) if items[at].role is not Role.BRIDGE), len(items))
    is_led = place + 1 < behind < len(items) and not items[place + 1].is_side and items[behind].role is Role.PLACE
    before = next((item for item in reversed(items[:place]) if not item.is_side), None)
    return is_led and before is not None and before.text == ","
