"""Load while a FHIR server's faults come and go: every answer is checked. `python -m benchmarks.faults [SECONDS]`."""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.dating import stay_within_a_day
from benchmarks.fault_charts import WAYS, Chart, charts
from benchmarks.fault_judging import Judge
from benchmarks.fault_load import SINGLY, WELL, WHOLLY, Came, Faults, Sent, run, switch
from benchmarks.goals import Goal, at_most, show
from benchmarks.launching import Server, launched
from benchmarks.load import CONNECTIONS, HOST
from benchmarks.servers import WORKERS, our_service

SECONDS = 60.0
WITHIN_S = 3.0  # of every answer, at the default deadline of 1.5 s
BASE = "/ehr/r4"
_AROUND_S = 20.0  # to start the servers and to ask again for what is right


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the calls: how often each outcome by the way their data came, what was wrong, and how long."""

    outcomes: Counter[tuple[str, str]]
    wrong: Sequence[str]
    seconds: dict[str, tuple[float, ...]]

    @property
    def answers(self) -> int:
        """How many came."""
        return sum(map(len, self.seconds.values()))

    @property
    def slowest(self) -> float:
        """Seconds."""
        return max(took[-1] for took in self.seconds.values())

    def percentile(self, way: str, percent: float) -> float:
        """Milliseconds within which so many of a hundred answers came."""
        took = self.seconds[way]
        return took[min(len(took) - 1, int(len(took) * percent / 100))] * 1000


def under_faults(seconds: float, plan: Sequence[Faults]) -> Report:
    """Load the service, two workers, for so many seconds, while its FHIR server has the faults of the plan."""
    stay_within_a_day(seconds + _AROUND_S)
    held = charts()
    with our_service() as service, _stub(held) as stub:
        base = f"http://{HOST}:{stub.port}{BASE}"
        calls = [
            Sent(name, way, one.path, one.call(keys, base)) for name, one in held.items() for way, keys in WAYS.items()
        ]
        came, switched = run(service.port, stub.port, calls, plan, seconds)
        switch(stub.port, WELL)
        judge = Judge(service.port, held, service.log, switched)
        outcomes, wrong = judge.outcomes(came)
    return Report(outcomes, wrong, {way: _sorted(came, way) for way in WAYS})


def _sorted(came: Sequence[Came], way: str) -> tuple[float, ...]:
    return tuple(sorted(one.ended - one.began for one in came if one.sent.way == way))


@contextmanager
def _stub(held: dict[str, Chart]) -> Iterator[Server]:
    """A FHIR server with the patients of all charts, and a switch for each fault."""
    command = [sys.executable, "-m", "tests.faults.stub_fhir", "--port"]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"entry": [{"resource": one} for chart in held.values() for one in chart.resources()]}, file)
        file.flush()
        with launched(command, "/_seen", {}, ["--bundle", file.name]) as stub:
            yield stub


def tell(report: Report, seconds: float) -> None:
    """Print the figures."""
    print(f"{CONNECTIONS} connections, {WORKERS} workers, {seconds:g} s, {report.answers} answers")
    for way, took in report.seconds.items():
        p50, p99 = report.percentile(way, 50), report.percentile(way, 99)
        print(f"   {way}: {len(took)} answers, p50 {p50:.0f} ms, p99 {p99:.0f} ms, slowest {took[-1] * 1000:.0f} ms")
    for (way, outcome), number in sorted(report.outcomes.items()):
        print(f"   {way}: {outcome}: {number}")
    for text in report.wrong[:5]:
        print(f"   WRONG {text}")


def measure(seconds: float = SECONDS) -> list[Goal]:
    """The figures as goals."""
    report = under_faults(seconds, (*SINGLY, *WHOLLY))
    tell(report, seconds)
    return [
        at_most("wrong answers under faults, 5xx that nobody asked for among them", len(report.wrong), 0),
        at_most("slowest answer under faults", report.slowest, WITHIN_S, " s"),
    ]


def main() -> None:
    """Print the figures and the goals."""
    show(measure(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS))


if __name__ == "__main__":
    main()
