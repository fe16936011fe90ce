"""Write the answer to an open question as an entry of a form: "Where is your pain? R hip" is "pain: R hip"."""

from collections.abc import Iterator, Sequence, Set
from typing import Final

from cds_service.narrative.words.tokenizer import TRAILING_QUESTION, Sentence

# What a question begins with, a word that it holds, and the title that its answer gets.
_QUESTIONS: Final[Sequence[tuple[Set[str], Set[str], Sequence[str]]]] = (
    (frozenset({"where"}), frozenset({"pain", "pains", "hurt", "hurts", "hurting", "sore"}), ("pain", ":")),
    (frozenset({"what"}), frozenset({"worse", "aggravates", "worsens"}), ("worse", ":")),
    (frozenset({"what"}), frozenset({"better", "eases", "relieves", "helps"}), ("eased", "by")),
    (frozenset({"what"}), frozenset({"tried", "had", "taken"}), ("tried", ":")),
)
_COLON, _TITLE = ":", 4  # words of what stands before a question
_NOT_OPEN: Final = frozenset({"not", "never", "else", "if"})


def answer_open_questions(parts: Sequence[Sentence]) -> Iterator[Sentence]:
    """Yield the sentences, with each open question and its answer as one entry."""
    title: Sequence[str] = ()
    for at, part in enumerate(parts):
        is_answered = at + 1 < len(parts) and parts[at + 1].words[-1] != TRAILING_QUESTION
        named = _title_of(part.words) if is_answered and part.words[-1] == TRAILING_QUESTION else ()
        if title:
            start = part.starts[:1] * len(title)
            part = Sentence(tuple(title), tuple(title), part.ending, start).followed_by(part)
        if not named:
            yield part
        title = named


def _title_of(words: Sequence[str]) -> Sequence[str]:
    """Return the title for the answer to a question, or nothing."""
    if not _NOT_OPEN.isdisjoint(words):
        return ()
    if _COLON in words[:_TITLE]:
        words = words[words.index(_COLON) + 1 :]  # "Intake: where does it hurt?"
    return next(
        (title for first, named, title in _QUESTIONS if words[0] in first and not named.isdisjoint(words[1:])), ()
    )
