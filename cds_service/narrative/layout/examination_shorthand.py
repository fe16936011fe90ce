"""Spell out the shorthand of examinations: "Myotomes: L4 5", "Reflexes: S1 +1", "int/ext rotation 10/30", "FROM"."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from cds_service.narrative.words.tokenizer import Sentence

_JERKS: Final = frozenset({"jerks", "jerk", "reflexes", "dtrs"})
_REFLEXES: Final = _JERKS | {"patellar", "patella", "achilles", "patellars", "kj", "aj", "kjs", "ajs", "dtr"}
_OF_ROOTS: Final[Mapping[str, str]] = {"l3": "kj", "l4": "kj", "s1": "aj"}
_OF_KNEE: Final = frozenset({("l3", "/", "4"), ("l3", "/", "l4")})
_GRADED: Final = re.compile(
    "[0-4]|[+-:\u2193]|absent|present|normal|n|reduced|diminished|brisk|intact|sluggish|lost|equal|trace"
)
_SENSED: Final = frozenset({"sensation", "sensory", "dermatome", "dermatomes", "numbness", "touch"})
_STRENGTH: Final = frozenset({"myotomes", "myotome", "power", "motor", "mrc", "strength"})
_GRADED_MUSCLES: Final = frozenset({"ehl", "ta", "df", "pf", "quads", "quad", "gsc", "gs", "dorsiflexion"})
_ROOTS: Final = frozenset({"l1", "l2", "l3", "l4", "l5", "s1", "s2"})
_SIDES: Final = frozenset({"l", "lt", "left", "r", "rt", "right"})
_BEHIND_GRADE: Final = _ROOTS | _SIDES | {",", "and", "&", "-", ")", "(", "+"}
_GLUED: Final = frozenset(f"{side}{angle}" for side in "rl" for angle in range(10, 100, 5))
_SLASH, _PLUS, _FULL = "/", "+", "5"
_LESS, _DOWNGOING, _PLANTARS = "\u2193", "downgoing", frozenset({"pl", "plantar", "plantars"})
_FROM, _FULL_RANGE = "FROM", ("full", "range", "of", "motion")
_BEFORE_RANGE: Final = _SIDES | {"hip", "hips", "rom", "prom", "arom", "joints", "with", "has", "have", "and", "is"}
_ROTATION: Final = frozenset({"rotation", "rotn", "rot"})
_TURNS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("internal", "int", "medial"), "ir"),
    **dict.fromkeys(("external", "ext", "lateral"), "er"),
}
_TURNED: Final = frozenset({"slr", "ir", "int", "internal", "rotation", "rotn"})
_BOUNDS: Final[Mapping[str, tuple[str, ...]]] = {"<": ("no", "more", "than"), ">": ()}
_FULL_TURN, _FULL_RAISE, _RAISED = 30, 70, "slr"  # degrees
_MOVEMENTS: Final = frozenset(
    {"flex", "flexion", "f", "ext", "extension", "ir", "er", "int", "abd", "abduction", "add", "adduction"}
)
_LEAST_LISTED: Final = 3  # movements
_PAIR: Final = 4  # words: two turns, the slash and "rotation"
_STRONG_ALL_OVER: Final = frozenset({("all", "5"), ("all", "5s"), ("5s", "throughout"), ("5", "throughout"), ("5s",)})


class _Spelled(NamedTuple):
    """How many words are spelled out, and as which."""

    length: int
    words: tuple[str, ...]


def spell_out_examination(part: Sentence, before: Sentence | None) -> Sentence:
    """Return a sentence with its shorthand spelled out. `before`: the one before it, whose muscles "L all 5" is of."""
    if before is not None and _is_strong_all_over(part.words) and _grades_muscles(before.words):
        return _of_words(part, [(part.words[0], 0), *((word, 1) for word in ("power", _FULL, _SLASH, _FULL))])
    return _of_words(part, list(_words(part))) if _may_be_short(part) else part


def _is_strong_all_over(words: Sequence[str]) -> bool:
    """Return whether one side is told to be strong all over: "L all 5"."""
    return len(words) > 1 and words[0] in _SIDES and tuple(w for w in words[1:] if w not in ":-") in _STRONG_ALL_OVER


def _grades_muscles(words: Sequence[str]) -> bool:
    return not (_STRENGTH | _GRADED_MUSCLES).isdisjoint(words)


def _may_be_short(part: Sentence) -> bool:
    words = part.words
    is_graded = not (_ROOTS.isdisjoint(words) or (_STRENGTH | _JERKS).isdisjoint(words))
    is_signed = _PLUS in words and not _REFLEXES.isdisjoint(words)
    is_pair = _SLASH in words and not _ROTATION.isdisjoint(words)
    is_of_plantars = _LESS in words and not _PLANTARS.isdisjoint(words)
    is_glued = not _GLUED.isdisjoint(words)
    is_list = words.count(_SLASH) > _LEAST_LISTED and "ir" in words
    is_less = not (_BOUNDS.keys().isdisjoint(words) or _SIDES.isdisjoint(words))
    is_bound = not (_TURNED.isdisjoint(words) or _BOUNDS.keys().isdisjoint(words))
    is_short = (is_list, is_less, is_bound, is_graded, is_signed, is_pair, is_of_plantars, is_glued)
    return any(is_short) or _FROM in part.spellings


def _of_words(part: Sentence, words: Sequence[tuple[str, int]]) -> Sentence:
    """Return a sentence of words, each with the place of the one that it stands for."""
    said = tuple(word for word, _ in words)
    spellings = tuple(part.spellings[at] if part.words[at] == word else word for word, at in words)
    return Sentence(said, spellings, part.ending, tuple(part.starts[at] for _, at in words))


def _words(part: Sentence) -> Iterator[tuple[str, int]]:
    at = 0
    while at < len(part.words):
        found = next((one for rule in _RULES if (one := rule(part, at))), None) or _Spelled(1, (part.words[at],))
        yield from ((word, at) for word in found.words)
        at += found.length


def _full_range(part: Sentence, at: int) -> _Spelled | None:
    """Return what "FROM" in capitals is short for. In a text all in capitals, or behind a pain, it is a word."""
    if part.spellings[at] != _FROM or not any(word.isalpha() and not word.isupper() for word in part.spellings):
        return None
    is_short = at == 0 or part.words[at - 1] in _BEFORE_RANGE or not part.words[at - 1][0].isalnum()
    return _Spelled(1, _FULL_RANGE) if is_short else None


def _signed_grade(part: Sentence, at: int) -> _Spelled | None:
    """Return a plus and the grade right behind it in their usual order: "patellar +2", but not "2+" or "KJ 2 + 2"."""
    words, starts = part.words, part.starts
    if words[at] != _PLUS or _REFLEXES.isdisjoint(words) or words[at + 1 : at + 2] not in {(one,) for one in "01234"}:
        return None
    is_next = starts[at + 1] == starts[at] + 1
    is_behind = at > 0 and starts[at - 1] + len(words[at - 1]) == starts[at]
    return _Spelled(2, (words[at + 1], _PLUS)) if is_next and not is_behind else None


def _pair_of_grades(part: Sentence, at: int) -> _Spelled | None:
    """Return the first of two grades of reflexes that would look like a score: "AJ 0/2+" is 0 and 2+."""
    words = part.words
    four = words[at : at + _PAIR]
    if len(four) < _PAIR or _REFLEXES.isdisjoint(words):
        return None
    if words[at] in {*"0123"} and words[at + 1 : at + 2] and words[at + 1] in _SIDES and four[2:3] == (_SLASH,):
        return _Spelled(1, (words[at], _PLUS))  # "Achilles 0 R / 2+ L"
    is_behind = at > 0 and words[at - 1] == _SLASH
    is_pair = four[1] == _SLASH and four[3] == _PLUS and four[0] in {*"0123"} and four[2] in {*"123"} and not is_behind
    return _Spelled(1, (four[0], _PLUS)) if is_pair else None


def _pair_of_rotations(part: Sentence, at: int) -> _Spelled | None:
    """Return the short names of two rotations: "internal/external rotation 10/40"."""
    four = part.words[at : at + _PAIR]
    if len(four) < _PAIR or four[1] != _SLASH or four[3] not in _ROTATION:
        return None
    one, other = _TURNS.get(four[0]), _TURNS.get(four[2])
    return _Spelled(_PAIR, (one, _SLASH, other)) if one and other and one != other else None


def _jerk_of_root(part: Sentence, at: int) -> _Spelled | None:
    """Return the jerk that a root with a result stands for in a list of reflexes: "Reflexes: L4 normal, S1 reduced"."""
    words = part.words
    jerk = _OF_ROOTS.get(words[at])
    if jerk is None or _JERKS.isdisjoint(words[:2]) or not _SENSED.isdisjoint(words) or _grades_muscles(words):
        return None
    length = 3 if words[at : at + 3] in _OF_KNEE else 1
    behind = words[at + length] if at + length < len(words) else ""
    return _Spelled(length, (jerk,)) if behind in _SIDES or _GRADED.fullmatch(behind) else None


def _grade_of_root(part: Sentence, at: int) -> _Spelled | None:
    """Return the grade of the root before it: "L4 5, L5 4/5", which are not the levels L4 to 5."""
    words = part.words
    is_grade = at > 0 and words[at - 1] in _ROOTS and words[at] in {*"012345"}
    if not is_grade or _STRENGTH.isdisjoint(words):
        return None
    behind = words[at + 1 : at + 3]
    if behind == (_SLASH, _FULL):
        return _Spelled(1, ("mrc", words[at]))
    is_last = not behind or behind[0] in _BEHIND_GRADE or behind == (_SLASH, _SLASH)
    return _Spelled(1, ("mrc", words[at], _SLASH, _FULL)) if is_last else None


def _glued_angle(part: Sentence, at: int) -> _Spelled | None:
    """Return a side and the angle that is written to it: "IR R10 L30"."""
    words = part.words
    is_other = words[at] in _GLUED and any(one[0] != words[at][0] and one in _GLUED for one in words)
    return _Spelled(1, (words[at][0], words[at][1:])) if is_other else None


def _bound_of_rotation(part: Sentence, at: int) -> _Spelled | None:
    """Return what a sign before an angle of a rotation says: "IR < 10" is no more than that, "IR > 30" is 30."""
    words = part.words
    angle = words[at + 1] if at + 1 < len(words) else ""
    if words[at] not in _BOUNDS or not angle.isdecimal() or _TURNED.isdisjoint(words[:at]):
        return None
    least = _FULL_RAISE if _RAISED in words[:at] else _FULL_TURN
    if not _BOUNDS[words[at]] and int(angle) < least:
        return None  # how much more nobody says
    return _Spelled(1, _BOUNDS[words[at]])


def _plantars(part: Sentence, at: int) -> _Spelled | None:
    """Return what an arrow says of plantars: they go down, which is normal, "Pl \u2193\u2193", and nothing is less."""
    words = part.words
    is_next = at > 0 and (
        words[at - 1] in _PLANTARS or words[max(0, at - 3) : at] in {(one, _LESS, _SLASH) for one in _PLANTARS}
    )
    return _Spelled(1, (_DOWNGOING,)) if words[at] == _LESS and is_next else None


def _listed_movements(part: Sentence, at: int) -> _Spelled | None:
    """Return each movement with its angle: "flex/IR/ER 90/5/20", "90/5/20 (flex/IR/ER)"."""
    words = part.words
    if words[at + 1 : at + 2] != (_SLASH,) or (at and words[at - 1] == _SLASH):
        return None
    one = _with_slashes(words, at)
    between = at + 2 * len(one) - 1
    start = between + (words[between : between + 1] in {(":",), ("(",)})
    other = _with_slashes(words, start)
    names, angles = (one, other) if one[0] in _MOVEMENTS else (other, one)
    is_list = len(names) == len(angles) >= _LEAST_LISTED and _MOVEMENTS.issuperset(names)
    if not is_list or not all(angle.isdecimal() for angle in angles):
        return None
    end = start + 2 * len(other) - 1
    told = _paired(names, angles)
    behind = end + (words[end : end + 1] == (",",))
    if words[behind : behind + 1] and words[behind] in _SIDES:  # "R 90/5/20, L 120/35/45"
        others = _with_slashes(words, behind + 1)
        if len(others) != len(names) or not all(angle.isdecimal() for angle in others):
            return None
        end = behind + 2 * len(others)
        told = (*told, ",", words[behind], *_paired(names, others))
    return _Spelled(end - at, told)


def _paired(names: Sequence[str], angles: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for pair in zip(names, angles, strict=True) for word in (",", *pair))[1:]


def _with_slashes(words: Sequence[str], at: int) -> list[str]:
    """Return the words from a place on that have a slash between them."""
    found = list(words[at : at + 1])
    while words[at + 1 : at + 2] == (_SLASH,) and at + 2 < len(words):
        at += 2
        found.append(words[at])
    return found


def _less_than_other(part: Sentence, at: int) -> _Spelled | None:
    """Return which side is less than the other: "AJ R < L"."""
    words, three = part.words, part.words[at : at + 3]
    if len(three) < 3 or three[1] not in _BOUNDS or not _SIDES.issuperset((three[0], three[2])):
        return None
    is_of_two = three[0][0] != three[2][0]
    named = words[at - 1] if at and words[at - 1] != ":" else words[at - 2] if at > 1 else ""
    is_examined = named in _REFLEXES | _STRENGTH | _GRADED_MUSCLES  # but "reduced L > R" is so on both sides
    lesser = three[0] if three[1] == "<" else three[2]
    return _Spelled(3, (lesser, "reduced")) if is_of_two and is_examined else None


_RULES: Final[tuple[Callable[[Sentence, int], _Spelled | None], ...]] = (
    _full_range,
    _less_than_other,
    _listed_movements,
    _signed_grade,
    _pair_of_grades,
    _pair_of_rotations,
    _jerk_of_root,
    _grade_of_root,
    _plantars,
    _bound_of_rotation,
    _glued_angle,
)
