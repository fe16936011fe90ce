"""Part answers by side into an entry of a form for each: "foot drop: R no, L yes", "groin R 6/10, L 0/10"."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from cds_service.narrative.words.tokenizer import CROSS, STOP, TICKED, Sentence

_SIDES: Final = frozenset({"l", "r", "left", "right", "lt", "rt"})
_ANSWERS: Final = frozenset({"yes", "no", "y", "n", "present", "absent", "none", "nil", TICKED, CROSS})
_IN_FULL: Final = {"y": "yes", "n": "no"}
_SMALL: Final = frozenset({":", "-", "(", "on", "the", "side", "is", "are"})
_AFTER: Final = frozenset({",", "/", "and", ")", "but"})
_NORMAL: Final = "n"  # of a reflex it is no "no"
EXAMINED: Final = frozenset(
    {"reflex", "reflexes", "jerk", "jerks", "kj", "kjs", "aj", "ajs", "dtr", "dtrs", "power", "tone", "sensation"}
)
_TWO: Final = 2
_OF_TEN: Final = ("/", "10")  # a score of pain answers, too


class _Pair(NamedTuple):
    """The places of a side and of its answer, which ends before `answered`. `end`: the word behind both."""

    side: int
    answer: int
    answered: int
    end: int


def answers_by_side(sentence: Sentence) -> Iterator[Sentence]:
    """Yield a sentence, or an entry for each side where it ends in two sides with an answer each."""
    words = sentence.words
    if _NORMAL in words and not EXAMINED.isdisjoint(words):
        yield sentence  # "knee jerks: L N, R N"
        return
    may_answer = _OF_TEN[-1] in words or not _ANSWERS.isdisjoint(words)
    pairs = _both_sides(words) if may_answer and not _SIDES.isdisjoint(words) else []
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
        if pair.answered > pair.answer + 1:
            answer = sentence.part(pair.answer, pair.answered, ending)
        yield sentence.part(0, end).followed_by(sentence.part(pair.side, pair.side + 1), colon, answer)


def _both_sides(words: Sequence[str]) -> list[_Pair]:
    """Return the two pairs that a sentence ends in, or nothing."""
    for at in range(1, len(words)):
        if words[at] in _SIDES or _answer_end(words, at):
            pairs = list(_pairs(words, at))
            if len(pairs) == _TWO and pairs[-1].end == len(words):
                return pairs
    return []


def _pairs(words: Sequence[str], at: int) -> Iterator[_Pair]:
    for _ in range(_TWO):
        first = _skip(words, at, _SMALL)
        told = _answer_end(words, first)
        second = _skip(words, told or first + 1, _SMALL)
        if second >= len(words):
            return
        if told and words[second] in _SIDES:
            side, answer, answered, end = second, first, told, second + 1
        elif words[first] in _SIDES and (end := _answer_end(words, second)):
            side, answer, answered = first, second, end
        else:
            return
        at = _skip(words, end, _AFTER | {"side"})
        yield _Pair(side, answer, answered, at)


def _answer_end(words: Sequence[str], at: int) -> int:
    """Return where an answer ends that begins at a place, or 0: "no", "6/10"."""
    if at >= len(words):
        return 0
    if words[at] in _ANSWERS:
        return at + 1
    is_score = words[at].isdecimal() and tuple(words[at + 1 : at + 1 + len(_OF_TEN)]) == _OF_TEN
    return at + 1 + len(_OF_TEN) if is_score else 0


def _skip(words: Sequence[str], at: int, small: frozenset[str]) -> int:
    while at < len(words) and words[at] in small:
        at += 1
    return at
