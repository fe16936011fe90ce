"""A clause beside its row, as what completes ellipses passes them on."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from cds_service.narrative.words.items import Row
from cds_service.narrative.words.tokenizer import Sentence


class Clause(NamedTuple):
    """A sentence, or a part of one, and its items."""

    sentence: Sentence
    row: Row


Find: TypeAlias = Callable[[Sentence], Row]  # returns the items of a sentence
