"""Whether a clause says that something is there; no denial before its comma reaches it then: "no LBP, hip pain ++"."""

from collections.abc import Sequence
from typing import Final

from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item
from cds_service.narrative.words.lexicon import Mark

_COMMA, _PLUS, _PRESENT, _SLASH = ",", "+", "present", "/"
_SCALES: Final = frozenset({10, 100})
_VERBS: Final = ("hurts", "hurt", "aches", "burns", "throbs", "s ache", "s burn")  # at the end of a place that hurts
_FINITE: Final = frozenset(
    {
        "is",
        "are",
        "persists",
        "persist",
        "remains",
        "continues",
        "started",
        "began",
        "comes",
        "came",
        "goes",
        "radiates",
        "wakes",
    }
)


def is_asserted(items: Sequence[Item], mention: Mention) -> bool:
    """Return whether a mention begins a clause behind a comma that says that it is there."""
    return _begins_clause(items, mention) and asserts(items, mention)


def asserts(items: Sequence[Item], mention: Mention) -> bool:
    """Return whether a mention is told with how much of it there is, or with a verb of its own."""
    text = items[mention.last].text
    if mention.saying.is_pain and (text.endswith(_VERBS) or text.startswith(_PLUS)):
        return True
    behind = items[mention.last + 1 :]
    while behind and behind[0].is_side:
        behind = behind[1:]
    if not behind:
        return False
    first, second = behind[0], behind[1] if len(behind) > 1 else None
    if first.text == _PRESENT:
        return second is None or not second.is_marked(Mark.JOINED)
    is_last = second is None or second.is_marked(Mark.LIST, Mark.STOP)
    if first.text.startswith(_PLUS):
        return first.text != _PLUS or is_last
    return first.text in _FINITE or _is_score(behind)


def _is_score(items: Sequence[Item]) -> bool:
    """Return whether items are a score of more than nothing: "6/10"."""
    behind = items[2] if len(items) > 2 and items[1].text == _SLASH else None
    return items[0].number > 0 and behind is not None and behind.number in _SCALES


def _begins_clause(items: Sequence[Item], mention: Mention) -> bool:
    """Return whether only sides stand between a mention and the comma before it."""
    at = mention.first - 1
    while at > 0 and items[at].is_side:
        at -= 1
    return at > 0 and items[at].text == _COMMA
