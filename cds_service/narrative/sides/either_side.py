"""Read "either", "neither" and "both", which may name two sides or two findings, and "that" and "the same" side."""

from itertools import pairwise
from typing import Final

from cds_service.model.sides import Side
from cds_service.narrative.mentions import Mention
from cds_service.narrative.sides.other_side import OTHERS, is_of_other, opposite
from cds_service.narrative.statements import Statement
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import Mark

_NOR, _EITHER, _EITHERS = "nor", "either", frozenset({"either", "neither"})
_BOTH, _AND = "both", frozenset({"and", "&", "+"})
REFERRING: Final = "that"  # hip
_PAIRED: Final = frozenset(
    {
        "hips", "knees", "legs", "thighs", "calves", "feet", "buttocks", "groins", "shins", "ankles", "heels", "limbs",
        "extremities", "glutes", "hamstrings", "sides", "trochanters", "joints", "quads", "lls", "les",
    }
)  # fmt: skip
_SAME, _SIDE = "same", "side"
_NEAR = 6  # items between a finding and "either"
_UNSTATED = Side.UNSTATED


def of_either(row: Row, mention: Mention, denied: Statement) -> Statement:
    """Return a denial with its side: of both where "either" stands by its words, "no arthritis in either hip"."""
    if denied.side is not _UNSTATED or not _EITHERS.intersection(row.sentence.words):
        return denied
    near = range(max(0, mention.first - _NEAR), min(len(row), mention.last + 1 + _NEAR))
    return denied._replace(side=Side.BOTH) if any(_is_either(row, at) for at in near) else denied


def _is_either(row: Row, at: int) -> bool:
    """Return whether a word names both sides one by one: "in either hip", "neither hip", not "neither hip nor knee"."""
    word = row.sentence.words[row.firsts[at]]
    if word != _EITHER and _NOR in row.sentence.words:
        return False
    is_of_limb = at + 1 < len(row) and bool(row[at + 1].concept("joint") or row[at + 1].concept("limb"))
    return word in _EITHERS and (word == _EITHER or is_of_limb)


def refer_back(mention: Mention, items: Row, named: set[Side]) -> None:
    """Give "that hip" the one side that was named before, and note the sides that are named here."""
    if mention.side is not _UNSTATED:
        named.add(mention.side)
    elif len(named) == 1 and (REFERRING in items[mention.place].text.split() or _is_of_same_side(items, mention)):
        mention.side = next(iter(named))
    elif len(named) == 1 and is_of_other(items, mention):
        mention.side = opposite(next(iter(named)))


def refers_back(row: Row) -> bool:
    """Return whether a sentence may refer to a side named before: "that hip", "on the same side"."""
    return not {REFERRING, _SAME, *OTHERS}.isdisjoint(row.sentence.words)


def _is_of_same_side(row: Row, mention: Mention) -> bool:
    """Return whether a pain is told to be on the side of what was told before: "hip on the same side aches"."""
    words = row.sentence.words
    return _SAME in words and mention.saying.is_pain and any(pair == (_SAME, _SIDE) for pair in pairwise(words))


def free_of_both(row: Row, mentions: list[Mention]) -> None:
    """Take the sides from a mention before which "both" names two findings: "both hip pain and numbness"."""
    if _BOTH not in row.sentence.words:
        return
    for mention in mentions:
        if mention.side is Side.BOTH and _is_conjoined(row, mention):
            mention.side = _UNSTATED


def _is_conjoined(row: Row, mention: Mention) -> bool:
    """Return whether "both" stands before two findings of which a mention is one. Two hips are of both sides."""
    both = next((at for at, item in enumerate(row) if item.text == _BOTH), len(row))
    joined = next((at for at in range(both + 1, len(row)) if row[at].is_marked(Mark.LIST, Mark.JOINED)), len(row))
    if both > mention.first or joined == len(row) or row[joined].text not in _AND:
        return False
    first, end = row.words(both, max(joined, mention.last))
    is_alone = not any(item.entry.side is Side.BOTH for at, item in enumerate(row) if at != both)
    return is_alone and _PAIRED.isdisjoint(row.sentence.words[first:end])
