"""Loading, validating and versioning of the content folder `cards/`, and its generated `REVIEW.md`."""

from cds_service.knowledge.loader import Knowledge, load_knowledge
from cds_service.knowledge.shipped import shipped_cards

__all__ = ["Knowledge", "load_knowledge", "shipped_cards"]
