"""Spell out the shorthand of a sentence: "Jerks: K R2 L2" and "Pain score: back 2, leg 0"."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from cds_service.narrative.layout.examination_shorthand import spell_out_examination
from cds_service.narrative.words.tokenizer import CLAUSE, PARAGRAPH, Sentence

_JERKS: Final = frozenset({"jerks", "jerk", "reflexes", "dtrs"})
_LETTERS: Final[Mapping[str, str]] = {"k": "knee", "a": "ankle", "b": "biceps", "t": "triceps", "s": "supinator"}
_NAMED_JERKS: Final = frozenset({"kj", "kjs", "aj", "ajs", "jerk", "jerks"})
_PLACES: Final = frozenset({"k", "a", "knee", "ankle", "knees", "ankles"})
_SMALL: Final = frozenset({",", "and", "/", ":", "(", ")", "-", "+", "brisk", "lost", "reduced", "both", "trace"})
_GRADED: Final = re.compile(r"[rl]?[0-4]|[+-]|absent|present|normal|n|r|l|right|left")
_LEFT_OR_TOUCH: Final = "lt"
_FELT: Final = frozenset({"intact", "normal", "preserved", "nad", "reduced", "decreased", "impaired", "diminished"})
_LESSENED: Final = frozenset({"↓", "reduced", "decreased", "impaired", "diminished", "altered", "absent"})
_ROOT: Final = re.compile(r"[ls][1-5]|over|in|across|at|on|to|throughout")
_IN_SHORT: Final = frozenset({"nad", "wnl"})  # in capitals always
_RIGHT, _LEFT = "r", "l"
_RIGHT_SIDES: Final = frozenset({_RIGHT, "rt", "right"})
_OTHER_SIDES: Final = _RIGHT_SIDES | {"both", "bilat", "bilateral", "bilaterally", "b/l"}
_FULL_SIDES: Final = frozenset({_RIGHT, _LEFT, "right", "left"})
_SENSED: Final = frozenset({"dermatome", "dermatomes", "derm", "derms", "sensation", "sensory"})
# "R2 L0": where the right stands beside it, L2 is no vertebra.
_GLUED: Final = frozenset(f"{side}{grade}" for side in (_RIGHT, _LEFT) for grade in range(5))
_SCORES: Final = (("pain", "score"), ("pain", "scores"), ("pain", "scale"), ("nrs",), ("vas",), ("nprs",))
_TITLES: Final = frozenset(title[0] for title in _SCORES)
_SAME: Final = frozenset({"same", "that", "this"})
_SIDES: Final[Mapping[str, str]] = {
    "l": "left",
    "lt": "left",
    "left": "left",
    "r": "right",
    "rt": "right",
    "right": "right",
}
_MOST: Final = 10
_ENDS: Final = frozenset(
    {",", "and", "&", "-", ")", "(", "leg", "legs", "back", "hip", "groin", "buttock", "lbp", *_SIDES}
)


def spell_out(parts: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences with their shorthand spelled out."""
    spelled: list[Sentence] = []
    for one in parts:
        part = _of_jerks_before(one, spelled[-1]) if spelled else one
        before = spelled[-1].words if spelled and spelled[-1].ending == CLAUSE else ()
        named = spell_out_examination(_with_named_side(part, before), spelled[-1] if spelled else None)
        spelled.append(_spelled(named, list(_words(named))) if _may_be_short(named) else named)
    return spelled


def _of_jerks_before(part: Sentence, before: Sentence) -> Sentence:
    """Return a sentence behind the word for what it grades: "Jerks: knee L N, R N. Ankle L absent, R N."."""
    words = part.words
    is_place = words[0] in _PLACES and len(words) > 1 and before.ending != PARAGRAPH
    if not is_place or _JERKS.isdisjoint(before.words[:2]) or _PLACES.isdisjoint(before.words):
        return part
    if not all(word in _PLACES or word in _SMALL or _GRADED.fullmatch(word) or word in _SIDES for word in words):
        return part
    title = next(word for word in before.words[:2] if word in _JERKS)
    return Sentence((title,), (title,), part.ending, part.starts[:1]).followed_by(part)


