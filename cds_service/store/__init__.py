"""Stores issued cards, feedback and used tokens in SQLite or PostgreSQL: no names, resources or clear identifiers."""

from cds_service.store.database import check_writable, connect, migrate
from cds_service.store.feedback import FeedbackEvent, FeedbackLog
from cds_service.store.issued_cards import IssuedCard, IssuedCards, close_stores
from cds_service.store.pseudonym import Pseudonymizer, load_or_create_key
from cds_service.store.seen_tokens import SeenTokens
from cds_service.store.suppressions import Suppression, SuppressionRegister, Suppressions, note_answer

__all__ = [
    "FeedbackEvent",
    "FeedbackLog",
    "IssuedCard",
    "IssuedCards",
    "Pseudonymizer",
    "SeenTokens",
    "Suppression",
    "SuppressionRegister",
    "Suppressions",
    "check_writable",
    "close_stores",
    "connect",
    "load_or_create_key",
    "migrate",
    "note_answer",
]
