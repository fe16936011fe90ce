"""The sentences of a text beside each other, each with its row and its name in a cache."""

from collections.abc import Sequence
from typing import NamedTuple

from cds_service.narrative.words.items import Row
from cds_service.narrative.words.tokenizer import Sentence


class Passage(NamedTuple):
    """The sentences of a text in order, and their rows.

    `names`: of each the keyed hash of all that decides how it is read by itself. `told`: the same of those that say
    something of the sentences beside them, else None, as of most.
    """

    sentences: Sequence[Sentence]
    rows: Sequence[Row]
    names: Sequence[int]
    told: Sequence[int | None]

    def beside(self, at: int) -> tuple[int | None, int | None]:
        """Return what the sentences before and behind one say of it."""
        return self.told[at - 1] if at else None, self.told[at + 1] if at + 1 < len(self.told) else None
