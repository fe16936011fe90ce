"""From a decision and the content's wording to card values. Makes values, never JSON text; says nothing of its own."""

from cds_service.rendering.about import AboutMaker
from cds_service.rendering.cards import CardMaker

__all__ = ["AboutMaker", "CardMaker"]
