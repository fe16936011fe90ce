"""What narrows the facts that a condition of a rule considers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True, slots=True)
class Filters:
    """Narrows the facts that a condition considers.

    `side` is the scope of the condition, seen from the side for which it is evaluated. `stated`: the record names a
    side. `sides` is "one" or "both": the records name one side only, or both.
    `within` and `ago` are days, limits included. `since` holds names of anchors, "onset" among them; `for_days`: at
    most so many days after them. `by`: "onset", the date that counts is the onset where one is stated, else the newest
    date; "stated-onset", the onset alone; "recorded", the newest date, also inside a condition that goes by the onset.
    `undated` is "counts" or "ignored". It decides where the date of a fact or anchor is missing or too coarse.
    `qualifiers` maps a qualifier to its accepted values.
    `asked`: a finding that an order asks to rule out counts as well; "only": such findings alone count.
    `anchor` gives the date of the matching facts a name for later conditions.
    """

    side: str = "this"
    stated: bool = False
    sides: str | None = None
    within: int | None = None
    ago: int | None = None
    since: tuple[str, ...] = ()
    for_days: int | None = None
    by: str | None = None
    undated: str | None = None
    qualifiers: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    asked: bool | Literal["only"] = False
    anchor: str | None = None
    has_time_filter: bool = field(init=False, repr=False, compare=False)
    is_unfiltered: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Computed once. A time filter replaces the finding's own window; most conditions only ask for what is in that.
        has_time_filter = self.within is not None or self.ago is not None or bool(self.since)
        object.__setattr__(self, "has_time_filter", has_time_filter)
        asks_more = self.stated or self.sides or self.has_time_filter or self.qualifiers or self.asked
        object.__setattr__(self, "is_unfiltered", not asks_more)


ANY_FACT = Filters()
