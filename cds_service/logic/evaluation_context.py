"""The place from which a rule looks at a chart: the side, the order judged, the dates named so far."""

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.order_sides import sides_covered_by
from cds_service.model.dates import PartialDate, newest_date
from cds_service.model.facts import Fact, Imaging
from cds_service.model.sides import EACH_SIDE, Side


class EvaluationContext:
    """One judging of one rule. `thorough`: judge every branch, for a trace; else stop where the answer is plain."""

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
        """The sides a `side` filter names, seen from here."""
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
        """The date an anchor names; None: named by nothing, or by a fact without a date."""
        return self.index.symptom_onset(self.side) if name == "onset" else self.anchor_dates.get(name)

    def set_anchor_date(self, name: str, facts: tuple[Fact, ...]) -> None:
        """Let a name stand for the newest date among the facts and those it stood for before.

        A fact without a date may be newer than all of them: the name then stands for no date, and `undated` decides.
        """
        before = [self.anchor_dates[name]] if name in self.anchor_dates else []
        self.anchor_dates[name] = newest_date([*(fact.when for fact in facts), *before])
