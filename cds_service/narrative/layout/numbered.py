"""Part the entries of a numbered list in one line, "A: 1) R hip OA 2) L4-5 stenosis". What leads it leads each."""

from collections.abc import Iterator, Sequence
from typing import Final

from cds_service.narrative.words.tokenizer import STOP, Sentence

_OPEN, _CLOSE = "(", ")"
_FEWEST: Final = 2  # entries of a list
_LONGEST_LEAD: Final = 8  # words


def part_numbered(parts: Sequence[Sentence]) -> Iterator[Sentence]:
    """Yield the sentences, each entry of such a list as one of its own, behind the words that lead the list."""
    for part in parts:
        starts = _starts(part.words) if _CLOSE in part.words else []
        if len(starts) < _FEWEST or starts[0] > _LONGEST_LEAD:
            yield part
            continue
        lead = part.part(0, starts[0])
        for first, end in zip(starts, [*starts[1:], len(part.words)], strict=True):
            said = part.part(first + 2, end, part.ending if end == len(part.words) else STOP)
            if said.words:
                yield lead.followed_by(said)


def _starts(words: Sequence[str]) -> list[int]:
    """Return where the numbers of a list stand, from 1 on, each before a bracket that nothing opens."""
    found: list[int] = []
    opened = 0
    for at, word in enumerate(words):
        if word == _OPEN:
            opened += 1
        elif word == _CLOSE and opened:
            opened -= 1
        elif word == _CLOSE and words[at - 1] == str(len(found) + 1):
            found.append(at - 1)
    return found
