"""Mentions of findings in a sentence, and how signs are read: findings other than pains, and tests by their results."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.items import Item
from cds_service.narrative.lexicon import Mark, PhraseMeaning
from cds_service.narrative.when import When

_LISTS = (Mark.LIST, Mark.JOINED)


@dataclass(slots=True)
class Mention:
    """A mention of a finding. `first` to `last`: the items it spans, including its pain words and results.

    `place`: the item that names it. `chain`: mentions of one radiating or listed pain have the same, and share a side.
    `is_sided`: its side is settled, even if there is none.
    """

    place: int
    saying: PhraseMeaning
    first: int
    last: int
    chain: int = 0
    value: FindingValue = FindingValue.PRESENT
    radiates: bool = False
    side: Side = Side.UNSTATED
    is_sided: bool = False
    qualifiers: dict[str, str] = field(default_factory=dict)
    onset: When | None = None
    when: When | None = None

    @property
    def is_dated(self) -> bool:
        """Return whether the text tells since when, or when."""
        return self.onset is not None or self.when is not None

    def dated(self, when: When, *, began: bool) -> None:
        """Set since when it has been there, or when it happened. What began lately or long ago has a course."""
        if not began:
            self.when = when
            return
        self.onset = when
        if when.course and "course" in self.saying.takes:
            self.qualifiers.setdefault("course", when.course)


def read_signs(items: list[Item]) -> Iterator[Mention]:
    """Yield the findings that are not pains. The name of a test means nothing without a result."""
    results = _Results(items)
    for place, item in enumerate(items):
        saying = item.entry.saying
        if saying is None or (saying.is_pain and not saying.is_denial):
            continue
        if saying.results is None:
            yield Mention(
                place, saying, place, place, value=FindingValue.ABSENT if saying.is_denial else FindingValue.PRESENT
            )
        elif found := results.of(place, saying.results):
            value, result = found
            yield Mention(place, saying, min(place, result), max(place, result), value=value)


class _Results:
    """Assigns results to tests: to each the nearest one that no other test has."""

    def __init__(self, items: list[Item]) -> None:
        self._items = items
        self._taken: set[int] = set()
        self._last: tuple[int, FindingValue, int] | None = (
            None  # of the test before: its place, its value, and the item of its result
        )

    def of(self, place: int, table: str) -> tuple[FindingValue, int] | None:
        """Return the result of the test at `place`, and its item, or None if there is none or two differ."""
        behind, before = self._behind(place, table), self._before(place, table)
        if (
            behind is not None
            and before is not None
            and self._value_at(behind, table) is not self._value_at(before, table)
        ):
            self._taken.add(before)
            return None
        if behind is None and before is None:
            behind = self._of_list(place, table)
        result = behind if behind is not None else before
        if result is None:
            return self._shared(place, table)
        if self._is_own(place, result):
            self._taken.add(result)
        value = self._value_at(result, table)
        self._last = (place, value, result) if result < place else None
        return value, result

    def _value_at(self, place: int, table: str) -> FindingValue:
        return self._items[place].entry.results[table]

    def _is_own(self, place: int, result: int) -> bool:
        between = self._items[min(place, result) + 1 : max(place, result)]
        return not any(item.entry.saying for item in between)

    def _is_result(self, place: int, table: str) -> bool:
        if place in self._taken or table not in self._items[place].entry.results:
            return False
        behind = self._items[place + 1] if place + 1 < len(self._items) else None
        # "FADIR + FABER negative": a plus before another test means "and".
        return not (self._items[place].is_marked(*_LISTS) and behind is not None and behind.entry.saying)

    def _behind(self, place: int, table: str) -> int | None:
        for at in range(place + 1, len(self._items)):
            if self._is_result(at, table):
                return at
            if not (self._items[at].is_marked(Mark.LINK) or self._items[at].is_side):
                return None
        return None

    def _before(self, place: int, table: str) -> int | None:
        for at in range(place - 1, -1, -1):
            if self._is_result(at, table):
                return at
            if not (self._items[at].is_marked(Mark.LINK) or self._items[at].is_side):
                return None
        return None

    def _of_list(self, place: int, table: str) -> int | None:
        """Return the result at the end of a list of tests: "FADIR and FABER negative"."""
        for at in range(place + 1, len(self._items)):
            item = self._items[at]
            if self._is_result(at, table) and self._items[at - 1].text != ",":
                return at
            is_test = item.entry.saying is not None and item.entry.saying.results == table
            if not (is_test or item.is_side or item.is_marked(Mark.LINK, *_LISTS)):
                return None
        return None

    def _shared(self, place: int, table: str) -> tuple[FindingValue, int] | None:
        """Return the result of the test before, in a list that follows its result: "negative FADIR and FABER"."""
        if self._last is None:
            return None
        before, value, result = self._last
        between = self._items[before + 1 : place]
        is_list = any(item.is_marked(*_LISTS) for item in between)
        if not is_list or not all(item.is_side or item.is_marked(Mark.LINK, *_LISTS) for item in between):
            return None
        self._last = (place, value, result)
        return (value, result) if table in self._items[result].entry.results else None
