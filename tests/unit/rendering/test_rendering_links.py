"""Links on cards: the site's and ours to /about, and no others; as text for clients that show no links."""

from dataclasses import replace
from itertools import count

import pytest
from rendering_facts import TODAY, UNSTATED, finding

from cds_service.knowledge import Knowledge, load_knowledge, shipped_cards
from cds_service.logic.rule_engine import decide
from cds_service.model.facts import Chart
from cds_service.rendering.card_context import CardContext
from cds_service.rendering.cards import ABOUT_LINK_LABEL
from cds_service.rendering.dialects import STANDARD, Dialect
from cds_service.startup_state import build_card_maker
from cds_service.wire.response import Card

PATHWAY = "https://pathways.example.org/cauda-equina"
PUBLIC = "https://cds.example.org"


@pytest.fixture(scope="module")
def with_site() -> Knowledge:
    return load_knowledge(shipped_cards(), shipped_cards().parent / "examples" / "site")


def card(knowledge: Knowledge, public_url: str | None, dialect: Dialect = STANDARD) -> Card:
    chart = Chart(TODAY, 58, (finding("saddle-anaesthesia", UNSTATED),), ())
    numbers = count(1)
    decision = decide(knowledge.content, chart, "patient-view")
    (only_card,) = build_card_maker(knowledge, public_url).build(
        decision, CardContext("p1", {}, dialect), lambda: f"u{next(numbers)}"
    )
    return only_card


def links(rendered: Card) -> list[tuple[str, str, str]]:
    return [(link.label, link.url, link.type) for link in rendered.links or ()]


def test_without_a_site_and_a_public_url_a_card_has_no_links(knowledge: Knowledge) -> None:
    rendered = card(knowledge, None)
    assert rendered.links is None
    assert "/about" not in rendered.detail


def test_with_a_public_url_every_card_links_to_about(knowledge: Knowledge) -> None:
    assert links(card(knowledge, PUBLIC)) == [(ABOUT_LINK_LABEL, f"{PUBLIC}/about#rule-cauda-equina", "absolute")]


def test_the_sites_links_come_first(with_site: Knowledge) -> None:
    assert [url for _, url, _ in links(card(with_site, PUBLIC))] == [PATHWAY, f"{PUBLIC}/about#rule-cauda-equina"]


def test_a_card_says_which_overlay_made_it(with_site: Knowledge) -> None:
    rendered = card(with_site, None)
    assert "site overlay Example General 2026.1" in rendered.detail
    assert "(content 2.0.0+site.2026.1)" in rendered.source.label


def test_a_client_that_shows_no_links_gets_them_as_text(with_site: Knowledge) -> None:
    rendered = card(with_site, PUBLIC, replace(STANDARD, shows_links=False))
    assert rendered.links is None
    assert rendered.detail.endswith(
        f"Cauda equina pathway, Example General: {PATHWAY}\n\n{ABOUT_LINK_LABEL}: {PUBLIC}/about#rule-cauda-equina"
    )
