"""Whether what a user answered before holds a card back now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cds_service.model.suppression import SuppressionWindow
from cds_service.suppression.windows import ACCEPTED, may_suppress

REASONS: Final = ("overridden", "red-flag-overridden", "critical-overridden", "accepted")
_CLOCKS_DIFFER: Final = timedelta(minutes=5)  # between replicas; an answer from further ahead is of a wrong clock


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """What the user did with an earlier card, and until when at most that holds it back.

    `basis_hash`: of what that card rested on. `offers`: those that were accepted. `began_at`: when the user answered.
    """

    topic: str
    basis_hash: str
    outcome: str
    has_reason: bool
    offers: tuple[str, ...]
    began_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class CardNow:
    """A card that could be shown now. `open_offers`: its rule's offers whose orders are open drafts or requests."""

    topic: str
    level: str
    basis_hash: str
    open_offers: frozenset[str] = frozenset()


def find_reason(card: CardNow, window: SuppressionWindow, answers: Iterable[PastAnswer], now: datetime) -> str | None:
    """Return why the card is held back, one of `REASONS`, or None if it is shown.

    The window of the answer's day and today's must both last: a window that was made shorter counts at once, one that
    was made longer counts for later answers.
    """
    for answer in answers:
        is_same = answer.topic == card.topic and answer.basis_hash == card.basis_hash
        is_running = answer.began_at - _CLOCKS_DIFFER <= now < min(answer.ends_at, answer.began_at + window.duration)
        if is_same and is_running and may_suppress(window, answer.outcome, has_reason=answer.has_reason):
            if answer.outcome != ACCEPTED:
                return _name_override(card, window)
            if answer.offers and card.open_offers.issuperset(answer.offers):
                return ACCEPTED
    return None


def _name_override(card: CardNow, window: SuppressionWindow) -> str:
    if not window.is_guarded:
        return REASONS[0]
    return REASONS[2] if card.level == "critical" else REASONS[1]
