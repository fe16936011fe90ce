"""Join questions with the answers behind them: "Saddle numbness? No", as forms and dictated histories have them."""

from collections.abc import Mapping, Sequence

from cds_service.model.facts import FindingValue
from cds_service.narrative.tokenizer import CLAUSE, STOP, TRAILING_QUESTION, Sentence

_OVER = frozenset({"resolved", "subsided"})
_OVER_IN_TWO = frozenset({("went", "away"), ("went", "within"), ("gone", "within"), ("gone", "now")})
_NONE, _SINCE = frozenset({"none", "nothing", "nil", "never", "fine", "well", "ok"}), frozenset({"since", "now"})
_BEFORE_END = frozenset({CLAUSE, STOP})
_MAX_END = 4  # words that only tell an end
_BEFORE_MORE = frozenset({",", "-", "(", ":"})


def join_answers(parts: Sequence[Sentence], answers: Mapping[str, FindingValue]) -> list[Sentence]:
    """Return the sentences, with each answered question written as an entry of a form: "saddle numbness: no".

    What only tells the end of what stands before a semicolon or full stop is joined to it: "numb; resolved same day".
    """
    joined: list[Sentence] = []
    for part in parts:
        if joined and joined[-1].words[-1] == TRAILING_QUESTION and part.words[0] in answers:
            joined[-1:] = _answered(joined[-1], part)
        elif joined and joined[-1].ending in _BEFORE_END and _is_end(part):
            joined[-1] = _told_on(joined[-1], part)
        else:
            joined.append(part)
    return joined


def _answered(question: Sentence, part: Sentence) -> list[Sentence]:
    """Return a question with its answer, and what is left of the answer's sentence where it is the next question."""
    asked = question.part(0, -1).followed_by(_mark(":", question))
    if len(part.words) == 1 or part.words[1] in _BEFORE_MORE:
        return [asked.followed_by(part)]
    if part.words[-1] == TRAILING_QUESTION:
        return [asked.followed_by(part.part(0, 1, question.ending)), part.part(1)]
    return [question, part]


def _mark(mark: str, at: Sentence) -> Sentence:
    """Return a mark that stands in place of a sentence's last word."""
    return Sentence((mark,), (mark,), at.ending, at.starts[-1:])


def _is_end(part: Sentence) -> bool:
    """Return whether a sentence tells an end and nothing else. "Gone numb" tells none."""
    is_short = len(part.words) <= _MAX_END and "," not in part.words
    if is_short and part.words[0] in _NONE and part.words[-1] in _SINCE:
        return True
    return is_short and (part.words[0] in _OVER or part.words[:2] in _OVER_IN_TWO)


def _told_on(part: Sentence, end: Sentence) -> Sentence:
    return part.followed_by(_mark(",", part), end)
