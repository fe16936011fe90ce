"""Sentences that deny all that the sentence before asked about or warned of: "Currently none of these"."""

from collections.abc import Sequence
from typing import Final

from cds_service.narrative.words.items import Row

# Who has none, and when.
_SMALL: Final = frozenset(
    {
        "currently", "now", "today", "at", "present", "presently", "has", "had", "have", "she", "he", "they", "patient",
        "pt", "reports", "reported", "states", "stated", "says", "said",
        "confirms", "the", "moment", "so", "far", "to", "date", "yet", "this", "time", "stage", "-",
    }
)  # fmt: skip
_NONE: Final = frozenset(
    {
        ("none", "of", "these"), ("none", "of", "them"), ("none", "of", "those"), ("none", "of", "above"),
        ("nil", "of", "these"), ("denies", "all"), ("all", "denied"), ("denies", "all", "of", "these"),
        ("denies", "all", "these"), ("denies", "any", "of", "these"), ("denied", "all", "of", "these"), ("no", "all"),
        ("none", "of", "which"), ("denied", "all"), ("denied", "any", "of", "these"),
    }
)  # fmt: skip
_MEANT: Final = frozenset({"these", "them", "those", "above", "all", "which"})  # one of them is in each
_LONGEST: Final = 9  # words


def denies_all(row: Row) -> bool:
    """Return whether a sentence says nothing but that there is none of what stands before."""
    return says_none(row.sentence.words)


def says_none(words: Sequence[str]) -> bool:
    """Return whether words say nothing but that there is none of what stands before."""
    if len(words) > _LONGEST or _MEANT.isdisjoint(words):
        return False
    return tuple(word for word in words if word not in _SMALL) in _NONE
