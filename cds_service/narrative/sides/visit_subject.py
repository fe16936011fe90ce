"""The hip that a visit is about: "Returns for her left hip. Groin pain persists" tells of the left groin."""

from itertools import pairwise
from typing import Final

from cds_service.model.sides import Side
from cds_service.narrative.words.items import Item, Role, Row
from cds_service.narrative.words.tokenizer import CLAUSE, LINE, STOP, Sentence

_ENDINGS: Final = frozenset({STOP, CLAUSE, LINE})
_HIP, _JOINT, _LONGEST = "hip", "joint", 14  # words
_TITLES: Final = frozenset({"mr", "mrs", "ms", "miss", "dr"})
# What may be said of a visit, and of who comes. A word that treats or judges the hip is none of them.
_WORDS: Final = frozenset(
    {
        "returns", "returned", "returning", "return", "re", "regarding", "about", "presents", "presented", "presenting",
        "with", "w", "seen", "referred", "ref", "referral", "for", "here", "today", "follow", "up", "fu", "f", "u",
        "followup", "review", "reviewed", "r", "v", "rv", "back", "in", "clinic", "attends", "attended", "attending",
        "c", "o", "complains", "complaining", "complaint", "of", "problem", "problems", "issue", "concern", "concerns",
        "main", "chief", "cc", "pc", "the", "his", "her", "my", "their", "this", "lady", "gentleman", "man", "woman",
        "old", "year", "yr", "patient", "pt", "is", "on", "routine", "new", "consult", "consultation", "opinion",
        "second", "visit", "appointment", "appt", "m", "yo", "y", "she", "he", "/", ",", ":", "-", "a", "again", "due",
        "to", "comes", "came", "because", *_TITLES,
    }
)  # fmt: skip


def subject_of_visit(row: Row, sentence: Sentence) -> Side | None:
    """Return the side of the hip that a sentence says the visit is about, and says nothing else."""
    if _HIP not in sentence.words or len(sentence.words) > _LONGEST or sentence.ending not in _ENDINGS:
        return None
    hips = [item for item in row if _is_hip(item)]
    sides = {side for item in row if (side := item.entry.side or item.side) is not Side.UNSTATED}
    if len(hips) != 1 or len(sides) != 1 or not sides <= {Side.LEFT, Side.RIGHT}:
        return None
    return sides.pop() if all(_is_small(row, at) for at in range(len(row))) else None


def _is_hip(item: Item) -> bool:
    return item.role is Role.PLACE and item.concept(_JOINT) == _HIP and _HIP in item.text.split()


def _is_small(row: Row, at: int) -> bool:
    """Return whether an item is the hip, its side, an age, a name, or a word of visits."""
    item = row[at]
    if _is_hip(item) or item.is_side or item.number >= 0:
        return True
    first, end = row.words(at, at)
    words = row.sentence.words[max(0, first - 1) : end]
    own = words[1:] if first else words
    named = [one for before, one in pairwise(words) if before in _TITLES]
    return all(word in _WORDS or word in named or _is_age(word) for word in own)


def _is_age(word: str) -> bool:
    return word[:-1].isdecimal() and word[-1] in "mf"
