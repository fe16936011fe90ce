"""Find a gait that is called after a sign: "Gait: mild Trendelenburg R"."""

from collections.abc import Iterator
from typing import Final

from cds_service.model.sides import Side
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark, PhraseMeaning

_TEST, _GAIT, _SIGN, _FILLER = "test", "gait", "trendelenburg", "filler"
_LEADS: Final = frozenset({":", "-"})


def find_named_gait(row: Row, meaning: PhraseMeaning) -> Iterator[Mention]:
    """Yield the sign that a gait is called after, if the gait is a title and nothing denies it."""
    tests = row.kinds[_TEST]
    gait = next((at for at in tests if row[at].concept(_TEST) == _GAIT), None)
    if gait is None or not row[gait + 1 : gait + 2] or row[gait + 1].text not in _LEADS:
        return
    for at in tests:
        if row[at].concept(_TEST) == _SIGN and at > gait and all(_is_passed(item) for item in row[gait + 2 : at]):
            side = next((item.entry.side for item in row[gait:] if item.is_side), None)
            yield Mention(at, meaning, at, at, side=side or Side.UNSTATED, is_sided=True, parts=(at,))


def _is_passed(item: Item) -> bool:
    is_small = item.is_side or item.is_marked(Mark.LINK, Mark.LIST) or item.concept(_FILLER) is not None
    return is_small and not item.entry.cues
