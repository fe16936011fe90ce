"""Cards issued, feedback and used tokens in SQLite or PostgreSQL; no names, resources, clear identifiers, no clock."""

from cds_service.store.database import connect, migrate, ping
from cds_service.store.feedback import FeedbackEvent, FeedbackLog
from cds_service.store.issued import IssuedCard, IssuedCards, close_stores
from cds_service.store.pseudonym import Pseudonyms, load_or_create_key
from cds_service.store.tokens import SeenTokens

__all__ = [
    "FeedbackEvent",
    "FeedbackLog",
    "IssuedCard",
    "IssuedCards",
    "Pseudonyms",
    "SeenTokens",
    "close_stores",
    "connect",
    "load_or_create_key",
    "migrate",
    "ping",
]
