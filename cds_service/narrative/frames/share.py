"""The frame of shares: whether the leg hurts more than the back."""

from collections.abc import Iterator
from itertools import pairwise

from cds_service.model.facts import FindingValue
from cds_service.narrative.frames.frame import Frame
from cds_service.narrative.frames.sites import DOMINANCE, REGION
from cds_service.narrative.items import Row
from cds_service.narrative.lexicon import Mark
from cds_service.narrative.mentions import Mention

_LEG, _BACK = "leg", "low-back"
_NEAR = 6  # items between what is compared
_ALL = 100
_HALF = 50


class ShareFrame(Frame):
    """Reads "leg worse than back" and "80% leg, 20% back"."""

    name = "share"
    kinds = frozenset({DOMINANCE})
    heads = frozenset({REGION})

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield whether the leg or the back is said to hurt more."""
        meaning = self.table.get(_LEG, {}).get(_BACK)
        parts = [(at, row[at].concept(REGION)) for at in row.kinds[REGION]]
        for (first, one), (second, other) in pairwise(parts):
            if meaning is None or {one, other} != {_LEG, _BACK} or second - first > _NEAR:
                continue
            is_first_more = self._is_first_more(row, first, second)
            if is_first_more is not None:
                value = FindingValue.PRESENT if is_first_more is (one == _LEG) else FindingValue.ABSENT
                yield Mention(first, meaning, first, second, value=value, is_sided=True)

    def _is_first_more(self, row: Row, first: int, second: int) -> bool | None:
        if any(item.concept(DOMINANCE) for item in row[first + 1 : second]):
            return None if any(item.is_marked(Mark.LIST) for item in row[first + 1 : second]) else True
        numbers = [row[at].number for at in range(max(0, first - 3), min(len(row), second + 2)) if row[at].number > 0]
        if len(numbers) != 2 or sum(numbers) != _ALL or numbers[0] == _HALF:
            return None
        return numbers[0] > numbers[1]
