"""Join questions with the answers behind them: "Saddle numbness? No", as forms and dictated histories have them."""

from collections.abc import Mapping, Sequence

from cds_service.model.facts import FindingValue
from cds_service.narrative.tokenizer import TRAILING_QUESTION, Sentence

_BEFORE_MORE = frozenset({",", "-", "(", ":"})


def join_answers(parts: Sequence[Sentence], answers: Mapping[str, FindingValue]) -> list[Sentence]:
    """Return the sentences, with each answered question written as an entry of a form: "saddle numbness: no"."""
    joined: list[Sentence] = []
    for part in parts:
        if joined and joined[-1].words[-1] == TRAILING_QUESTION and part.words[0] in answers:
            joined[-1:] = _answered(joined[-1], part)
        else:
            joined.append(part)
    return joined


def _answered(question: Sentence, part: Sentence) -> list[Sentence]:
    """Return a question with its answer, and what is left of the answer's sentence where it is the next question."""
    words, spellings = (*question.words[:-1], ":"), (*question.spellings[:-1], ":")
    if len(part.words) == 1 or part.words[1] in _BEFORE_MORE:
        return [Sentence((*words, *part.words), (*spellings, *part.spellings), part.ending)]
    if part.words[-1] == TRAILING_QUESTION:
        answered = Sentence((*words, part.words[0]), (*spellings, part.spellings[0]), question.ending)
        return [answered, Sentence(part.words[1:], part.spellings[1:], part.ending)]
    return [question, part]
