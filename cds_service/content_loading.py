"""Load the content that the settings name."""

from cds_service.knowledge import Knowledge, load_knowledge, shipped_cards
from cds_service.settings import Settings


def load_content(settings: Settings) -> Knowledge:
    """Load the content of these settings, with the site's overlay.

    Raises:
        ContentError: with every problem of content and overlay.
    """
    return load_knowledge(settings.content or shipped_cards(), settings.site)
