"""What an item has, as bits, so that a row knows at once what no item of it has: most sentences lack most of it."""

from typing import Final

from cds_service.narrative.words.lexicon import LexiconEntry, Mark

_MARKS: Final = {mark: 1 << at for at, mark in enumerate(Mark)}
SAYING, SIGN, CUE, OPENING, QUALIFIER, SURROUNDINGS, SIDE, PAIN = (1 << len(Mark) + at for at in range(8))


def marked(*marks: Mark) -> int:
    """Return the bits of these kinds of function word."""
    return sum(_MARKS[mark] for mark in marks)


def traits_of(entry: LexiconEntry) -> int:
    """Return what an entry has. A sign is a finding that is no pain, or a denial. An opening is a cue that opens."""
    saying = entry.saying
    is_sign = saying is not None and (not saying.is_pain or saying.is_denial)
    return (
        marked(*entry.marks)
        | (SAYING if saying else 0)
        | (SIGN if is_sign else 0)
        | (CUE if entry.cues else 0)
        | (OPENING if any(cue.is_opening for cue in entry.cues) else 0)
        | (QUALIFIER if entry.qualifiers else 0)
        | (SURROUNDINGS if entry.surroundings else 0)
        | (SIDE if entry.side else 0)
    )
