"""Spell out the shorthand of a sentence: "Jerks: K R2 L2", "Myotomes: L4 5, L5 4" and "Pain score: back 2, leg 0"."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from cds_service.narrative.tokenizer import CLAUSE, Sentence

_JERKS: Final = frozenset({"jerks", "jerk", "reflexes", "dtrs"})
_LETTERS: Final[Mapping[str, str]] = {"k": "knee", "a": "ankle", "b": "biceps", "t": "triceps", "s": "supinator"}
_GRADED: Final = re.compile(r"[rl]?[0-4]|[+-]|absent|present|normal|n|r|l|right|left")
_LEFT_OR_TOUCH: Final = "lt"
_FELT: Final = frozenset({"intact", "normal", "preserved", "nad", "reduced", "decreased", "impaired", "diminished"})
_RIGHT, _LEFT = "r", "l"
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
_STRENGTH: Final = frozenset({"myotomes", "myotome", "power", "motor", "mrc", "strength"})
_ROOTS: Final = frozenset({"l1", "l2", "l3", "l4", "l5", "s1", "s2"})
_ROOTS_OF_JERKS: Final[Mapping[str, str]] = {"l3": "kj", "l4": "kj", "s1": "aj"}
_WIDTH_OF_LEVELS: Final = 3
_LEVELS_OF_KNEE: Final = frozenset({("l3", "/", "4"), ("l3", "/", "l4")})
_SAID_OF_JERKS: Final = frozenset(
    {"reduced", "diminished", "absent", "normal", "present", "brisk", "intact", "sluggish", "lost", "equal", "trace", "↓"}
)
_SENSED: Final = frozenset({"sensation", "sensory", "dermatome", "dermatomes", "numbness", "touch", "myotomes"})
_FULL: Final = 5  # of strength
_FULL_RANGE: Final = ("full", "range", "of", "motion")
_ROTATION: Final = frozenset({"rotation", "rotn", "rot"})
_INWARDS: Final = frozenset({"internal", "int", "medial"})
_OUTWARDS: Final = frozenset({"external", "ext", "lateral"})
_REFLEXES: Final = _JERKS | {"patellar", "patella", "achilles", "patellars", "kj", "aj", "kjs", "ajs", "dtr"}
_MOST: Final = 10
_ENDS: Final = frozenset({",", "and", "&", "-", ")"})


def spell_out(parts: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences with their shorthand spelled out."""
    spelled: list[Sentence] = []
    for part in parts:
        before = spelled[-1].words if spelled and spelled[-1].ending == CLAUSE else ()
        named = _with_named_side(part, before)
        spelled.append(_spelled(named, list(_words(named))) if _may_be_short(named) else named)
    return spelled


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
    if not _JERKS.isdisjoint(words) or (not _GLUED.isdisjoint(words) and _has_glued_sides(words)):
        return True
    is_graded = not (_ROOTS.isdisjoint(words) or _STRENGTH.isdisjoint(words))
    is_signed = "+" in words and not _REFLEXES.isdisjoint(words)
    return is_graded or is_signed or "FROM" in part.spellings or ("/" in words and not _ROTATION.isdisjoint(words))


def _spelled(part: Sentence, words: Sequence[tuple[str, int]]) -> Sentence:
    said = tuple(word for word, _ in words)
    spellings = tuple(part.spellings[at] if part.words[at] == word else word for word, at in words)
    return Sentence(said, spellings, part.ending, tuple(part.starts[at] for _, at in words))


