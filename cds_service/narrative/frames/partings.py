"""Words that part what an examination says: "sensation intact except", "eversion 4/5 right with wasting"."""

from collections.abc import Iterator, Sequence
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.narrative.words.tokens import BREAK, SEPARATOR, Part, Token

_WITH = "with"
_CLAIM = 3  # a head, its result and its side
EXCEPT: Final = "except"  # the concept of a result that takes what follows out of what was normal
_EXCEPTING = frozenset(
    {
        EXCEPT,
        "except for",
        "except in",
        "apart from",
        "aside from",
        "other than",
        "save for",
        "but for",
        "bar",
        "barring",
    }
    | {"with the exception of", "with exception of", "excluding", "excepting", "save", "except the"}
)
PARTINGS: Final = _EXCEPTING | {_WITH}
PARTING: Final = Token(Part.PARTING, -1)


def part_from(tokens: Sequence[Token], text: str, at: int) -> Iterator[Token]:
    """Yield what a word that parts is behind these tokens."""
    if text in _EXCEPTING:
        yield from (SEPARATOR, _left_out(at)) if _is_normal(tokens) else (BREAK,)
    elif _is_sided_result(tokens):
        yield SEPARATOR


def close_exception(tokens: list[Token]) -> None:
    """Drop an exception that names nothing of the examination: "sensation normal apart from the pain"."""
    if tokens and tokens[-1].concept == EXCEPT:
        tokens.pop()


def _left_out(at: int) -> Token:
    return Token(Part.RESULT, at, EXCEPT, value=FindingValue.PRESENT, words=(at,))


def _is_normal(tokens: Sequence[Token]) -> bool:
    """Return whether a head was found normal."""
    return len(tokens) > 1 and tokens[-1].value is FindingValue.ABSENT and any(token.is_head for token in tokens)


def _is_sided_result(tokens: Sequence[Token]) -> bool:
    """Return whether tokens end with a head, its result and its side. A result may stand last for what follows."""
    said = tokens[-_CLAIM:]
    is_sided = any(token.part is Part.SIDE for token in said) and said[-1].part is not Part.RESULT
    return is_sided and any(token.is_head for token in said) and any(token.part is Part.RESULT for token in said)
