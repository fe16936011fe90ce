"""Part answers by side into an entry of a form for each: "foot drop: R no, L yes", "absent left, present right"."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from cds_service.narrative.tokenizer import CROSS, STOP, TICKED, Sentence

_SIDES: Final = frozenset({"l", "r", "left", "right", "lt", "rt"})
_ANSWERS: Final = frozenset({"yes", "no", "y", "n", "present", "absent", TICKED, CROSS})
_IN_FULL: Final = {"y": "yes", "n": "no"}
_SMALL: Final = frozenset({":", "-", "(", "on", "the", "side", "is", "are"})
_AFTER: Final = frozenset({",", "/", "and", ")", "but"})
_TWO: Final = 2


class _Pair(NamedTuple):
    """The places of a side and of its answer. `end`: the word behind both."""

    side: int
    answer: int
    end: int


def answers_by_side(sentence: Sentence) -> Iterator[Sentence]:
    """Yield a sentence, or an entry for each side where it ends in two sides with an answer each."""
    words = sentence.words
    pairs = [] if _ANSWERS.isdisjoint(words) or _SIDES.isdisjoint(words) else _both_sides(words)
    if not pairs:
        yield sentence
        return
    end = min(pairs[0].side, pairs[0].answer)
    while end > 1 and words[end - 1] in _SMALL:
        end -= 1
    for pair in pairs:
        colon = Sentence((":",), (":",), STOP, sentence.starts[pair.answer : pair.answer + 1])
        ending = sentence.ending if pair is pairs[-1] else STOP
        word = _IN_FULL.get(words[pair.answer], words[pair.answer])
        answer = Sentence((word,), (word,), ending, colon.starts)
        yield sentence.part(0, end).followed_by(sentence.part(pair.side, pair.side + 1), colon, answer)


def _both_sides(words: Sequence[str]) -> list[_Pair]:
    """Return the two pairs that a sentence ends in, or nothing."""
    for at in range(1, len(words)):
        if words[at] in _SIDES or words[at] in _ANSWERS:
            pairs = list(_pairs(words, at))
            if len(pairs) == _TWO and pairs[-1].end == len(words):
                return pairs
    return []


def _pairs(words: Sequence[str], at: int) -> Iterator[_Pair]:
    for _ in range(_TWO):
        first = _skip(words, at, _SMALL)
        second = _skip(words, first + 1, _SMALL)
        if second >= len(words):
            return
        kinds = [(words[one] in _SIDES, words[one] in _ANSWERS) for one in (first, second)]
        if kinds == [(True, False), (False, True)]:
            side, answer = first, second
        elif kinds == [(False, True), (True, False)]:
            side, answer = second, first
        else:
            return
        at = _skip(words, second + 1, _AFTER | {"side"})
        yield _Pair(side, answer, at)


def _skip(words: Sequence[str], at: int, small: frozenset[str]) -> int:
    while at < len(words) and words[at] in small:
        at += 1
    return at
