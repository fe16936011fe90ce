"""Stores issued cards, feedback and used tokens in SQLite or PostgreSQL: no names, resources or clear identifiers."""

from cds_service.store.database import check_writable, connect, migrate
from cds_service.store.feedback import FeedbackEvent, FeedbackLog
from cds_service.store.foreign_ids import ForeignIds
from cds_service.store.issued_cards import IssuedCard, IssuedCards, close_stores
from cds_service.store.pseudonym import Pseudonymizer, load_or_create_key
from cds_service.store.seen_tokens import SeenTokens

__all__ = [
    "FeedbackEvent",
    "FeedbackLog",
    "ForeignIds",
    "IssuedCard",
    "IssuedCards",
    "Pseudonymizer",
    "SeenTokens",
    "check_writable",
    "close_stores",
    "connect",
    "load_or_create_key",
    "migrate",
]
