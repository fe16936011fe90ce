"""Adds what a card rests on, as a keyed hash, and the cards that their users have answered."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("card_issued", sa.Column("basis_hash", sa.Text))
    op.add_column("card_issued", sa.Column("offer_ids", sa.JSON))
    op.create_table(
        "suppression",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("card_uuid", sa.Text, nullable=False, unique=True),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("patient_hash", sa.Text, nullable=False),
        sa.Column("user_hash", sa.Text, nullable=False),
        sa.Column("rule_id", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("basis_hash", sa.Text, nullable=False),
        sa.Column("content_version", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("has_reason", sa.Boolean, nullable=False),
        sa.Column("offer_ids", sa.JSON, nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_suppression_patient_user", "suppression", ["patient_hash", "user_hash"])
    op.create_index("ix_suppression_ends_at", "suppression", ["ends_at"])


def downgrade() -> None:
    op.drop_table("suppression")
    op.drop_column("card_issued", "offer_ids")
    op.drop_column("card_issued", "basis_hash")
