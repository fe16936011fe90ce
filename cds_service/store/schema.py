"""The tables of the store as SQLAlchemy Core values. `migrations/` creates them."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A time stored in UTC, so that the same time with two offsets is one value, in SQLite too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the time in UTC."""
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the time in UTC. SQLite returns it without a zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()

card_issued = Table(
    "card_issued",
    metadata,
    Column("card_uuid", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("service_id", Text, nullable=False),
    Column("hook", Text, nullable=False),
    Column("hook_instance", Text, nullable=False),
    Column("rule_id", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("patient_hash", Text, nullable=False),
    Column("user_hash", Text, nullable=False),
    Column("content_version", Text, nullable=False),
    Column("content_digest", Text, nullable=False),
    Column("suggestion_uuids", JSON, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False, index=True),
    # Built for a client in silent mode: the card was never shown.
    Column("silent", Boolean, nullable=False, server_default=false()),
    # A keyed hash of what the card rests on; None: it is never suppressed, for the call named no user.
    Column("basis_hash", Text),
    Column("offer_ids", JSON),
)
"""Every card built: the denominator for acceptance, since ignored cards are never reported (CDS Hooks 2.0)."""

feedback_event = Table(
    "feedback_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("service_id", Text, nullable=False),
    Column("card", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("outcome_timestamp", UtcDateTime, nullable=False),
    Column("accepted_suggestions", JSON, nullable=False),
    Column("reason_system", Text),
    Column("reason_code", Text),
    # Whether there was a comment, never its text: free text can name the patient.
    Column("has_comment", Boolean, nullable=False),
    Column("known_card", Boolean, nullable=False),
    Column("received_at", UtcDateTime, nullable=False, index=True),
    UniqueConstraint("tenant", "card", "outcome", "outcome_timestamp", name="feedback_event_once"),
)
"""Every reported outcome. Append-only; an event that is sent twice is one row."""

token_seen = Table(
    "token_seen",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("token_id", Text, primary_key=True),
    Column("keep_until", UtcDateTime, nullable=False, index=True),
)
"""Used tokens, by issuer and `jti`, while they could be valid, so that none is used twice (CDS Hooks 2.0, "jti")."""

token_horizon = Table(
    "token_horizon",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("forgotten_until", UtcDateTime, nullable=False),
)
"""Up to when an issuer's used tokens have been deleted: one that ended before may have been used."""

call_count = Table(
    "call_count",
    metadata,
    Column("day", Date, primary_key=True),
    Column("tenant", Text, primary_key=True),
    Column("hook", Text, primary_key=True),
    Column("service_id", Text, primary_key=True),
    Column("content_digest", Text, primary_key=True),
    # What the client table made of the calls: nobody was shown their cards.
    Column("silent", Boolean, primary_key=True),
    Column("content_version", Text, nullable=False),
    Column("with_cards", Integer, nullable=False),
    Column("without_cards", Integer, nullable=False),
    # Also the client table's doing: cards that users in an exempt role were not shown.
    Column("cards_exempt_role", Integer, nullable=False),
)
"""Calls judged on a day of the site's time zone: the denominator of every rate. Never deleted; names nobody."""

content_day = Table(
    "content_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("content_digest", Text, primary_key=True),
    Column("sign_off", Text, primary_key=True),
    Column("content_version", Text, nullable=False),
)
"""Which content judged calls on which day, and who had signed it off. Never deleted."""

suppression = Table(
    "suppression",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("card_uuid", Text, nullable=False, unique=True),
    Column("tenant", Text, nullable=False),
    Column("patient_hash", Text, nullable=False),
    Column("user_hash", Text, nullable=False),
    Column("rule_id", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("basis_hash", Text, nullable=False),
    Column("content_version", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("has_reason", Boolean, nullable=False),
    Column("offer_ids", JSON, nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False, index=True),
    Index("ix_suppression_patient_user", "patient_hash", "user_hash"),
)
"""Cards that their user has answered, and until when at most each is not shown to that user again."""
