"""The place from which a rule looks at a chart: the side, the order judged, the dates named so far."""

from cds_service.logic.index import MIDLINE, ChartIndex
from cds_service.model.dates import When
from cds_service.model.dates import newest as newest_of
from cds_service.model.facts import Finding, Imaging
from cds_service.model.outcome import Fact
from cds_service.model.sides import EACH, Side


def covered_by(order: Imaging) -> tuple[Side, ...]:
    """The sides an order or study covers: midline, bilateral and unsided ones cover both."""
    return EACH if order.region in MIDLINE else order.side.judged


def covers(imaging: Imaging, side: Side) -> bool:
    """Whether an order or study covers a side; `BOTH` asks for either."""
    return imaging.region in MIDLINE or imaging.side.covers(side)


class View:
    """One judging of one rule. `thorough`: judge every branch, for a trace; else stop where the answer is plain."""

    __slots__ = ("anchors", "covered", "index", "order", "side", "spoken", "thorough")

    def __init__(
        self,
        index: ChartIndex,
        side: Side,
        order: Imaging | None = None,
        spoken: frozenset[str] = frozenset(),
        *,
        thorough: bool = False,
    ) -> None:
        self.index = index
        self.side = side
        self.order = order
        self.spoken = spoken
        self.thorough = thorough
        self.covered = covered_by(order) if order else EACH
        self.anchors: dict[str, When | None] = {}

    def sides(self, name: str) -> tuple[Side, ...]:
        """The sides a `side` filter names, seen from here."""
        match name:
            case "this":
                return (self.side,)
            case "opposite":
                return (self.side.opposite,)
            case "either":
                return (Side.BOTH,)
            case _:
                return self.covered

    def anchor(self, name: str) -> When | None:
        """The date an anchor names; None: named by nothing, or by a fact without a date."""
        return self.index.onset(self.side) if name == "onset" else self.anchors.get(name)

    def name_anchor(self, name: str, facts: tuple[Fact, ...]) -> None:
        """Let a name stand for the newest date among the facts and those it stood for before.

        A fact without a date may be newer than all of them: the name then stands for no date, and `undated` decides.
        """
        before = [self.anchors[name]] if name in self.anchors else []
        self.anchors[name] = newest_of([*(fact.when for fact in facts), *before])


def newest(facts: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The facts that none is surely newer than: several of one day, or of dates too coarse; undated ones if all are."""
    dated = [(fact, fact.when) for fact in facts if fact.when]
    if not dated:
        return facts
    latest = max(when.first for _, when in dated)
    return tuple(fact for fact, when in dated if when.last >= latest)
