"""Whether an act is only meant to be done, "R hip OA, for THR", or goes on, "P: cont PT"."""

from collections.abc import Set
from typing import Final

from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import CueEffect, Mark

_FOR, _OF, _WITHIN, _SPAN, _DISEASE = "for", "of", "within", "span", "disease"
_OPENING: Final = frozenset({",", ":", "-", "("})
_ARTICLES: Final = frozenset({"a", "an", "any", "the"})
_CONTINUING: Final = frozenset({"continue", "continues", "continued", "continuing", "cont", "contd", "ctd"})
_BETWEEN: Final = frozenset(
    {"with", "w", "/", "on", "current", "her", "his", "their", "the", "regular", "outpatient", "same", "formal"}
)
_LONGEST: Final = 3  # words between "continue" and what goes on


def with_intent(row: Row, mention: Mention, effects: Set[CueEffect]) -> set[CueEffect]:
    """Return the effects on a mention, with what is planned if it is intended, and without where it goes on."""
    if CueEffect.PLANNED in effects:
        return {*effects} - {CueEffect.PLANNED} if goes_on(row, mention) else {*effects}
    return {*effects, CueEffect.PLANNED} if _is_intended(row, mention) else {*effects}


def _is_intended(row: Row, mention: Mention) -> bool:
    """Return whether words before a mention say that it is what somebody came for, is for, or may once have."""
    at = mention.first - 1
    while at >= 0 and (row[at].is_side or row[at].text in _ARTICLES or row[at].concept("joint")):
        at -= 1
    if at < 0 or row.has_year:
        return False
    if row[at].text == _FOR:
        return at == 0 or row[at - 1].text in _OPENING or _is_behind_disease(row, at)
    return row[at].text == _OF and _is_within(row, at)


def goes_on(row: Row, mention: Mention) -> bool:
    """Return whether a plan goes on with what is under way: "continue PT"."""
    first = row.firsts[mention.first]
    words = row.sentence.words[max(0, first - _LONGEST) : first + 1]
    while words and words[-1] not in _CONTINUING and (len(words) > _LONGEST or words[-1] in _BETWEEN):
        words = words[:-1]
    return bool(words) and words[-1] in _CONTINUING


def _is_behind_disease(row: Row, place: int) -> bool:
    """Return whether a disease stands before the word at a place: "R hip OA for THR"."""
    at = place - 1
    while at >= 0 and (row[at].is_side or row[at].concept("joint")):
        at -= 1
    return at >= 0 and row[at].concept(_DISEASE) is not None


def _is_within(row: Row, place: int) -> bool:
    """Return whether a span stands before the word at a place: "within 3 mo of"."""
    before = [item for item in row[max(0, place - 4) : place] if not item.is_marked(Mark.LIST)]
    is_span = bool(before) and (before[-1].concept(_SPAN) is not None or before[-1].number >= 0)
    return is_span and any(item.text == _WITHIN for item in before)
