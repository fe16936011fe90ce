"""What is made of the content alone, once, before anything is served: nothing of it belongs to a call."""

from typing import NamedTuple

from cds_service.knowledge import Knowledge, load_knowledge, shipped_cards
from cds_service.rendering import AboutMaker, CardMaker
from cds_service.settings import Settings
from cds_service.web.about import AboutPage


class StartupState(NamedTuple):
    """What is made of the content alone, checked whole. It holds no connection: a server makes it, then workers."""

    knowledge: Knowledge
    card_maker: CardMaker


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


def build_about_page(knowledge: Knowledge) -> AboutPage:
    """Both forms of /about, made once."""
    maker = AboutMaker(knowledge.content, knowledge.about, knowledge.site_changes)
    return AboutPage(maker.html(), maker.json(), maker.policy())


def build_card_maker(knowledge: Knowledge, public_url: str | None = None) -> CardMaker:
    """The card maker of this content. `public_url` is where callers reach the service, if that is known.

    Raises:
        ContentError: when wording or order templates are wrong.
    """
    return CardMaker(
        knowledge.content,
        knowledge.terminology,
        knowledge.wording,
        knowledge.order_templates,
        knowledge.override_reasons,
        knowledge.labels,
        f"{public_url}/about" if public_url else None,
    )
