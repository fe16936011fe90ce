"""What was examined in a sentence, and the side that heads a list of it."""

from typing import Final

from cds_service.model.sides import Side
from cds_service.narrative.layout.clauses import Clause
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.tokenizer import CLAUSE, Sentence
from cds_service.narrative.words.traits import SIDE

HEADS: Final = ("test", "motion", "reflex", "muscle")
RESULTS: Final = ("result", "grade", "reflex-grade", "degrees")
_RESULT_KINDS: Final = frozenset({*RESULTS, "quality"})
_MANY: Final = frozenset({"leg", "other", "arm"})  # concepts of more than one muscle, test or movement
_ONE: Final = frozenset({Side.LEFT, Side.RIGHT})
_COLON, _MOTION, _ROTATION = ":", "motion", "rotation"


def examined(row: Row) -> list[int]:
    """Return the places of what was examined, each once: not "rotation" beside its directions, nor a name twice."""
    heads: dict[tuple[str, str | None, str], int] = {}
    for at in sorted(at for kind in HEADS for at in row.kinds.get(kind, ())):
        kind = next(kind for kind in HEADS if row[at].concept(kind))
        name = row[at].concept(kind)
        heads.setdefault((kind, name, row[at].text if name in _MANY else ""), at)
    if len(heads) > 1:
        heads.pop((_MOTION, _ROTATION, ""), None)
    return list(heads.values())


def has_result(row: Row) -> bool:
    """Return whether a sentence tells a result."""
    return row.has_number or not row.kinds.keys().isdisjoint(_RESULT_KINDS)


def side_above(before: Clause, row: Row) -> Sentence | None:
    """Return the side that heads a list up to a semicolon, where an entry names none: "R: SLR positive; AJ absent"."""
    heads = before.row
    is_headed = len(heads) > 1 and heads[0].is_side and heads[1].text == _COLON and heads[0].entry.side in _ONE
    if not is_headed or before.sentence.ending != CLAUSE or not has_result(row):
        return None
    if row.traits & SIDE or not any(kind in row.kinds for kind in HEADS) or _sides(heads) != 1:
        return None
    return before.sentence.part(*heads.words(0, 1))


def _sides(row: Row) -> int:
    return sum(item.is_side for item in row)
