"""Read the choices of a form: ticked boxes, "[ ] yes [x] no", and choices that nobody made, "yes / no"."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cds_service.model.facts import FindingValue
from cds_service.narrative.layout.sided_answers import answers_by_side
from cds_service.narrative.words.tokenizer import CROSS, EMPTY_BOX, STOP, TICKED, Sentence

_OPPOSITES = frozenset({("yes", "no"), ("no", "yes"), ("y", "n"), ("n", "y")})
_BOXES = frozenset({EMPTY_BOX, TICKED, CROSS})
_OPEN = ("y", "/", "n")
_COLON = ":"
_BETWEEN = frozenset({"/", ",", "or"})
_BEFORE_ANSWER = frozenset({":", "-", ")"})
_PAIRS = 4  # words: two boxes and two answers
_SINCE = "since"  # what is said of an answer: "[x] yes [ ] no since yesterday"


class _Choice(NamedTuple):
    length: int
    answer: str | None  # None where nobody chose, or both are ticked


def settle_choices(parts: Sequence[Sentence], answers: Mapping[str, FindingValue]) -> list[Sentence]:
    """Return the sentences, with each choice behind a question written as its answer, which ends the sentence."""
    settled = [one for part in parts for one in (_settled(part, answers) if _may_choose(part) else (part,))]
    return [one for part in settled for one in answers_by_side(part)]


def chosen_alone(part: Sentence) -> Sentence:
    """Return the answer that a sentence ticks if it does nothing else: "[ ] yes [x] no"."""
    choice = _ticked(part.words, 0)
    if choice is None or choice.answer is None or choice.length < len(part.words):
        return part
    return Sentence((choice.answer,), (choice.answer,), part.ending, part.starts[:1])


def _may_choose(part: Sentence) -> bool:
    return "/" in part.words or not _BOXES.isdisjoint(part.words)


def _settled(part: Sentence, answers: Mapping[str, FindingValue]) -> Iterator[Sentence]:
    words = part.words
    start, place = 0, 1
    while place < len(words):
        choice = _choice(words, place, answers) if place > start else None
        if choice is None:
            place += 1
            continue
        end = place - 1 if words[place - 1] in {"(", _COLON} else place
        said = _OPEN if choice.answer is None else (_COLON, choice.answer)
        chosen = Sentence(said, said, STOP, (part.starts[place],) * len(said))
        place += choice.length
        is_led_on = place < len(words) and words[place] == _SINCE
        rest = len(words) if is_led_on else place
        yield part.part(start, end).followed_by(chosen, part.part(place, rest, STOP))
        while rest < len(words) and words[rest] in {")", ",", "/"}:
            rest += 1
        start = place = rest
    if start < len(words):
        yield part.part(start)


def _choice(words: Sequence[str], place: int, answers: Mapping[str, FindingValue]) -> _Choice | None:
    return _ticked(words, place) or _left_open(words, place, answers)


def _offers_third(words: Sequence[str], at: int) -> bool:
    """Return whether a third answer follows, "yes / no / unsure", and not the next question."""
    return "/" in words[at : at + 1] and "/" not in words[at + 1 :]


def _ticked(words: Sequence[str], place: int) -> _Choice | None:
    """Return the choice of two boxes, before or behind their answers."""
    if _BOXES.isdisjoint(words[place : place + 2]):
        return None
    between = int(place + 2 < len(words) and words[place + 2] in _BETWEEN)
    four = (*words[place : place + 2], *words[place + 2 + between : place + 4 + between])
    if len(four) < _PAIRS:
        return None
    boxes, named = ((four[0], four[2]), (four[1], four[3]))
    if four[0] not in _BOXES:
        boxes, named = named, boxes
    if named not in _OPPOSITES or not _BOXES.issuperset(boxes):
        return None
    return _Choice(_PAIRS + between, named[boxes.index(TICKED)] if boxes.count(TICKED) == 1 else None)


def _left_open(words: Sequence[str], place: int, answers: Mapping[str, FindingValue]) -> _Choice | None:
    """Return the choice of "yes / no", with the answer that may follow a colon."""
    three = tuple(words[place : place + 3])
    if "/" not in three[1:2] or (three[0], three[-1]) not in _OPPOSITES or _offers_third(words, place + 3):
        return None
    at = place + 3
    while at < len(words) and words[at] in _BEFORE_ANSWER:
        at += 1
    if at > place + 3 and words[at - 1] != ")" and at < len(words) and words[at] in answers:
        return _Choice(at + 1 - place, words[at])
    return _Choice(3, None)
