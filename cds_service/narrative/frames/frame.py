"""The shape of a frame."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import FrameTable


class Frame(ABC):
    """Reads one sort of statement: its head, such as the name of a disease, and the slots around it.

    `name`: the content file that holds its words and what it records. `kinds`: the kinds of words that it reads.
    `heads`: those of them without which a sentence says nothing to it.
    """

    name: ClassVar[str]
    kinds: ClassVar[frozenset[str]]
    heads: ClassVar[frozenset[str]]

    def __init__(self, table: FrameTable) -> None:
        """Build the frame with what it records, by the concepts of its head and of a slot."""
        self.table = table

    @abstractmethod
    def read(self, row: Row) -> Iterator[Mention]:
        """Yield what a sentence states. Context and sides are judged later, for all mentions alike."""
