"""Part a list of boxes that nobody ticked from the words behind it that deny all of it: "fever [ ] none of these"."""

from collections.abc import Iterator, Sequence

from cds_service.narrative.context.none_of_these import says_none
from cds_service.narrative.words.tokenizer import EMPTY_BOX, STOP, TICKED, Sentence


def part_from_none(parts: Sequence[Sentence]) -> Iterator[Sentence]:
    """Yield the sentences, each denial of a whole list of empty boxes as one of its own."""
    for part in parts:
        words = part.words
        if EMPTY_BOX not in words or TICKED in words:
            yield part
            continue
        end = len(words) - words[::-1].index(EMPTY_BOX)
        if says_none(words[end:]):
            yield part.part(0, end, STOP)
            yield part.part(end)
        else:
            yield part
