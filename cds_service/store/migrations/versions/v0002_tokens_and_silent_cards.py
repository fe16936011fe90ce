"""Adds the used tokens, and which cards were built in silent mode."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "token_seen",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("token_id", sa.Text, primary_key=True),
        sa.Column("keep_until", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_token_seen_keep_until", "token_seen", ["keep_until"])
    op.add_column("card_issued", sa.Column("silent", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("card_issued", "silent")
    op.drop_table("token_seen")
