"""From a decision and the content's wording to card values. Makes values, never JSON text; says nothing of its own."""

from cds_service.rendering.about import AboutRenderer
from cds_service.rendering.cards import CardBuilder

__all__ = ["AboutRenderer", "CardBuilder"]
