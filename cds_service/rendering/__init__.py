"""Rendering of decisions into card values, with the content's wording only. It builds values, never JSON text."""

from cds_service.rendering.about import AboutRenderer
from cds_service.rendering.cards import CardBuilder

__all__ = ["AboutRenderer", "CardBuilder"]
