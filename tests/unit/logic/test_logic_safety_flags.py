"""What is denied and what is not recorded, for a card that advises to wait."""

import pytest
from domain_facts import Indexed, absent, asked, finding

from cds_service.logic.safety_flags import summarize_safety
from cds_service.model.decision import SafetySummary
from cds_service.model.facts import Finding

NEVER_RECORDED = ("bladder", "bowel", "saddle", "weakness")


def words(summary: SafetySummary) -> list[str]:
    return [denial.words for denial in summary.denied]


def test_where_nothing_is_recorded_nothing_is_denied(indexed: Indexed) -> None:
    summary = summarize_safety(indexed())
    assert (words(summary), summary.not_recorded) == ([], NEVER_RECORDED)


def test_what_is_recorded_absent_is_denied_with_its_newest_day(indexed: Indexed) -> None:
    summary = summarize_safety(
        indexed(absent("fever", when="2026-02-01"), absent("fever"), absent("saddle-anaesthesia"))
    )
    assert words(summary) == ["saddle numbness", "fever"]
    assert str(summary.denied[1].when.first) == "2026-03-01" if summary.denied[1].when else False
    assert summary.not_recorded == ("bladder", "bowel", "weakness")


@pytest.mark.parametrize(
    "facts",
    [
        [absent("fever", when="2026-02-01"), finding("fever")],
        [absent("fever"), asked("fever")],
        [absent("fever", when="2020-01-01")],
    ],
    ids=["there since", "asked about", "long ago"],
)
def test_what_may_be_there_is_not_denied(facts: list[Finding], indexed: Indexed) -> None:
    assert words(summarize_safety(indexed(*facts))) == []


def test_weakness_denied_of_one_leg_is_not_denied(indexed: Indexed) -> None:
    one, other = absent("leg-weakness", "left"), absent("leg-weakness", "right")
    assert words(summarize_safety(indexed(one))) == []
    assert words(summarize_safety(indexed(one, other))) == ["weakness"]
    assert words(summarize_safety(indexed(absent("leg-weakness")))) == ["weakness"]


def test_a_danger_that_is_there_is_not_said_to_be_unrecorded(indexed: Indexed) -> None:
    assert "bladder" not in summarize_safety(indexed(finding("urinary-retention"))).not_recorded
