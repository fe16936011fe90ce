"""Decides whether a card is held back because its user has answered it, and nothing has changed. Knows no store."""