def _with_named_side(part: Sentence, before: Sequence[str]) -> Sentence:
    """Return a sentence with "the same side" written as the one side that was named: "and the calf on that side"."""
    words = part.words
    if "side" not in words:
        return part
    at = next((at for at in range(1, len(words)) if words[at] == "side" and words[at - 1] in _SAME), None)
    if at is None:
        return part
    sides = {_SIDES[word] for word in (*before, *words[:at]) if word in _SIDES}
    if len(sides) != 1:
        return part
    side = sides.pop()
    named = Sentence((side,), (side,), part.ending, part.starts[at : at + 1])
    return part.part(0, at - 1).followed_by(named, part.part(at + 1))


def _may_be_short(part: Sentence) -> bool:
    words = part.words
    if words[0] in _TITLES and _is_scored(words):
        return True
    if _LEFT_OR_TOUCH in words and any(_is_touch(part, at) for at in range(len(words))):
        return True
    return not _JERKS.isdisjoint(words) or (not _GLUED.isdisjoint(words) and _has_glued_sides(words))


def _spelled(part: Sentence, words: Sequence[tuple[str, int]]) -> Sentence:
    said = tuple(word for word, _ in words)
    spellings = tuple(part.spellings[at] if part.words[at] == word else word for word, at in words)
    return Sentence(said, spellings, part.ending, tuple(part.starts[at] for _, at in words))


def _words(part: Sentence) -> Iterator[tuple[str, int]]:
    """Yield the words, and the place of the one that each stands for."""
    words = part.words
    is_scored, is_sided = _is_scored(words), _has_glued_sides(words)
    is_of_jerks = not _JERKS.isdisjoint(words[:2])
    for at, word in enumerate(words):
        if is_of_jerks and word in _LETTERS and _GRADED.fullmatch(words[at + 1] if at + 1 < len(words) else ""):
            yield _LETTERS[word], at
        elif word == _LEFT_OR_TOUCH and _is_touch(part, at):
            yield from (("light", at), ("touch", at))
        elif is_sided and word in _GLUED:
            yield from ((word[0], at), (word[1:], at))
        else:
            yield word, at
        if is_scored and at and _is_score(words, at):
            yield from (("/", at), (str(_MOST), at))


def _is_touch(part: Sentence, at: int) -> bool:
    """Return whether "LT" is no side but light touch, as what is felt stands behind it: "LT intact L2-S1".

    In a text all in capitals it may be either.
    """
    if part.spellings[at] != "LT":
        return False
    if at + 1 >= len(part.words):
        before = part.words[:at]
        is_sided = "," not in before and not (_FULL_SIDES.isdisjoint(before) or _SENSED.isdisjoint(before))
        return is_sided and before[-1] in _LESSENED  # "dermatomes R L4 reduced LT"
    behind = part.words[at + 1]
    if at and part.words[at - 1] in _LESSENED:
        place = next((word for word in part.words[at + 1 :] if word not in _SIDES), "")
        is_sided = behind in _OTHER_SIDES  # "reduced LT both soles"
        return is_sided or _ROOT.fullmatch(place) is not None  # "↓ LT L5", "diminished LT R L4"
    if behind in _IN_SHORT:
        return _RIGHT_SIDES.isdisjoint(part.words)  # else it is the left one that is normal
    return behind in _FELT and not part.spellings[at + 1].isupper()


def _has_glued_sides(words: Sequence[str]) -> bool:
    glued = [word for word in words if word in _GLUED]
    is_of_jerk = not _NAMED_JERKS.isdisjoint(words)  # else "L2" may be a vertebra
    return any(one[0] != other[0] and (is_of_jerk or one[0] == _RIGHT) for one, other in pairwise(glued))


def _is_scored(words: Sequence[str]) -> bool:
    return any(tuple(words[: len(title)]) == title for title in _SCORES)


def _is_score(words: Sequence[str], at: int) -> bool:
    """Return whether a word is a score of pain, which ends its entry of the list."""
    is_number = words[at].isdecimal() and int(words[at]) <= _MOST
    return (
        is_number
        and (at + 1 == len(words) or words[at + 1] in _ENDS)
        and not (words[at - 1].isdecimal() or words[at - 1] == "/")
    )
