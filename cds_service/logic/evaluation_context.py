"""What the evaluation of one rule depends on: the chart, the side, the judged order and the dates named so far."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.order_sides import sides_covered_by
from cds_service.model.conditions import Condition
from cds_service.model.dates import PartialDate, newest_date
from cds_service.model.facts import Fact, Imaging
from cds_service.model.outcome import Outcome
from cds_service.model.sides import EACH_SIDE, Side


class EvaluationContext:
    """The context of one evaluation. `thorough`: evaluate every branch, for a trace, even if the result is known."""

    __slots__ = ("anchor_dates", "covered_sides", "index", "order", "side", "spoken_rules", "thorough")

    def __init__(
        self,
        index: ChartIndex,
        side: Side,
        order: Imaging | None = None,
        spoken_rules: frozenset[str] = frozenset(),
        *,
        thorough: bool = False,
    ) -> None:
        self.index = index
        self.side = side
        self.order = order
        self.spoken_rules = spoken_rules
        self.thorough = thorough
        self.covered_sides = sides_covered_by(order) if order else EACH_SIDE
        self.anchor_dates: dict[str, PartialDate | None] = {}

    def resolve_sides(self, side_scope: str) -> tuple[Side, ...]:
        """Return the sides that a `side` filter means in this context."""
        match side_scope:
            case "this":
                return (self.side,)
            case "opposite":
                return (self.side.opposite,)
            case "either":
                return (Side.BOTH,)
            case _:
                return self.covered_sides

    def anchor_date(self, name: str) -> PartialDate | None:
        """Return the date of an anchor. None: nothing has named it, or a fact without a date has."""
        match name:
            case "onset":
                return self.index.symptom_onset(self.side)
            case "recorded-onset":
                return self.index.recorded_onset(self.side)
            case _:
                return self.anchor_dates.get(name)

    def set_anchor_date(self, name: str, facts: tuple[Fact, ...]) -> None:
        """Set an anchor to the newest date among the facts and its previous date.

        A fact without a date may be newer than all others: the anchor then has no date, and `undated` decides.
        """
        self.set_anchor(name, [fact.when for fact in facts])

    def set_anchor(self, name: str, dates: Iterable[PartialDate | None]) -> None:
        """Set an anchor to the newest of these dates and its previous one; None is a date that is not recorded."""
        previous = [self.anchor_dates[name]] if name in self.anchor_dates else []
        self.anchor_dates[name] = newest_date([*dates, *previous])


Evaluator: TypeAlias = Callable[[Condition, EvaluationContext], Outcome]
