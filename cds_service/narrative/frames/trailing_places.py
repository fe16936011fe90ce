"""Places that close a sentence about how a pain behaves: "stiff getting out of the car, left groin"."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.narrative.frames.subject import is_denial
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Role, Row
from cds_service.narrative.words.lexicon import Mark

_COMMA = ","
_CHAIN: Final = -1  # they share a side
_RUNNING_DOWN = frozenset({"sciatica", "lumbar-radiculopathy"})


def trailing_places(row: Row, stated: Sequence[Mention], pains: Sequence[Mention]) -> Iterator[Mention]:
    """Yield the pains of a clause that names places and sides alone, behind one that tells of a pain.

    Only where nothing is denied: "not worse on walking, left groin" says nothing of the groin.
    """
    anchors = [one for one in stated if _tells(one)]
    if not anchors or any(map(is_denial, row)):
        return
    told = [one.last for one in anchors]
    for start, end in _clauses(row, min(told)):
        if all(map(_is_small, row[start:end])) and not any(start <= one.place < end for one in (*stated, *pains)):
            yield from _pains(row, start, end)
            for one in anchors:
                one.chain = one.chain or (_CHAIN if one.about is None else 0)  # "right sciatica, buttock to calf"


def _tells(mention: Mention) -> bool:
    """Return whether a mention tells of a pain: how it behaves, or the name of one that runs down the leg."""
    is_named = not _RUNNING_DOWN.isdisjoint(mention.saying.records)
    return (mention.about is not None or is_named) and mention.value is FindingValue.PRESENT


def _clauses(row: Row, told: int) -> Iterator[tuple[int, int]]:
    """Yield where the clauses between commas begin and end, behind the first that tells of a pain."""
    ends = [at for at, item in enumerate(row) if item.text == _COMMA and at > told]
    return pairwise([*(at + 1 for at in ends[:1]), *ends[1:], len(row)]) if ends else iter(())


def _pains(row: Row, start: int, end: int) -> Iterator[Mention]:
    for at in range(start, end):
        saying = row[at].entry.saying
        if row[at].role is Role.PLACE and saying is not None:
            yield Mention(at, replace(saying, is_site=False), at, at, _CHAIN)


def _is_small(item: Item) -> bool:
    is_link = item.is_marked(Mark.LINK, Mark.RUN, Mark.JOINED) or (item.is_marked(Mark.LIST) and item.text != _COMMA)
    return item.role is Role.PLACE or item.is_side or (is_link and not item.entry.cues) or item.text == _COMMA
