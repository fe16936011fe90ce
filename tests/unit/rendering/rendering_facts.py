"""Facts for the tests of rendering, as the chart readers return them."""

from datetime import date
from typing import Any

from cds_service.model.dates import PartialDate, full_date
from cds_service.model.facts import Finding, FindingValue, Imaging, Source, SourceKind, Stage
from cds_service.model.sides import Side

TODAY = date(2026, 3, 10)
DRAFT = "ServiceRequest/o1"
RIGHT, LEFT, BOTH, UNSTATED = Side.RIGHT, Side.LEFT, Side.BOTH, Side.UNSTATED


def finding(name: str, side: Side = RIGHT, day: str | None = "2026-02-20", **more: Any) -> Finding:
    """Build a finding on the problem list. Keywords other than `onset` and `value` are qualifiers."""
    onset = full_date(date.fromisoformat(more.pop("onset"))) if "onset" in more else None
    value = more.pop("value", FindingValue.PRESENT)
    when = full_date(date.fromisoformat(day)) if day else None
    return Finding(name, value, side, when, onset, Source(SourceKind.CONDITION, f"Condition/{name}"), more)


def imaging(
    region: str | None = "hip",
    side: Side = RIGHT,
    stage: Stage = Stage.DRAFT,
    *,
    modality: str | None = "MR",
    reference: str = DRAFT,
    when: PartialDate | None = None,
    **more: Any,
) -> Imaging:
    """Build imaging, by default a draft of today."""
    day = when or (full_date(TODAY) if stage is Stage.DRAFT else None)
    fields = {"is_selected": stage is Stage.DRAFT, **more}
    return Imaging(stage, region, modality, None, side, day, Source(SourceKind.ORDER, reference), **fields)


def buttock_to_calf(side: Side = RIGHT) -> tuple[Finding, ...]:
    """Build the article's spine pattern, present for months and after therapy."""
    return (
        finding("buttock-pain", side, "2026-01-05", onset="2025-12-20"),
        finding("calf-pain", side),
        finding("physical-therapy", UNSTATED, "2026-01-20"),
    )
