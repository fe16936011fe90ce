"""Frozen values of the domain: facts, sides, dates, content and decisions. Nothing here evaluates a rule."""
