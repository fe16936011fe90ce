"""Builders of small facts and charts for the tests of the logic, in as few words as a clinician would use."""

from collections.abc import Callable
from datetime import date

from cds_service.logic.chart_index import ChartIndex
from cds_service.model.dates import parse_partial_date
from cds_service.model.facts import Chart, Finding, FindingValue, Imaging, Source, SourceKind, Stage
from cds_service.model.sides import Side

TODAY = date(2026, 3, 10)
Indexed = Callable[..., ChartIndex]


def finding(
    name: str,
    side: str = "unstated",
    when: str | None = "2026-03-01",
    onset: str | None = None,
    value: FindingValue = FindingValue.PRESENT,
    **qualifiers: str,
) -> Finding:
    return Finding(
        name,
        value,
        Side(side),
        parse_partial_date(when) if when else None,
        parse_partial_date(onset) if onset else None,
        Source(SourceKind.CONDITION, f"Condition/{name}"),
        qualifiers,
    )


def absent(name: str, side: str = "unstated", when: str | None = "2026-03-01") -> Finding:
    return finding(name, side, when, value=FindingValue.ABSENT)


def asked(name: str, side: str = "unstated", when: str | None = "2026-03-01") -> Finding:
    return finding(name, side, when, value=FindingValue.ASKED)


def imaging(
    stage: Stage,
    region: str | None,
    modality: str | None = "MR",
    side: str = "unstated",
    when: str | None = "2026-03-01",
    name: str = "o1",
    **other_fields: object,
) -> Imaging:
    fields = {"contrast": None, "is_selected": stage is Stage.DRAFT} | other_fields
    return Imaging(
        stage,
        region,
        modality,
        side=Side(side),
        when=parse_partial_date(when) if when else None,
        source=Source(SourceKind.ORDER, name),
        **fields,  # type: ignore[arg-type]
    )


def draft(
    region: str, modality: str = "MR", side: str = "unstated", name: str = "o1", **other_fields: object
) -> Imaging:
    return imaging(Stage.DRAFT, region, modality, side, "2026-03-10", name, **other_fields)


def study(region: str, modality: str = "MR", side: str = "unstated", when: str | None = "2026-03-01") -> Imaging:
    return imaging(Stage.STUDY, region, modality, side, when, f"study {region}")


def request(region: str, modality: str = "MR", side: str = "unstated", when: str | None = "2026-03-01") -> Imaging:
    return imaging(Stage.REQUEST, region, modality, side, when, f"request {region}")


def chart(*facts: Finding | Imaging, age: int | None = 50) -> Chart:
    return Chart(
        TODAY,
        age,
        tuple(fact for fact in facts if isinstance(fact, Finding)),
        tuple(fact for fact in facts if isinstance(fact, Imaging)),
    )
