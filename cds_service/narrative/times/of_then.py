"""What is told of a day before, and says nothing of now: "no retention on admission", "negative at last visit"."""

from collections.abc import Sequence
from typing import Final

from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark
from cds_service.narrative.words.traits import marked

_COMMA: Final = ","
_THEN: Final = marked(Mark.THEN)
AUXILIARIES: Final = frozenset(
    {
        "has",
        "have",
        "had",
        "is",
        "was",
        "are",
        "were",
        "been",
        "now",
        "which",
        "that",
        "since",
        "who",
        "noted",
        "reported",
    }
)
_STILL_NONE: Final = frozenset({"none today", "none now", "nil now", "still none", "nil today", "none currently"})


def is_of_then(items: Sequence[Item], mention: Mention) -> bool:
    """Return whether a denial tells of a day before, and not of now: "no retention on admission"."""
    if any(item.text in _STILL_NONE for item in items[mention.last + 1 :]):
        return False  # "no retention on admission, none today"
    when = mention.when
    if when is not None and when.is_relative and (when.least or when.weekday >= 0):
        return True
    for item in items[mention.last + 1 :]:
        if item.is_marked(Mark.THEN):
            return True
        is_passed = AUXILIARIES.issuperset(item.text.split())  # "limp noted at the last visit"
        if item.text == _COMMA or (item.is_marked(Mark.STOP) and not is_passed):
            return False
    return False


def is_told_of_then(row: Row, mention: Mention) -> bool:
    """Return whether words behind a mention, or at the opening, say that it was so on a day before: "initially had"."""
    return bool(row.traits & _THEN) and (row[0].is_marked(Mark.THEN) or is_of_then(row, mention))
