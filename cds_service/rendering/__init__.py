"""Rendering of decisions into card values, with the content's wording only. It builds values, never JSON text."""
