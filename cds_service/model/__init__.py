"""Frozen values of the domain: facts, sides, dates, content, decisions. Nothing here judges."""
