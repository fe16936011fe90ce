"""Stores issued cards, feedback and used tokens in SQLite or PostgreSQL: no names, resources or clear identifiers."""

from cds_service.store.background_writer import close_writers
from cds_service.store.backup import back_up, count_rows, restore
from cds_service.store.call_counts import CallCounts, CallKind
from cds_service.store.database import check_writable, connect, migrate
from cds_service.store.feedback import FeedbackEvent, FeedbackLog
from cds_service.store.foreign_ids import ForeignIds
from cds_service.store.issued_cards import IssuedCard, IssuedCards
from cds_service.store.pseudonym import Pseudonymizer, load_or_create_key
from cds_service.store.purge import Purged, count_older, purge
from cds_service.store.seen_tokens import SeenTokens
from cds_service.store.suppressions import Suppression, SuppressionRegister, Suppressions, note_answer

__all__ = [
    "CallCounts",
    "CallKind",
    "FeedbackEvent",
    "FeedbackLog",
    "ForeignIds",
    "IssuedCard",
    "IssuedCards",
    "Pseudonymizer",
    "Purged",
    "SeenTokens",
    "Suppression",
    "SuppressionRegister",
    "Suppressions",
    "back_up",
    "check_writable",
    "close_writers",
    "connect",
    "count_older",
    "count_rows",
    "load_or_create_key",
    "migrate",
    "note_answer",
    "purge",
    "restore",
]
