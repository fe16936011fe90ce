"""Cohorts with published proportions of findings, and draws from them under several ways of depending on each other.

Studies publish how many patients had each finding, not which had them together. Each way below keeps every published
proportion and changes only what comes together, so that what depends on it shows.
"""

import random
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from statistics import NormalDist
from typing import Any, NamedTuple

NORMAL = NormalDist()
CORRELATION = 0.5


class Part(NamedTuple):
    """A part of a mixed cohort: its published percentage, and the cohorts that findings are drawn from."""

    label: str
    percent: float
    draw: tuple[str, ...]


@dataclass(frozen=True)
class Cohort:
    """A cohort: number of patients, the proven source of pain, and the percentage of patients with each finding.

    `share`: the percentage with all findings of `one`; the rest have all of `other`.
    """

    id: str
    title: str
    of: int
    source: str
    reading: str
    findings: Mapping[str, float]
    share: float = 0
    one: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    mixture: tuple[Part, ...] = field(default=())


@cache
def load_cohorts() -> dict[str, Cohort]:
    """Return the published cohorts by id."""
    path = Path(__file__).with_name("published_cohorts.toml")
    return {name: _build(name, table) for name, table in tomllib.loads(path.read_text(encoding="utf-8")).items()}


def _build(name: str, table: dict[str, Any]) -> Cohort:
    mixture = tuple(Part(part["label"], part["percent"], tuple(part["draw"])) for part in table.pop("mixture", ()))
    groups = {key: tuple(table.pop(key, ())) for key in ("one", "other")}
    return Cohort(id=name, reading=table.pop("as"), mixture=mixture, **groups, **table)


Draw = Callable[[random.Random, list[float]], list[bool]]
"""Decides which of several findings one patient has, given the probability of each."""


def draw_apart(chance: random.Random, probabilities: list[float]) -> list[bool]:
    """Spread findings over patients as evenly as can be (systematic sampling): all have nearly the same number."""
    start = chance.random()
    edges = [start + edge for edge in accumulate(probabilities, initial=0.0)]
    return [int(end) > int(begin) for begin, end in pairwise(edges)]


def draw_independent(chance: random.Random, probabilities: list[float]) -> list[bool]:
    """Draw each finding for itself."""
    return [chance.random() < probability for probability in probabilities]


def draw_correlated(chance: random.Random, probabilities: list[float]) -> list[bool]:
    """Draw with a correlation of 0.5 between any two findings' latent severities (one-factor Gaussian copula)."""
    general = chance.gauss(0, CORRELATION**0.5)
    return [_reaches(general + chance.gauss(0, (1 - CORRELATION) ** 0.5), each) for each in probabilities]


def draw_together(chance: random.Random, probabilities: list[float]) -> list[bool]:
    """Give the rarer findings to those who have the commoner ones: findings coincide as often as they can."""
    level = chance.random()
    return [level < probability for probability in probabilities]


DEPENDENCES: dict[str, Draw] = {
    "apart": draw_apart,
    "independent": draw_independent,
    "correlated 0.5": draw_correlated,
    "together": draw_together,
}


def _reaches(severity: float, probability: float) -> bool:
    if not 0 < probability < 1:
        return probability >= 1
    return severity > NORMAL.inv_cdf(1 - probability)


class Drawn(NamedTuple):
    """One patient's findings, each present or not, and the part of a mixed cohort that they come from."""

    part: str
    findings: dict[str, bool]


def draw_patient(cohort: Cohort, draw: Draw, chance: random.Random) -> Drawn:
    """Return what one patient of the cohort has. A finding that is published for two sources is present with either."""
    names = list(cohort.findings)
    found = dict(zip(names, draw(chance, [cohort.findings[name] / 100 for name in names]), strict=True))
    if cohort.share:
        is_one = chance.random() * 100 < cohort.share
        found |= dict.fromkeys(cohort.one, is_one) | dict.fromkeys(cohort.other, not is_one)
    if not cohort.mixture:
        return Drawn("", found)
    (part,) = chance.choices(cohort.mixture, [part.percent for part in cohort.mixture])
    for name, is_present in _draw_sources(part, draw, chance):
        found[name] = found.get(name, False) or is_present
    return Drawn(part.label, found)


def _draw_sources(part: Part, draw: Draw, chance: random.Random) -> Iterator[tuple[str, bool]]:
    for source in part.draw:
        yield from draw_patient(load_cohorts()[source], draw, chance).findings.items()
