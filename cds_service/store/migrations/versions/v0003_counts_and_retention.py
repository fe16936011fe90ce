"""Adds counts of calls and content by day, what of the used tokens was deleted, and indexes for deleting by age."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_index("ix_card_issued_issued_at", "card_issued", ["issued_at"])
    op.create_index("ix_feedback_event_received_at", "feedback_event", ["received_at"])
    op.create_table(
        "token_horizon",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("forgotten_until", sa.DateTime(timezone=True), nullable=False),
    )
    _call_count()
    _content_day()


def downgrade() -> None:
    for table in ("content_day", "call_count", "token_horizon"):
        op.drop_table(table)
    op.drop_index("ix_feedback_event_received_at", "feedback_event")
    op.drop_index("ix_card_issued_issued_at", "card_issued")


def _call_count() -> None:
    op.create_table(
        "call_count",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("hook", sa.Text, primary_key=True),
        sa.Column("service_id", sa.Text, primary_key=True),
        sa.Column("content_digest", sa.Text, primary_key=True),
        sa.Column("silent", sa.Boolean, primary_key=True),
        sa.Column("content_version", sa.Text, nullable=False),
        sa.Column("with_cards", sa.Integer, nullable=False),
        sa.Column("without_cards", sa.Integer, nullable=False),
        sa.Column("cards_exempt_role", sa.Integer, nullable=False),
    )


def _content_day() -> None:
    op.create_table(
        "content_day",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("content_digest", sa.Text, primary_key=True),
        sa.Column("sign_off", sa.Text, primary_key=True),
        sa.Column("content_version", sa.Text, nullable=False),
    )
