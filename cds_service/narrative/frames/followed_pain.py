"""A pain that is being followed from word to word."""

from dataclasses import dataclass

from cds_service.model.facts import FindingValue


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
