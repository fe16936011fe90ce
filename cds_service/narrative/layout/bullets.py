"""Repeat a denial before each entry of the list it leads: "Denies:", then "- fever", "- weight loss".

The list ends with the first entry that tells more than a name, and with whatever has no bullet, or another one.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from cds_service.narrative.context.denied_lists import tells
from cds_service.narrative.words.tokenizer import LINE, STOP, Sentence

_LEADS: Final = frozenset({":", "-"})
_POINTING: Final = frozenset({"the", "following", "below"})
_LONGEST_LEAD: Final = 8  # words
_LONGEST_NAME: Final = 6
_JOINING: Final = frozenset({"/", "or", "and", "&", "(", ")"})
_ANSWERS: Final = frozenset({"yes", "y", "no", "n", "present", "absent", "positive", "negative", "normal", "denied"})
_MINUS, _NUMBER = "-", "1"
# "Urinary retention since yesterday" is told, not named.
_TIMES: Final = frozenset(
    {
        "since", "until", "till", "today", "yesterday", "tonight", "now", "new", "newly", "recent", "recently",
        "sudden", "ago", "last", "this", "day", "days", "week", "weeks", "month", "months", "morning", "worse",
        "worsening",
    }
)  # fmt: skip


class _Entry(NamedTuple):
    """An entry of a list of bullets. `size`: of how many sentences it is made: a number is one."""

    bullet: str
    said: Sentence
    size: int


def repeat_denials(parts: Sequence[Sentence], text: str, denies: Callable[[Sentence], bool]) -> list[Sentence]:
    """Return the sentences, each name in a list behind a line that ends in a denial with this denial before it."""
    repeated: list[Sentence] = []
    at = 0
    while at < len(parts):
        part = parts[at]
        at += 1
        lead = _lead(part)
        names = list(_names(parts[at:], text)) if lead and denies(lead) else []
        repeated += [lead.followed_by(one.said) for one in names if lead] or [part]
        at += sum(one.size for one in names)
        if names and at < len(parts) and _entry(parts[at:], text).bullet and names[-1].said.ending == LINE:
            repeated.append(part)  # the denial may or may not be meant of what else is in the list
    return repeated


def _lead(part: Sentence) -> Sentence | None:
    """Return the words of a line before its colon, if a list may follow."""
    end = len(part.words) - 1
    if part.ending != LINE or part.words[-1] not in _LEADS or end > _LONGEST_LEAD:
        return None
    while end and part.words[end - 1] in _POINTING:
        end -= 1
    return part.part(0, end) if end else None


def _names(parts: Sequence[Sentence], text: str) -> Iterator[_Entry]:
    """Yield the names at the beginning of a list whose bullets are all of one kind."""
    at, kind = 0, ""
    while at < len(parts):
        entry = _entry(parts[at:], text)
        kind = kind or entry.bullet
        if not entry.bullet or entry.bullet != kind or not _is_name(entry.said):
            return
        yield entry
        at += entry.size
        if entry.said.ending != LINE:
            return


def _entry(parts: Sequence[Sentence], text: str) -> _Entry:
    """Return the first sentence as an entry of a list, with its bullet and the space before that, or without."""
    said, size = parts[0], 1
    if said.words[0] == _MINUS and len(said.words) > 1:
        said = said.part(1)
    if said.ending == STOP and len(said.words) == 1 and said.words[0].isdecimal() and len(parts) > 1:
        return _Entry(_NUMBER, parts[1], 2)
    before = text[text.rfind("\n", 0, said.starts[0]) + 1 : said.starts[0]]
    is_bullet = bool(before.strip()) and not any(one.isalnum() for one in before)
    return _Entry(before if is_bullet else "", said, size)


def _is_name(said: Sentence) -> bool:
    words = said.words
    is_plain = len(words) <= _LONGEST_NAME and all(one.isalpha() or one in _JOINING for one in words)
    return is_plain and (_ANSWERS | _TIMES).isdisjoint(words) and not tells(words)
