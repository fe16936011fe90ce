"""Put right what its writer corrects: "groin pain left (sorry, right)" is of the right groin.

A sentence that only says of the one before it that it is wrong, "this is an error", is joined to it.
"""

from collections.abc import Sequence
from typing import Final

from cds_service.narrative.words.tokenizer import CLAUSE, STOP, Sentence

_SIDES: Final = {"l": "left", "lt": "left", "left": "left", "r": "right", "rt": "right", "right": "right"}
_CORRECTING: Final = frozenset(
    {"correction", "corrected", "sorry", "amended", "amendment", "mean", "meant", "oops", "apologies", "should"}
)
_LEADING: Final = frozenset({"(", "-", ",", "no", "i", ":", "to", "read", "be", "say", "the"})  # around such a word
_OPENING, _CLOSING = "(", ")"
_ENDS: Final = frozenset({")", ",", "-"})
_SIDED: Final = frozenset({"sided", "side"})
_REFERRING: Final = frozenset({"this", "that", "it", "which"})
_WRONG: Final = frozenset({"error", "incorrect", "wrong", "mistake", "mistaken", "erroneous", "inaccurate", "untrue"})
_NEAR: Final = 6  # words
_COLON, _LONGEST = ":", 10  # words behind "correction:"


def correct_sides(parts: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences with each side that is corrected as it was meant."""
    corrected: list[Sentence] = []
    for part in parts:
        longest = _LONGEST if part.words[1:2] == (_COLON,) else _NEAR
        if corrected and part.words[0] in _CORRECTING and len(part.words) <= longest and corrected[-1].ending == STOP:
            part = corrected.pop().followed_by(part)
        if "not" in part.words:
            part = _without_other_side(part)
        corrected.append(part if _CORRECTING.isdisjoint(part.words) else _corrected(part))
    return corrected


def _without_other_side(part: Sentence) -> Sentence:
    """Return a sentence without the side that it only says not to mean: "right (not left) groin pain"."""
    words = part.words
    for at in range(1, len(words) - 2):
        is_opened = words[at] == _OPENING
        first = at + is_opened
        if words[first] != "not" or words[at - 1] not in _SIDES or words[first + 1] not in _SIDES:
            continue
        end = first + 2 + is_opened
        is_closed = not is_opened or (end <= len(words) and words[end - 1] == _CLOSING)
        is_led = end < len(words) and words[end] not in _ENDS
        if is_closed and is_led and _SIDES[words[at - 1]] != _SIDES[words[first + 1]]:
            return part.part(0, at).followed_by(part.part(end))
    return part


def is_retraction(part: Sentence, before: Sentence) -> bool:
    """Return whether a sentence says of the one before it that it is wrong: "this was documented in error"."""
    said = part.words[:_NEAR]
    is_wrong = said[0] in _REFERRING and not _WRONG.isdisjoint(said) and "not" not in said
    return is_wrong and before.ending in {CLAUSE, STOP}


def _corrected(part: Sentence) -> Sentence:
    words = part.words
    for at in range(1, len(words)):
        first = _correction_before(words, at) if words[at] in _SIDES else 0
        end = _end_of_correction(words, first, at)
        if first and end and _is_one_other(words[:first], words[at]):
            return _with_side(part, first, at, end)
    return part


def _correction_before(words: Sequence[str], at: int) -> int:
    """Return where the correction begins that leads to the side at a place, or 0."""
    first, is_corrected = at, False
    while first and (words[first - 1] in _LEADING or words[first - 1] in _CORRECTING):
        first -= 1
        is_corrected = is_corrected or words[first] in _CORRECTING
    return first if is_corrected else 0


def _end_of_correction(words: Sequence[str], first: int, at: int) -> int:
    """Return where a correction ends that says nothing new but the side, or 0: "left should be rested" is none."""
    end = at + 1
    while end < len(words) and words[end] not in _ENDS:
        if words[end] not in _SIDED and words[end] not in words[:first]:
            return 0
        end += 1
    return end


def _is_one_other(words: Sequence[str], side: str) -> bool:
    """Return whether the only side that is named before is the other one."""
    return {_SIDES[word] for word in words if word in _SIDES} == {"left", "right"} - {_SIDES[side]}


def _with_side(part: Sentence, first: int, at: int, end: int) -> Sentence:
    """Return a sentence with the side at a place instead of those before it, and without the correction."""
    if _OPENING in part.words[first:at] and _CLOSING in part.words[end:]:
        end = part.words.index(_CLOSING, end) + 1
    words, spellings = list(part.words), list(part.spellings)
    for place in range(first):
        if words[place] in _SIDES:
            words[place], spellings[place] = part.words[at], part.spellings[at]
    whole = part._replace(words=tuple(words), spellings=tuple(spellings))
    return whole.part(0, first).followed_by(whole.part(end))
