"""Start-up state derived only from the content."""

from typing import NamedTuple

from cds_service.chart.chart_reader import ChartReader
from cds_service.chart.text_budget import DEFAULT_TEXT_BUDGET
from cds_service.collection import paused_collection
from cds_service.content_loading import load_content
from cds_service.knowledge import Knowledge
from cds_service.rendering.cards import CardBuilder
from cds_service.settings import Settings


class StartupState(NamedTuple):
    """State derived only from the content. Built once, shared by all workers; holds no per-call data or connections."""

    knowledge: Knowledge
    card_maker: CardBuilder
    chart_reader: ChartReader


@paused_collection()
def build_startup_state(settings: Settings) -> StartupState:
    """Load the content of these settings and prepare what reads charts and what builds cards.

    Raises:
        ContentError: with every problem of the content.
    """
    knowledge = load_content(settings)
    card_maker = build_card_maker(knowledge, settings.public_url)
    return StartupState(knowledge, card_maker, build_chart_reader(knowledge, settings.text_budget))


def build_card_maker(knowledge: Knowledge, public_url: str | None = None) -> CardBuilder:
    """Build the card builder of this content. `public_url` is where callers reach the service, if known.

    Raises:
        ContentError: wording or order templates are wrong.
    """
    return CardBuilder(
        knowledge.content,
        knowledge.terminology,
        knowledge.wording,
        knowledge.order_templates,
        knowledge.override_reasons,
        knowledge.labels,
        f"{public_url}/about" if public_url else None,
    )


def build_chart_reader(knowledge: Knowledge, text_budget: int = DEFAULT_TEXT_BUDGET) -> ChartReader:
    """Build what reads charts with this content. `text_budget`: the most characters of words of one call."""
    return ChartReader(knowledge.terminology, knowledge.content, knowledge.narrative, knowledge.screen, text_budget)
