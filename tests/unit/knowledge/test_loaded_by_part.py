"""The tests' own sharing of what is read: it must change no content."""

import pytest

import cds_service.knowledge.loader as loader
from cds_service.knowledge import load_knowledge, shipped_cards
from cds_service.knowledge.content_folder import ContentFolder

EXAMPLE = shipped_cards().parent / "examples" / "site"


def test_content_that_shares_its_parts_is_what_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    sites = (None, EXAMPLE, None)
    shared = [load_knowledge(shipped_cards(), site) for site in sites]
    for place, name in ((ContentFolder, "load_file"), (ContentFolder, "load_tables"), (loader, "build_narrative")):
        monkeypatch.setattr(place, name, getattr(place, name).__wrapped__)
    assert shared == [load_knowledge(shipped_cards(), site) for site in sites]
