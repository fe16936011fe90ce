"""Complete what is told of the other hip without naming its disease again: "Severe OA right hip. Left hip mild."."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from cds_service.model.sides import Side
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark
from cds_service.narrative.words.tokenizer import PARAGRAPH, Sentence
from cds_service.narrative.words.traits import SIDE

_WORN: Final = frozenset({"osteoarthritis", "coxarthrosis", "degeneration"})
_OTHER: Final = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}
_NORMAL: Final = frozenset(
    {"nil", "none", "normal", "clear", "nad", "unremarkable", "unaffected", "preserved", "spared", "ok", "fine"}
)
_SMALL: Final = frozenset({":", "-", "is", "joint", "the", ","})
_HIP, _SEVERITY, _LONGEST = "hip", "severity", 7
# Both words of a named disease stand where what is told of the other side begins.
_NAMED: Final = {True: ("no", "osteoarthritis", "of"), False: ("osteoarthritis", "of")}
_Find: TypeAlias = Callable[[Sentence], Row]
_Read: TypeAlias = tuple[Sentence, Row]


def name_again(told: Sequence[_Read], find: _Find) -> Iterator[_Read]:
    """Yield the sentences and rows; one that tells of a hip only how worn it is, beside one that names it, names it."""
    for at, (sentence, row) in enumerate(told):
        said = _told_of_hip(row) if row.traits & SIDE and len(row) <= _LONGEST else None
        if said is not None and any(_finds_other(told, beside, at, said[0]) for beside in (at - 1, at + 1)):
            named = _named(sentence, row, is_normal=said[1])
            yield named, find(named)
        else:
            yield sentence, row


def _told_of_hip(row: Row) -> tuple[Side, bool] | None:
    """Return the side of which a sentence only tells how worn it is, and whether it is normal."""
    sides = [item.entry.side for item in row if item.is_side]
    is_normal = [item.text in _NORMAL for item in row if item.text in _NORMAL or _SEVERITY in item.entry.qualifiers]
    if len(sides) != 1 or sides[0] is None or sides[0] not in _OTHER or len(is_normal) != 1:
        return None
    return (sides[0], is_normal[0]) if all(map(_is_told, row)) else None


def _is_told(item: Item) -> bool:
    is_small = item.is_side or item.text in _SMALL or item.text in _NORMAL
    return is_small or _SEVERITY in item.entry.qualifiers or item.concept("joint") == _HIP


def _finds_other(told: Sequence[_Read], beside: int, at: int, side: Side) -> bool:
    """Return whether a sentence in the same paragraph states that the other hip is worn."""
    if not 0 <= beside < len(told) or told[min(at, beside)][0].ending == PARAGRAPH:
        return False
    row = told[beside][1]
    worn = [place for place in row.kinds.get("disease", ()) if row[place].concept("disease") in _WORN]
    joints = {row[place].concept("joint") for place in row.kinds.get("joint", ())}
    sides = {item.entry.side for item in row if item.is_side}
    is_cued = any(item.entry.cues or item.is_marked(Mark.EXCEPT) for item in row)
    return bool(worn) and joints == {_HIP} and sides == {_OTHER[side]} and not is_cued


def _named(sentence: Sentence, row: Row, *, is_normal: bool) -> Sentence:
    """Return "osteoarthritis of" before what is told, or "no osteoarthritis of" before it without the normal result."""
    kept = [at for at, item in enumerate(row) if not (item.text in _NORMAL or item.text in _SMALL)]
    parts = [sentence.part(*row.words(at, at)) for at in kept]
    if not any(row[at].concept("joint") for at in kept):
        parts.append(_word(sentence, _HIP))
    severity = [part for at, part in zip(kept, parts, strict=False) if _SEVERITY in row[at].entry.qualifiers]
    place = [part for part in parts if part not in severity]
    named = [*severity, *(_word(sentence, word) for word in _NAMED[is_normal]), *place]
    return named[0].followed_by(*named[1:])._replace(ending=sentence.ending)


def _word(sentence: Sentence, word: str) -> Sentence:
    return Sentence((word,), (word,), sentence.ending, sentence.starts[:1])
