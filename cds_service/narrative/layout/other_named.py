"""Write "the other side" as the side that was not named: "SLR positive on the left, negative on the other side"."""

from typing import Final

from cds_service.model.sides import Side
from cds_service.narrative.layout.clauses import Clause, Find
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import Mark
from cds_service.narrative.words.tokenizer import Sentence

_OTHER: Final = frozenset({"other", "opposite", "contralateral"})
_OPPOSITE: Final = {Side.LEFT: "right", Side.RIGHT: "left"}
_NAMED: Final = frozenset({"side", "leg", "limb", "hip", "one"})
_HEADS: Final = ("test", "motion", "reflex", "muscle", "topic")
_RESULTS: Final = ("result", "grade", "reflex-grade", "degrees")


def name_other(clause: Clause, before: Clause | None, find: Find) -> Clause:
    """Return a clause with the other side by its name, where one side alone was examined before it."""
    part, row = clause
    if _OTHER.isdisjoint(part.words):
        return clause  # as in most sentences
    at = next((at for at in range(len(row)) if row.word(at) in _OTHER and _is_alone(row, at)), -1)
    if at < 0 or not _is_side(row, at) or any(item.is_side for item in row[at:]):
        return clause
    examined = row if _is_examined(row, at) else before.row if before else None
    end = at if examined is row else len(examined or ())
    if examined is None or not _is_examined(examined, end):
        return clause
    sides = {item.entry.side or item.side for item in examined[:end]} - {Side.UNSTATED}
    side = _OPPOSITE.get(sides.pop()) if len(sides) == 1 else None
    if side is None:
        return clause
    first, behind = row.words(at, at)
    word = Sentence((side,), (side,), part.ending, part.starts[first : first + 1])
    named = part.part(0, first).followed_by(word, part.part(behind))
    return Clause(named, find(named))


def _is_alone(row: Row, at: int) -> bool:
    first, end = row.words(at, at)
    return end == first + 1


def _is_side(row: Row, at: int) -> bool:
    """Return whether a word for the other is said of a side, and not of other tests."""
    if at + 1 < len(row) and row.word(at + 1) in _NAMED:
        return True
    if row[at].entry.concepts:
        return False  # "SLR positive left, contralateral negative" may be the crossed test
    if at + 1 >= len(row) or row[at + 1].is_marked(Mark.LIST):
        return True
    return any(row[at + 1].concept(kind) for kind in _RESULTS) or row[at + 1].text == "is"


def _is_examined(row: Row, end: int) -> bool:
    """Return whether something was examined before a place."""
    return any(at < end for kind in _HEADS for at in row.kinds.get(kind, ()))
