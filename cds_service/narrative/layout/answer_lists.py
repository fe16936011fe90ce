"""Part a list of questions with a list of answers: "fever / weight loss / saddle numbness: no / no / yes"."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from cds_service.model.facts import FindingValue
from cds_service.narrative.layout.sided_answers import EXAMINED
from cds_service.narrative.words.tokenizer import STOP, Sentence

_COLONS: Final = frozenset({":", "-", "="})
_COLON, _OPEN = ":", ("y", "/", "n")
_SLASH, _COMMA = "/", ","
_PARTING: Final = (_SLASH, _COMMA)
_PARTING_ROW: Final = frozenset({_SLASH, _COMMA, "-", "(", "?", "??", "and", "but"})
_FEWEST: Final = 2  # entries of a list, or words of an entry before its answer
_ALSO: Final = frozenset({"nil", "zero", "never"})  # answers in such a list, beside those of the content
_SPOKEN: Final = frozenset({"yes", "no", "y", "n"})
_NAMELESS: Final = frozenset(
    {"l", "r", "lt", "rt", "left", "right", "this", "last", "now", "today", "then", "on", "the", "and", "but", "at"}
)
_UNSURE: Final = frozenset({"?", "??", "unsure", "unknown", "na", "nk", "some", "sometimes"})


class _Lists(NamedTuple):
    """Where each question and each answer begins, and the word behind it. `title`: the words before them."""

    title: int
    asked: Sequence[tuple[int, int]]
    said: Sequence[tuple[int, int]]


def part_answers(part: Sentence, answers: Mapping[str, FindingValue]) -> Iterator[Sentence]:
    """Yield an entry of a form for each question. Where the lists are not equally long, nobody knows what was meant."""
    lists = _lists(part, answers)
    if lists is None:
        yield from _answered_each(part, answers)
        return
    title = part.part(0, lists.title)
    start = part.starts[lists.said[0][0]]
    for at, place in enumerate(lists.asked):
        said = part.words[slice(*lists.said[at])] if len(lists.said) == len(lists.asked) else _OPEN
        words = _OPEN if said[0] in _UNSURE or not _is_answer(said, answers) else (_COLON, *said)
        is_last = at + 1 == len(lists.asked)
        answer = Sentence(words, words, part.ending if is_last else STOP, (start,) * len(words))
        yield title.followed_by(part.part(*place), answer)


def _answered_each(part: Sentence, answers: Mapping[str, FindingValue]) -> Iterator[Sentence]:
    """Yield the entries of a list in which each has its answer: "fever N / night pain Y", "flank no, groin yes"."""
    words = part.words
    if _SLASH in words and words.count(_COLON) > 1:
        entries = list(_entries(words, 0, len(words), _SLASH))
        if all(_is_entry(words[slice(*place)], answers) for place in entries):
            yield from (part.part(*place, part.ending if place is entries[-1] else STOP) for place in entries)
            return
    if ends := _ends_of_answers(words, answers):
        for start, end in zip((0, *ends), ends, strict=False):
            yield part.part(start, end, part.ending if end == len(words) else STOP)
        return
    colon = words.index(_COLON) + 1 if _COLON in words else 0
    parting = _SLASH if _SLASH in words else _COMMA
    places = list(_entries(words, colon, len(words), parting)) if parting in words else []
    if parting == _COMMA and (colon or not all(_is_asked_in_words(words[slice(*place)]) for place in places)):
        places = []
    if len(places) < _FEWEST or not all(_names_asked(words[slice(*place)], answers) for place in places):
        yield part
        return
    title = part.part(0, colon)
    for start, end in places:
        mark = Sentence((_COLON,), (_COLON,), STOP, part.starts[end - 1 : end])
        ending = part.ending if end == len(words) else STOP
        yield title.followed_by(part.part(start, end - 1), mark, part.part(end - 1, end, ending))


def _ends_of_answers(words: Sequence[str], answers: Mapping[str, FindingValue]) -> Sequence[int]:
    """Return where each entry of a row ends in which only its answer parts one from the next: "LBP: Y fever: N"."""
    ends = [at + 2 for at, word in enumerate(words) if word == _COLON]
    if len(ends) < _FEWEST or ends[-1] != len(words) or not _PARTING_ROW.isdisjoint(words):
        return ()
    are_answers = all(_is_answer(words[end - 1 : end], answers) for end in ends)
    are_named = all(words[start] not in _NAMELESS | {_COLON} for start in (0, *ends[:-1]))
    return ends if are_answers and are_named else ()


def _names_asked(words: Sequence[str], answers: Mapping[str, FindingValue]) -> bool:
    """Return whether an entry names what its answer is of: not the second grade of "KJ 1+/1+"."""
    return any(word.isalpha() for word in words[:-1]) and _has_answer(words, answers)


def _is_asked_in_words(words: Sequence[str]) -> bool:
    """Return whether an entry names more than a side or a time and is answered: not "R no", "AJ +", "crossed pos".

    An "N" behind a reflex or the power is normal.
    """
    return len(words) > 1 and words[0] not in _NAMELESS and words[-1] in _SPOKEN and EXAMINED.isdisjoint(words)


def _is_entry(words: Sequence[str], answers: Mapping[str, FindingValue]) -> bool:
    """Return whether words are a question with its answer behind a colon: "saddle: nil"."""
    return len(words) > _FEWEST and words[-2] == _COLON and _is_answer(words[-1:], answers)


def _has_answer(words: Sequence[str], answers: Mapping[str, FindingValue]) -> bool:
    is_asked = len(words) > 1 and _COLONS.isdisjoint(words[:-1]) and not _is_answer(words[:1], answers)
    return is_asked and _is_answer(words[-1:], answers)


def _lists(part: Sentence, answers: Mapping[str, FindingValue]) -> _Lists | None:
    """Return the two lists of a sentence that is nothing else: at least the first two answers are such."""
    words = part.words
    if _COLONS.isdisjoint(words):
        return None
    colon = next((at for at in range(len(words) - 1, 0, -1) if words[at] in _COLONS), 0)
    for parting in _PARTING if colon else ():
        if parting not in words[colon:]:
            continue  # one answer
        said = list(_entries(words, colon + 1, len(words), parting))
        chosen = [words[slice(*one)] for one in said]
        if not all(_is_answer(one, answers) for one in chosen[:2]) or _is_choice(parting, chosen):
            continue
        title = next((at + 1 for at in range(colon - 1, -1, -1) if words[at] in _COLONS), 0)
        asked = list(_entries(words, title, colon, _SLASH if _SLASH in words[title:colon] else _COMMA))
        return _Lists(title, asked, said) if len(asked) > 1 else None
    return None


def _is_choice(parting: str, chosen: Sequence[Sequence[str]]) -> bool:
    """Return whether answers may only be offered: "yes / no", "yes / no / unsure"."""
    return parting == _SLASH and len({one[0] for one in chosen if one}) == len(chosen)


def _entries(words: Sequence[str], start: int, end: int, parting: str) -> Iterator[tuple[int, int]]:
    for at in range(start, end):
        if words[at] == parting:
            yield start, at
            start = at + 1
    yield start, end


def _is_answer(words: Sequence[str], answers: Mapping[str, FindingValue]) -> bool:
    return len(words) == 1 and (words[0] in answers or words[0] in _ALSO or words[0] in _UNSURE)
