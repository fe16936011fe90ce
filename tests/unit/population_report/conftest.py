"""A dry run of the invented counts."""

from datetime import date

import pytest

from cds_service.knowledge import Knowledge
from cds_service.population_report.dry_run import DryRun, ExampleCard
from tests.invented_counts import RESTRAINT, invented_counts


@pytest.fixture(scope="session")
def dry_run(knowledge: Knowledge) -> DryRun:
    example = ExampleCard("Twelve days of back pain", "Lumbar MRI within six weeks", "**Why**\n\n- <b>Back pain</b>")
    return DryRun(
        counts=invented_counts(),
        content=knowledge.content,
        terminology=knowledge.terminology,
        made_on=date(2026, 4, 2),
        until=date(2026, 3, 31),
        against="the content before",
        examples={RESTRAINT: example},
    )
