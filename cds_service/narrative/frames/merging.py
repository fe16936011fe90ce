"""Make one result of two that follow each other: "weakness 4/5", "brisk and symmetrical", "1+ and symmetrical"."""

from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import Mark
from cds_service.narrative.words.tokens import Part, Token

EQUAL: Final = frozenset({"symmetric", "symmetrical", "symmetrically", "symm", "sym", "equal", "equally", "same"})
_MINUS: Final = frozenset({"( - )", "[-]"})
_SIGNS: Final = _MINUS | {"( + )", "[+]"}
_NIL: Final = frozenset(
    {"nil", "none", "zero", "absent", "is absent", "are absent", "all absent", "not present", "negative"}
)


def merge(one: Token, other: Token, row: Row) -> Token:
    """Return one result of two that follow each other. Contradictions say nothing."""
    values = {one.value, other.value} - {None}
    if FindingValue.PRESENT in values and (alike := _of_both_alike(one, other, row)):
        return alike
    value = values.pop() if len(values) == 1 else None
    if values and _are_grades_of_reflexes(one, other, row):
        value = FindingValue.PRESENT  # "AJ 0 2+": it is lost on one side, whichever that is
    is_denied = other.value is FindingValue.PRESENT and _is_minus_before(row, one.at)
    if is_denied or (one.value and row[other.at].text in _NIL):
        value = FindingValue.ABSENT
    at = other.at if one.value is None and other.value else one.at  # "positive for numbness"
    return one._replace(at=at, value=value, grade=one.grade or other.grade, words=(*one.words, *other.words))


def _is_minus_before(row: Row, at: int) -> bool:
    """Return whether a minus sign denies what stands behind it: "(-) weakness in the leg"."""
    is_first = at == 0 or row[at - 1].is_marked(Mark.LIST) or row[0].text in _SIGNS
    return row[at].text in _MINUS and is_first


def joins(first: Token, between: Token, second: Token) -> bool:
    """Return whether "and" joins two words of one result: "brisk and symmetrical"."""
    is_one = first.part is Part.RESULT and (first.value is second.value or (first.value and second.value is None))
    return bool(is_one) and between.is_and and not (first.grade or second.grade)


def _of_both_alike(one: Token, other: Token, row: Row) -> Token | None:
    """Return the deficit that is the same on both sides: "1+ and symmetrical"."""
    for told, alike in ((one, other), (other, one)):
        words = {word for at in alike.words for word in row[at].text.split()}
        is_told = told.value is FindingValue.PRESENT and alike.value is FindingValue.ABSENT
        if is_told and words <= EQUAL:
            return told._replace(side=Side.BOTH, words=(*one.words, *other.words))
    return None


def _are_grades_of_reflexes(one: Token, other: Token, row: Row) -> bool:
    return all(row[token.at].concept("reflex-grade") or row[token.at].text == "0" for token in (one, other))
