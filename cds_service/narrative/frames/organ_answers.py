"""Answers behind the bare name of an organ, as in a screen: "saddle: none, bladder 0 / bowel 0", "sex: N"."""

from collections.abc import Iterator
from typing import Final

from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import CueEffect, Mark

_ORGAN, _ASPECT, _FAILURE, _LINKS = "organ", "aspect", "failure", frozenset({":", "-", "="})
_NORMAL, _NO = "n", "no"  # "bladder: no" may deny its control
# Of what flows, "none" says that none comes.
_SCREENED: Final = frozenset({"saddle", "bladder", "bowel", "either", "both", "sex"})
_IN_SHORT: Final = frozenset({"saddle", "either"})
_NONE: Final = frozenset({"no", "nil"})
_LISTS: Final = (Mark.LIST, Mark.JOINED)


def answered_organs(row: Row) -> Iterator[int]:
    """Yield the places of the answers that say that an organ is well."""
    for organ in row.kinds.get(_ORGAN, ()):
        if _is_denied(row, organ):
            yield organ - 1
            continue
        at = organ + 1
        while at < len(row) and row[at].text in _LINKS:
            at += 1
        if at < len(row) and _denies(row, at) and _stands_bare(row, organ):
            is_normal = row[at].text == _NORMAL
            if is_normal or row[organ].concept(_ORGAN) in _SCREENED:
                yield at


def _is_denied(row: Row, organ: int) -> bool:
    """Return whether trouble with an organ is denied in short: "no B/B, no saddle"."""
    before = organ - 1
    is_led = before >= 0 and row[before].text in _NONE and (before == 0 or _parts(row[before - 1]))
    is_bare = not (row[organ].concept(_ASPECT) or row[organ].concept(_FAILURE))
    is_last = organ + 1 == len(row) or (_parts(row[organ + 1]) and not row[organ + 1].is_marked(Mark.JOINED))
    return is_led and is_bare and is_last and row[organ].concept(_ORGAN) in _IN_SHORT


def _denies(row: Row, at: int) -> bool:
    is_answer = row[at].text != _NO and any(
        cue.is_closing and cue.effect is CueEffect.NEGATED for cue in row[at].entry.cues
    )
    return is_answer and (at + 1 == len(row) or _parts(row[at + 1]))


def _stands_bare(row: Row, organ: int) -> bool:
    """Return whether nothing is said of an organ but the answer: not its control, feeling or failure."""
    before = row[organ - 1] if organ else None
    is_first = before is None or _parts(before) or before.text in _LINKS
    return is_first and not (row[organ].concept(_ASPECT) or row[organ].concept(_FAILURE))


def _parts(item: Item) -> bool:
    return item.is_marked(*_LISTS) or item.text == ")"
