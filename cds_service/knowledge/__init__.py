"""Loads, validates and versions the content folder `cards/`, and generates its `REVIEW.md`."""

from cds_service.knowledge.loader import Knowledge, load_knowledge
from cds_service.knowledge.shipped import shipped_cards

__all__ = ["Knowledge", "load_knowledge", "shipped_cards"]
