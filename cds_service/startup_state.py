"""Start-up state derived only from the content, and the check of everything that start-up needs."""

from typing import NamedTuple

from cds_service.chart.chart_reader import ChartReader
from cds_service.chart.text_budget import DEFAULT_TEXT_BUDGET
from cds_service.collection import paused_collection
from cds_service.errors import ClientsError, ContentError, Problem, ProblemsFound
from cds_service.knowledge import Knowledge, load_knowledge, shipped_cards
from cds_service.production import ProductionConfig, find_long_windows, find_unknown_orders, load_production_config
from cds_service.rendering import CardBuilder
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


def load_content(settings: Settings) -> Knowledge:
    """Load the content of these settings, with the site's overlay.

    Raises:
        ContentError: with every problem of content and overlay.
    """
    return load_knowledge(settings.content or shipped_cards(), settings.site)


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


def check_startup(settings: Settings) -> tuple[StartupState, ProductionConfig | None]:
    """Check the content and what production mode needs, and return both.

    Raises:
        ProblemsFound: with every problem of either.
    """
    problems: list[Problem] = []
    state, production = None, None
    try:
        state = build_startup_state(settings)
    except ContentError as error:
        problems += error.problems
    try:
        production = load_production_config(settings)
    except ClientsError as error:
        problems += error.problems
    if state and production and settings.clients:
        problems += find_unknown_orders(settings.clients.name, production, state.knowledge)
        problems += find_long_windows(settings.clients.name, production, state.knowledge)
    if state is None or problems:
        raise ProblemsFound(problems)
    return state, production
