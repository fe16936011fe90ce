"""Sentences that only tell that the other side is well: "Calf ache on the left. Right: nil", "L side never"."""

from typing import Final

from cds_service.narrative.words.tokenizer import CLAUSE, LINE, STOP, Sentence

_LEFT: Final = frozenset({"left", "l", "lt"})
_RIGHT: Final = frozenset({"right", "r", "rt"})
_NAMING: Final = _LEFT | _RIGHT
WELL: Final = frozenset(
    {
        "never", "nil", "none", "not", "fine", "ok", "okay", "clear", "comfortable", "quiet", "asymptomatic", "normal",
        "nad", "painless", "painfree", "unaffected", "spared", "unremarkable",
    }
)  # fmt: skip
_FREE: Final = (("pain", "free"), ("symptom", "free"), ("no", "pain"), ("no", "symptoms"), ("non", "tender"))
_SMALL: Final = frozenset(
    {"the", "on", "side", "leg", "one", "is", "was", "also", "too", "has", "been", ":", "-", "always"}
)
_NUMB: Final = frozenset({"numb", "numbness", "tingling", "tingly", "hypoaesthesia", "paraesthesia", "paresthesia"})
_RESULTS: Final = frozenset({"normal", "nad", "not", "none", "nil"})
_EXAMINED: Final = frozenset(
    {
        "slr", "slump", "lasegue", "fadir", "faddir", "faber", "ir", "rotation", "trend", "trendelenburg", "kj", "aj",
        "jerk", "jerks", "reflex", "ehl", "df", "pf", "power",
    }
)  # fmt: skip
_ENDINGS: Final = frozenset({CLAUSE, STOP, LINE})
_LONGEST: Final = 8  # words


def tells_of_other_side(before: Sentence, part: Sentence) -> bool:
    """Return whether a sentence says nothing but that the side not named in the one before is well."""
    if before.ending not in _ENDINGS or len(part.words) > _LONGEST:
        return False
    if _NAMING.isdisjoint(part.words):
        return False  # as in most sentences
    is_result = not _RESULTS.isdisjoint(part.words) and _NUMB.isdisjoint(before.words)
    is_examined = before.ending == CLAUSE or not _EXAMINED.isdisjoint(before.words)
    if is_result and is_examined:
        return False  # of what was examined the ellipsis is completed
    side, other = _side(part.words), _side(before.words)
    return side is not None and other is not None and side is not other and _is_well(part.words)


def _side(words: tuple[str, ...]) -> frozenset[str] | None:
    """Return the only side that words name."""
    named = [side for side in (_LEFT, _RIGHT) if not side.isdisjoint(words)]
    return named[0] if len(named) == 1 else None


def _is_well(words: tuple[str, ...]) -> bool:
    """Return whether words are a side and, behind it, one word for being well."""
    said = [word for word in words if word not in _SMALL]
    return len(said) > 1 and said[0] in _NAMING and _is_word(said[1:])


def _is_word(said: list[str]) -> bool:
    return tuple(said) in _FREE or (len(said) == 1 and said[0] in WELL)