def _words(part: Sentence) -> Iterator[tuple[str, int]]:
    """Yield the words, and the place of the one that each stands for."""
    words = part.words
    is_scored, is_sided = _is_scored(words), _has_glued_sides(words)
    is_of_jerks = not _JERKS.isdisjoint(words[:2])
    is_of_strength, is_of_reflexes = not _STRENGTH.isdisjoint(words), not _REFLEXES.isdisjoint(words)
    for at, word in enumerate(words):
        if is_of_jerks and word in _LETTERS and _GRADED.fullmatch(words[at + 1] if at + 1 < len(words) else ""):
            yield _LETTERS[word], at
        elif word == _LEFT_OR_TOUCH and _is_touch(part, at):
            yield from (("light", at), ("touch", at))
        elif is_of_strength and at and _is_grade_of_root(words, at):
            yield from (("mrc", at), (word, at))
        elif is_sided and word in _GLUED:
            yield from ((word[0], at), (word[1:], at))
        elif is_of_jerks and not is_of_strength and (jerk := _jerk_at(words, at)):
            yield jerk, at
        elif is_of_jerks and at and words[at - 1 : at + 2] in _LEVELS_OF_KNEE:
            continue
        elif is_of_jerks and at > 1 and words[at - 2 : at + 1] in _LEVELS_OF_KNEE:
            continue
        elif word == "from" and _is_full_range(part, at):
            yield from ((spelled, at) for spelled in _FULL_RANGE)
        elif is_of_reflexes and _is_sign_of_grade(part, at):
            yield from ((words[at + 1], at + 1), (word, at))
        elif is_of_reflexes and at and _is_sign_of_grade(part, at - 1):
            continue
        elif rotation := _rotation_at(words, at):
            yield rotation, at
        elif not (word in _ROTATION and at > 1 and words[at - 2] == "/" and _rotation_at(words, at - 1)):
            yield word, at
        if is_of_strength and at and _is_grade_of_root(words, at) and words[at + 1 : at + 3] != ("/", str(_FULL)):
            yield from (("/", at), (str(_FULL), at))
        if is_scored and at and _is_score(words, at):
            yield from (("/", at), (str(_MOST), at))


def _is_touch(part: Sentence, at: int) -> bool:
    """Return whether "LT" is no side but light touch, as what is felt stands behind it: "LT intact L2-S1".

    In a text all in capitals it may be either.
    """
    if part.spellings[at] != "LT" or at + 1 >= len(part.words):
        return False
    return part.words[at + 1] in _FELT and not part.spellings[at + 1].isupper()


def _jerk_at(words: Sequence[str], at: int) -> str:
    """Return the jerk that a root with a result stands for in a list of reflexes: "Reflexes: L4 normal, S1 reduced"."""
    jerk = _ROOTS_OF_JERKS.get(words[at], "")
    end = at + _WIDTH_OF_LEVELS if words[at : at + _WIDTH_OF_LEVELS] in _LEVELS_OF_KNEE else at + 1
    behind = words[end] if end < len(words) else ""
    is_told = behind in _SIDES or behind == ":" or _GRADED.fullmatch(behind) or behind in _SAID_OF_JERKS
    return jerk if jerk and is_told and _SENSED.isdisjoint(words) else ""


def _is_full_range(part: Sentence, at: int) -> bool:
    """Return whether "FROM" in capitals is a full range of movement. In a text all in capitals it is a word."""
    return part.spellings[at] == "FROM" and any(word.islower() and word.isalpha() for word in part.spellings)


def _is_sign_of_grade(part: Sentence, at: int) -> bool:
    """Return whether a plus stands right before its grade: "patellar +2", but not "2+" or "KJ 2 + 2"."""
    words, starts = part.words, part.starts
    if words[at] != "+" or at + 1 >= len(words) or words[at + 1] not in {"0", "1", "2", "3", "4"}:
        return False
    is_next = starts[at + 1] == starts[at] + 1
    return is_next and not (at and starts[at - 1] + len(words[at - 1]) == starts[at])


def _rotation_at(words: Sequence[str], at: int) -> str:
    """Return the short name of a rotation that is named with the other one: "internal/external rotation 10/40"."""
    kind = {**dict.fromkeys(_INWARDS, "ir"), **dict.fromkeys(_OUTWARDS, "er")}
    for first in (at, at - 2):
        pair = words[max(0, first) : first + 4]
        if first >= 0 and len(pair) == 4 and pair[1] == "/" and pair[3] in _ROTATION:
            one, other = kind.get(pair[0]), kind.get(pair[2])
            if one and other and one != other:
                return one if first == at else other
    return ""


def _is_grade_of_root(words: Sequence[str], at: int) -> bool:
    """Return whether a number is the strength of the root before it: "L4 5, L5 4/5", and not the levels L4 to 5."""
    if words[at - 1] not in _ROOTS or not (words[at].isdecimal() and int(words[at]) <= _FULL):
        return False
    behind = words[at + 1 : at + 3]
    if behind[:1] == ("/",):
        return behind[1:] in {("/",), (str(_FULL),)}
    return not behind or behind[0] in _ENDS or behind[0] in _ROOTS or behind[0] in _SIDES or behind[0] in {"(", "+"}


def _has_glued_sides(words: Sequence[str]) -> bool:
    glued = [word for word in words if word in _GLUED]
    return any(one[0] == _RIGHT and other[0] == _LEFT for one, other in pairwise(glued))


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
