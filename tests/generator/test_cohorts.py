"""Draws keep every published proportion, whatever comes together; what comes together differs."""

import random
from collections import Counter
from math import sqrt

import pytest

from benchmarks.cohorts import DEPENDENCES, draw_patient, load_cohorts
from benchmarks.consistency import CohortTally, describe, judge_cohort, wilson
from cds_service.knowledge import Knowledge

DRAWS = 3000


def draw(cohort: str, dependence: str) -> list[dict[str, bool]]:
    chance = random.Random(7)
    return [draw_patient(load_cohorts()[cohort], DEPENDENCES[dependence], chance).findings for _ in range(DRAWS)]


@pytest.mark.parametrize("dependence", DEPENDENCES)
@pytest.mark.parametrize("cohort", ["lesher-2008", "poulsen-2016", "khan-2004-hip", "prather-2017"])
def test_proportions_are_the_published_ones(cohort: str, dependence: str) -> None:
    drawn = draw(cohort, dependence)
    for finding, percent in load_cohorts()[cohort].findings.items():
        share = percent / 100
        error = 4 * sqrt(share * (1 - share) / DRAWS)
        assert sum(each[finding] for each in drawn) / DRAWS == pytest.approx(share, abs=error or 1e-9)


def test_findings_come_together_more_and_more() -> None:
    spreads = []
    for dependence in ("apart", "independent", "correlated 0.5", "together"):
        numbers = [sum(each.values()) for each in draw("poulsen-2016", dependence)]
        mean = sum(numbers) / DRAWS
        spreads.append(sum((number - mean) ** 2 for number in numbers) / DRAWS)
    assert spreads == sorted(spreads)
    assert spreads[0] < 0.3 < spreads[-1]


def test_sources_of_back_pain_have_their_published_shares() -> None:
    chance, cohort = random.Random(7), load_cohorts()["sembrano-2009"]
    parts = Counter(draw_patient(cohort, DEPENDENCES["independent"], chance).part for _ in range(DRAWS))
    total = sum(part.percent for part in cohort.mixture)
    for part in cohort.mixture:
        assert parts[part.label] / DRAWS == pytest.approx(part.percent / total, abs=0.04)


def test_every_finding_of_a_cohort_is_one_of_the_content(knowledge: Knowledge) -> None:
    for cohort in load_cohorts().values():
        assert {*cohort.findings, *cohort.one, *cohort.other} <= set(knowledge.content.findings)


def test_an_interval_is_wilsons() -> None:
    # Newcombe 1998, table I: 81 of 263, Wilson's score interval 0.2553 to 0.3662.
    interval = wilson(81 / 263, 263)
    assert (interval.low, interval.high) == (pytest.approx(25.53, abs=0.01), pytest.approx(36.62, abs=0.01))


def test_a_report_of_proven_hips_names_pattern_and_rule_for_each_dependence() -> None:
    cohort = load_cohorts()["khan-2004-hip"]
    tallies: dict[str, CohortTally] = {name: judge_cohort(cohort, name, 12) for name in ("independent", "together")}
    lines = list(describe(cohort, tallies))
    assert tallies["independent"].names["hip-only"] == tallies["independent"].findings["groin-pain"] > 0
    assert any("pattern hip-only" in line and line.count("(") == len(tallies) for line in lines)
    assert any("lumbar MRI ordered: hip-pattern-spine-imaging" in line for line in lines)
    assert tallies["together"].charts == 12
