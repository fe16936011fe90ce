"""Load while faults of a FHIR server come and go; every answer is checked: `python -m benchmarks.faults [SECONDS]`."""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
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
_AROUND_S = 20.0  # to start the servers and to ask for the right answers


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the calls: outcomes by the way their data came, what was wrong, and the seconds of each answer."""

    outcomes: Counter[tuple[str, str]]
    wrong: Sequence[str]
    seconds: dict[str, tuple[float, ...]]

    @property
    def answers(self) -> int:
        """The number of answers."""
        return sum(map(len, self.seconds.values()))

    @property
    def slowest(self) -> float:
        """The seconds of the slowest answer."""
        return max(took[-1] for took in self.seconds.values())

    def percentile(self, way: str, percent: float) -> float:
        """Return the milliseconds within which so many percent of the answers came."""
        took = self.seconds[way]
        return took[min(len(took) - 1, int(len(took) * percent / 100))] * 1000


def under_faults(seconds: float, plan: Sequence[Faults]) -> Report:
    """Load the service with two workers for so many seconds, while its FHIR server has the faults of the plan."""
    stay_within_a_day(seconds + _AROUND_S)
    charts_by_name = charts()
    with ExitStack() as opened:
        stub = opened.enter_context(_stub(charts_by_name))
        base = f"http://{HOST}:{stub.port}{BASE}"
        service = opened.enter_context(our_service(demo_fhir_servers=json.dumps([base])))
        calls = [
            Sent(name, way, chart.path, chart.call(keys, base))
            for name, chart in charts_by_name.items()
            for way, keys in WAYS.items()
        ]
        came, switched = run(service.port, stub.port, calls, plan, seconds)
        switch(stub.port, WELL)
        judge = Judge(service.port, charts_by_name, service.log, switched)
        outcomes, wrong = judge.outcomes(came)
    return Report(outcomes, wrong, {way: _sorted(came, way) for way in WAYS})


def _sorted(came: Sequence[Came], way: str) -> tuple[float, ...]:
    return tuple(sorted(answer.ended - answer.began for answer in came if answer.sent.way == way))


@contextmanager
def _stub(charts_by_name: dict[str, Chart]) -> Iterator[Server]:
    """Run a FHIR server with the patients of all charts, and a switch for each fault."""
    command = [sys.executable, "-m", "tests.faults.stub_fhir", "--port"]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        resources = [resource for chart in charts_by_name.values() for resource in chart.resources()]
        json.dump({"entry": [{"resource": resource} for resource in resources]}, file)
        file.flush()
        with launched(command, "/_seen", {}, ["--bundle", file.name]) as stub:
            yield stub


def print_report(report: Report, seconds: float) -> None:
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
    """Measure the goals under faults."""
    report = under_faults(seconds, (*SINGLY, *WHOLLY))
    print_report(report, seconds)
    return [
        at_most("wrong answers under faults, unexpected 5xx included", len(report.wrong), 0),
        at_most("slowest answer under faults", report.slowest, WITHIN_S, " s"),
    ]


def main() -> None:
    """Print the figures and the goals."""
    show(measure(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS))


if __name__ == "__main__":
    main()
