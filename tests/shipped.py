"""The shipped content, loaded once for all tests of a process: nothing in it can be changed."""

from functools import cache

from cds_service.knowledge import Knowledge, load_knowledge, shipped_cards


@cache
def shipped_knowledge() -> Knowledge:
    """Load the content in `cards/`. A test of the loading itself calls `load_knowledge`."""
    return load_knowledge(shipped_cards())
