"""What missing data cost is not what the user has answered before."""

import pytest
from domain_facts import chart, draft, finding
from msgspec.structs import replace

from cds_service.logic.ranking import without_suppressed
from cds_service.logic.rule_engine import decide
from cds_service.logic.withheld_restraint import explain_withheld_restraint, list_withheld_restraint
from cds_service.model.content import Content
from cds_service.model.decision import Decision
from cds_service.model.facts import Chart, ScreenHit


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


PAIN = chart(finding("low-back-pain", onset="2026-03-01"), draft("lumbar-spine"))
HIT = ScreenHit("cancer", PAIN.findings[0].source, "a word")
CHARTS: dict[str, tuple[Chart, bool]] = {
    "nothing": (PAIN, False),
    "missing, and asked for": (replace(PAIN, missing_types=frozenset({"Procedure"})), True),
    "missing, and not asked for": (replace(PAIN, missing_types=frozenset({"Encounter"})), False),
    "met": (replace(PAIN, screen_hits=(HIT,)), True),
    "both": (replace(PAIN, screen_hits=(HIT,), missing_types=frozenset({"Procedure"})), True),
    "not screened": (replace(PAIN, unscreened={"format": 1}), True),
}


@pytest.mark.parametrize(("read", "is_withheld"), CHARTS.values(), ids=CHARTS)
def test_what_no_condition_met_has_stopped_nothing(content: Content, read: Chart, is_withheld: bool) -> None:
    """It is not looked for: nothing would be found."""
    decision = decide(content, read, "order-sign")
    looked_for = replace(decision, has_met_missing_data=True, has_met_screen_hits=True)
    assert explain_withheld_restraint(decision) == explain_withheld_restraint(looked_for)
    assert bool(explain_withheld_restraint(decision)) == is_withheld
