"""How consistent patterns and rules are with published proportions: `python -m benchmarks.consistency [CHARTS]`.

Charts with a study's proportions of findings are judged: once with a lumbar MRI ordered, once with an MRI of the hip.
Printed are how often each pattern holds and each rule speaks, beside what the study says of the source. This is
consistency with marginals, never validation: charts are drawn from the figures themselves, no patient was judged, and
how findings come together is not published. It is assumed in four ways, and what changes with it is printed.

Intervals are Wilson's, 95 %, of a study of the published size: they say how far chance alone could move a share there.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple

from scipy.stats import binomtest

from benchmarks.chart_records import SIDES, Json, finding_records
from benchmarks.cohorts import DEPENDENCES, Cohort, draw_patient, load_cohorts
from benchmarks.generated_patients import LAST_DAY
from benchmarks.population import HIP_MRI, LUMBAR_MRI, judge
from benchmarks.population_charts import records
from cds_service.logic.rule_engine import decide
from cds_service.model.decision import Decision

ORDERS = {"lumbar MRI ordered": LUMBAR_MRI, "hip MRI ordered": HIP_MRI}
CHARTS = 400
# What the service calls the picture of a chart's two sides together, the strongest first.
NAMES = ("both", "spine-only", "hip-only", "undetermined")


class Interval(NamedTuple):
    """A percentage and Wilson's 95 % interval, in percent."""

    share: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.share:5.1f} ({self.low:.0f}-{self.high:.0f})"


def wilson(share: float, of: int) -> Interval:
    """Return the interval of a share (0 to 1) that a study of `of` patients observed."""
    bounds = binomtest(round(share * of), of).proportion_ci(0.95, "wilson")
    return Interval(100 * share, 100 * float(bounds.low), 100 * float(bounds.high))


class CohortTally:
    """What was counted over the charts of one cohort under one dependence."""

    def __init__(self) -> None:
        self.charts = 0
        self.findings: Counter[str] = Counter()
        self.names: Counter[str] = Counter()
        self.patterns: Counter[str] = Counter()
        self.rules: dict[str, Counter[str]] = {order: Counter() for order in ORDERS}
        self.parts: dict[str, Counter[str]] = {}

    def add(self, part: str, findings: dict[str, bool], decisions: dict[str, Decision]) -> None:
        """Count one chart."""
        self.charts += 1
        self.findings.update(name for name, is_present in findings.items() if is_present)
        first = next(iter(decisions.values()))
        name = name_of(first)
        self.names[name] += 1
        self.parts.setdefault(part, Counter())[name] += 1
        self.patterns.update({one.id for side in first.side_patterns.values() for one in side.matching_patterns})
        for order, decision in decisions.items():
            self.rules[order].update({card.rule.id for card in (*decision.shown, *decision.held_back)})


def name_of(decision: Decision) -> str:
    """Return the pattern of a chart: that of its sides which says most."""
    names = {side.name for side in decision.side_patterns.values()}
    return next((name for name in NAMES if name in names), "none")


def judge_chart(findings: dict[str, bool], chance: random.Random) -> dict[str, Decision]:
    """Return the decision on each order for a chart with these findings over an unrelated load."""
    recorded = LAST_DAY - timedelta(days=20)
    made = finding_records(chance, findings, recorded - timedelta(days=100), recorded, SIDES[0])
    load = (record for record, is_reason in records(chance) if not is_reason)
    patient: Json = {"resourceType": "Patient", "id": "p", "birthDate": "1966-05-01", "gender": "female"}
    chart = [
        {key: value for key, value in record.items() if value is not None}
        | {"id": f"r{index}", "subject": {"reference": "Patient/p"}}
        for index, record in enumerate((*made, *load))
    ]
    decisions = {name: judge([patient, *chart], LAST_DAY, order) for name, order in ORDERS.items()}
    return {name: decide(one.content, one.chart, one.hook, thorough=True) for name, one in decisions.items()}


def judge_cohort(cohort: Cohort, dependence: str, charts: int) -> CohortTally:
    """Draw and judge the charts of a cohort; the same for the same number of charts."""
    tally, chance = CohortTally(), random.Random(f"{cohort.id} {dependence}")
    for _ in range(charts):
        drawn = draw_patient(cohort, DEPENDENCES[dependence], chance)
        tally.add(drawn.part, drawn.findings, judge_chart(drawn.findings, chance))
    return tally


def describe(cohort: Cohort, tallies: dict[str, CohortTally]) -> Iterator[str]:
    """Yield the tables of one cohort as lines."""
    yield f"\n{cohort.title}: n = {cohort.of}, source: {cohort.source}"
    yield f"  {cohort.reading}"
    yield from _describe_marginals(cohort, tallies)
    yield f"  {'in % (95 % interval at n)':<44}" + "".join(f"{name:>18}" for name in tallies)
    yield from _rows(cohort, "pattern", {name: tally.names for name, tally in tallies.items()}, tallies)
    yield from _rows(cohort, "holds", {name: tally.patterns for name, tally in tallies.items()}, tallies)
    for order in ORDERS:
        yield from _rows(cohort, f"{order}:", {name: tally.rules[order] for name, tally in tallies.items()}, tallies)
    if cohort.mixture:
        yield from _describe_parts(cohort, tallies)


def _describe_marginals(cohort: Cohort, tallies: dict[str, CohortTally]) -> Iterator[str]:
    """Yield each published share beside what was drawn: that the generator keeps to the study."""
    for finding, published in cohort.findings.items():
        interval = wilson(published / 100, cohort.of)
        drawn = [100 * tally.findings[finding] / tally.charts for tally in tallies.values()]
        is_kept = cohort.mixture or all(interval.low <= share <= interval.high for share in drawn)
        outside = "" if is_kept else "  OUTSIDE"
        yield f"  published {finding}: {interval}; drawn {min(drawn):.1f}-{max(drawn):.1f}{outside}"


def _rows(
    cohort: Cohort, what: str, counted: dict[str, Counter[str]], tallies: dict[str, CohortTally]
) -> Iterator[str]:
    for key in sorted({key for counter in counted.values() for key in counter}):
        shares = [wilson(counter[key] / tallies[name].charts, cohort.of) for name, counter in counted.items()]
        yield f"  {f'{what} {key}':<44}" + "".join(f"{share!s:>18}" for share in shares)


def _describe_parts(cohort: Cohort, tallies: dict[str, CohortTally]) -> Iterator[str]:
    """Yield, for each published source, its share and the patterns that its charts have."""
    total = sum(part.percent for part in cohort.mixture)
    for part in cohort.mixture:
        yield f"  published source: {part.label} {wilson(part.percent / total, cohort.of)}; of its charts, in %:"
        for name, tally in tallies.items():
            counter = tally.parts.get(part.label, Counter())
            shares = (f"{key} {100 * number / counter.total():.0f}" for key, number in counter.most_common())
            yield f"    {name}: {', '.join(shares) or 'no chart drawn'}"


def run(charts: int, cohorts: Iterable[Cohort]) -> Iterator[str]:
    """Yield the whole report, a line each."""
    yield "Consistency with published proportions, not validation: no patient was judged."
    yield f"{charts} charts of each cohort and dependence. Which findings come together is assumed, in four ways."
    for cohort in cohorts:
        yield from describe(cohort, {name: judge_cohort(cohort, name, charts) for name in DEPENDENCES})


def main() -> None:
    """Judge, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("charts", type=int, nargs="?", default=CHARTS)
    for line in run(parser.parse_args().charts, load_cohorts().values()):
        print(line, flush=True)


if __name__ == "__main__":
    main()
