"""The lines of the table of `make bench`: what is measured, what it is measured against, and the goal of each."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from benchmarks.calls import CARD, NO_CARD
from benchmarks.load import CONNECTIONS, MANY_CONNECTIONS

PARSING, REPLY, EXPRESS, HEALTHCHAIN = "orjson.loads", "parsing reply", "Express", "HealthChain"
RATE = "/s"


@dataclass(frozen=True, slots=True)
class Line:
    """A line: what its figures are, their unit, what they are measured against, and the goal, of the ratio or of them.

    `was`: the figure at which the goal was set.
    """

    what: str
    unit: str
    against: str = ""
    goal: float | None = None
    was: str = ""
    is_ratio: bool = True

    def sent(self, *, differ: bool) -> "Line":
        """Return this line, or the same with bodies that differ from call to call, for which no goal is set."""
        return replace(self, what=f"{self.what}, bodies differ", was="", goal=None) if differ else self

    @property
    def more_is_better(self) -> bool:
        """Whether a higher figure is the better one."""
        return self.unit == RATE


class Pair(NamedTuple):
    """What one round measured for a line: our figure, and that of what it is measured against, if that is there."""

    line: Line
    ours: float
    theirs: float | None = None


MACHINE = Line(f"{PARSING} of the body", " ms")
JUDGING = {
    NO_CARD: Line("bytes to bytes, no card", " ms", PARSING, 1.2, "1.48"),
    CARD: Line("bytes to bytes, card", " ms", PARSING, 3.0, "4.6"),
}
SERVER_CPU = {
    NO_CARD: Line("server CPU of a call, no card", " ms", REPLY, 1.8, "3.0"),
    CARD: Line("server CPU of a call, card", " ms", REPLY, 3.5, "5.5"),
}
# Holds on a busy machine too, where throughput says which server gets the processor, not what it does with it.
SERVER_CPU_EXPRESS = {
    chart: Line(f"server CPU of a call, {chart.name}, against Express", " ms", EXPRESS) for chart in (NO_CARD, CARD)
}
THROUGHPUT = {
    (EXPRESS, NO_CARD): Line("throughput, no card", RATE, EXPRESS, 0.9, "0.53"),
    (EXPRESS, CARD): Line("throughput, card", RATE, EXPRESS, 0.5, "0.29"),
    (HEALTHCHAIN, CARD): Line("throughput, card, against HealthChain", RATE, HEALTHCHAIN, 12, "9.1"),
}
P99 = Line(f"p99 at {CONNECTIONS} connections, card", " ms", EXPRESS, 50, "56-78 ms", is_ratio=False)
P99_MANY = Line(f"p99 at {MANY_CONNECTIONS} connections, card", " ms", EXPRESS, 250, "572 ms", is_ratio=False)
START = Line("`serve` to the first answer", " s", REPLY, 1.5, "2.5 s", is_ratio=False)
MEMORY = Line("memory of a worker (PSS)", " MiB", goal=90, was="90 MiB", is_ratio=False)

_BY_BODIES = (
    *JUDGING.values(),
    *SERVER_CPU.values(),
    *SERVER_CPU_EXPRESS.values(),
    *THROUGHPUT.values(),
    P99,
    P99_MANY,
    MEMORY,
)
LINES = (MACHINE, START, *(each for line in _BY_BODIES for each in (line, line.sent(differ=True))))
