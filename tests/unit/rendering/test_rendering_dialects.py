"""Dialects: the advice stays the same, and what a client cannot show or do is left out."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from rendering_facts import DRAFT, TODAY, buttock_to_calf, imaging

from cds_service.knowledge import Knowledge
from cds_service.logic.rule_engine import decide
from cds_service.model.facts import Chart
from cds_service.rendering.card_context import CardContext
from cds_service.rendering.cards import CardBuilder
from cds_service.rendering.dialects import BUILT_IN_DIALECTS, STANDARD, Dialect, OrderCode, adapt_dialect
from cds_service.wire.response import Card

SITE = OrderCode("urn:com.epic.cdshooks.action.code.system.preference-list-item", "12345")
MAPPED = {"lumbar-mri-without-contrast": SITE}
Make = Callable[[Dialect], Card]


@pytest.fixture
def card_in(knowledge: Knowledge, maker: CardBuilder) -> Make:
    """Build the card for pain from buttock to calf with a hip order, in a dialect."""

    def make(dialect: Dialect) -> Card:
        decision = decide(knowledge.content, Chart(TODAY, 58, buttock_to_calf(), (imaging(),)), "order-sign")
        [card] = maker.build(decision, CardContext("patient-1", {DRAFT: b'{"id": "o1"}'}, dialect), lambda: "uuid")
        return card

    return make


def actions(card: Card) -> list[list[str]]:
    return [[action.type for action in suggestion.actions] for suggestion in card.suggestions or ()]


def test_the_standard_dialect_leaves_nothing_out(card_in: Make) -> None:
    card = card_in(STANDARD)
    assert actions(card) == [["create"], ["create", "delete"]]
    assert (card.selectionBehavior, "**Why**" in card.detail) == ("at-most-one", True)


def test_epic_takes_one_action_of_its_own_codes_and_any_choice(card_in: Make) -> None:
    card = card_in(adapt_dialect("epic", order_codes=MAPPED))
    assert actions(card) == [["create"]]
    assert card.selectionBehavior == "any"
    resource = (card.suggestions or [])[0].actions[0].resource
    assert resource is not None
    assert resource["code"]["coding"] == [{"system": SITE.system, "code": SITE.code}]
    assert resource["code"]["text"] == "MRI of the lumbar spine without contrast"


def test_without_a_code_of_its_own_the_card_is_text_alone(card_in: Make) -> None:
    card = card_in(BUILT_IN_DIALECTS["epic"])
    assert (card.suggestions, card.selectionBehavior) == (None, None)
    assert "Add a lumbar MRI" in card.detail


def test_a_mapped_order_never_changes_the_next_clients_order(card_in: Make) -> None:
    card_in(adapt_dialect("epic", order_codes=MAPPED))
    resource = (card_in(STANDARD).suggestions or [])[0].actions[0].resource
    assert resource is not None
    assert resource["code"]["coding"][0]["system"] == "http://loinc.org"


def test_oracle_gets_a_card_that_stands_alone(card_in: Make) -> None:
    card = card_in(BUILT_IN_DIALECTS["oracle"])
    assert (card.suggestions, card.selectionBehavior) == (None, None)
    assert "Consider" in card.detail


def test_plain_text_says_the_same_without_marks(card_in: Make) -> None:
    plain, marked = card_in(adapt_dialect("standard", is_plain_text=True)).detail, card_in(STANDARD).detail
    assert "*" not in plain
    assert plain == marked.replace("**", "")


def test_a_sites_changes_override_the_dialect_and_none_changes_nothing() -> None:
    assert adapt_dialect("epic", selection_behavior="at-most-one", is_plain_text=None) == replace(
        BUILT_IN_DIALECTS["epic"], selection_behavior="at-most-one"
    )
