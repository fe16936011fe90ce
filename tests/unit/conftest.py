"""Fixtures: the shipped content, and a chart index over it."""

import pytest
from domain_facts import Indexed, chart

from cds_service.logic.chart_index import ChartIndex
from cds_service.model.content import Content
from cds_service.model.facts import Finding, Imaging
from tests.shipped import shipped_knowledge


@pytest.fixture(scope="session")
def content() -> Content:
    return shipped_knowledge().content


@pytest.fixture
def indexed(content: Content) -> Indexed:
    def index(*facts: Finding | Imaging, age: int | None = 50) -> ChartIndex:
        return ChartIndex(chart(*facts, age=age), content)

    return index
