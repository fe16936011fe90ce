"""What missing data cost is not what the user has answered before."""

from dataclasses import replace

from domain_facts import chart, draft, finding

from cds_service.logic.ranking import without_suppressed
from cds_service.logic.rule_engine import decide
from cds_service.logic.withheld_restraint import list_withheld_restraint
from cds_service.model.content import Content
from cds_service.model.decision import Decision


def decided(content: Content, *missing: str) -> Decision:
    read = replace(
        chart(finding("low-back-pain", onset="2026-03-01"), draft("lumbar-spine")), missing_types=frozenset(missing)
    )
    return decide(content, read, "order-sign")


def test_restraint_that_only_missing_data_stopped_is_named(content: Content) -> None:
    assert list_withheld_restraint(decided(content, "Procedure")) == ("conservative-care-first",)
    assert list_withheld_restraint(decided(content)) == ()


def test_restraint_that_the_user_has_answered_was_not_withheld(content: Content) -> None:
    decision = decided(content, "Encounter")  # restraint does not rest on it
    assert [card.rule.id for card in decision.shown] == ["conservative-care-first"]
    held = without_suppressed(decision, {"conservative-care-first": "overridden"})
    assert list_withheld_restraint(held) == ()
