"""What is made of the content alone, once, before anything is served: nothing of it belongs to a call."""

from typing import NamedTuple

from cds_service.errors import ClientsError, ContentError, Problem, ProblemsFound
from cds_service.knowledge import Knowledge, load_knowledge, shipped_cards
from cds_service.production import ProductionConfig, find_unknown_orders, load_production_config
from cds_service.rendering import CardBuilder
from cds_service.settings import Settings


class StartupState(NamedTuple):
    """What is made of the content alone, checked whole. It holds no connection: a server makes it, then workers."""

    knowledge: Knowledge
    card_maker: CardBuilder


def build_startup_state(settings: Settings) -> StartupState:
    """Load the content of these settings and make what cards need of it.

    Raises:
        ContentError: with every problem of the content.
    """
    knowledge = load_content(settings)
    return StartupState(knowledge, build_card_maker(knowledge, settings.public_url))


def load_content(settings: Settings) -> Knowledge:
    """The content of these settings, the site's overlay on it.

    Raises:
        ContentError: with every problem of the content, or of the overlay.
    """
    return load_knowledge(settings.content or shipped_cards(), settings.site)


def build_card_maker(knowledge: Knowledge, public_url: str | None = None) -> CardBuilder:
    """The card maker of this content. `public_url` is where callers reach the service, if that is known.

    Raises:
        ContentError: when wording or order templates are wrong.
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


def check_startup(settings: Settings) -> tuple[StartupState, ProductionConfig | None]:
    """The content and what production needs, each checked whole.

    Raises:
        ProblemsFound: with everything wrong with either.
    """
    problems: list[Problem] = []
    prepared, production = None, None
    try:
        prepared = build_startup_state(settings)
    except ContentError as error:
        problems += error.problems
    try:
        production = load_production_config(settings)
    except ClientsError as error:
        problems += error.problems
    if prepared and production and settings.clients:
        problems += find_unknown_orders(settings.clients.name, production, prepared.knowledge)
    if prepared is None or problems:
        raise ProblemsFound(problems)
    return prepared, production
