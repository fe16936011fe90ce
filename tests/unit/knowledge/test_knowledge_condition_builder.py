"""The conditions that the logic judges: every kind is built, groups are resolved, filters are merged."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cds_service.knowledge import Knowledge, load_knowledge
from cds_service.model.conditions import Absent, Age, Block, Filters, Imaged, Newest, NotRecorded, Ordered, Present

Change = Callable[[str, str, str], None]
RULE_3 = "rules/spine-pattern-hip-imaging.toml"
REPLACEMENT = '{ present = ["hip-replacement-in-place"] }'


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ('{ absent = ["limp"] }', Absent),
        ('{ not_recorded = ["limp"] }', NotRecorded),
        ('{ newest = ["nsaid", "limp"], is = "limp", with = { severity = ["mild"] } }', Newest),
        ('{ newest = ["nsaid"], is = "nsaid", stating = "response", side = "either" }', Newest),
        ("{ age = { below = 50 } }", Age),
        ('{ ordered = { treatment = ["physical-therapy"] } }', Ordered),
        ('{ imaged = { region = ["hip"] }, ago = 3, undated = "counts" }', Imaged),
        ('{ any = [{ present = ["limp"], sides = "one" }] }', Block),
    ],
)
def test_each_kind_of_condition_is_built(cards: Path, change: Change, written: str, kind: type) -> None:
    change(RULE_3, REPLACEMENT, written)
    rule = next(rule for rule in load_knowledge(cards).content.rules if rule.id == "spine-pattern-hip-imaging")
    assert isinstance(rule.block.none[-1], kind)


def test_the_winner_of_newest_must_exist(change: Change, problems: Callable[[], str]) -> None:
    change(RULE_3, REPLACEMENT, '{ newest = ["nsaid", "limp"], is = "lmp" }')
    assert "no finding or group is called lmp (meant: limp?)" in problems()


def test_an_entrys_filter_overrides_that_of_the_condition(shipped: Knowledge) -> None:
    rule = next(rule for rule in shipped.content.rules if rule.id == "spine-pattern-hip-imaging")
    fracture = rule.block.none[3]
    assert isinstance(fracture, Present)
    assert [(leaf.finding, leaf.filters) for leaf in fracture.leaves] == [
        ("hip-fracture", Filters(side="either", asked=True)),
        ("major-trauma", Filters(side="either", within=91, undated="counts", asked=True)),
    ]


def test_blocks_of_inner_and_outer_groups_must_both_hold(cards: Path, change: Change) -> None:
    change(
        "groups.toml",
        'sphincter-failure  = ["urinary-retention", "bowel-incontinence"]',
        'sphincter-failure = [{ id = "urinary-retention", all = [{ present = ["limp"] }] }, "bowel-incontinence"]',
    )
    leaf = next(
        leaf for leaf in load_knowledge(cards).content.groups["emergency-flag"] if leaf.finding == "urinary-retention"
    )
    assert leaf.block
    assert len(leaf.block.all) == 2


def test_a_block_that_names_a_date_says_so(shipped: Knowledge) -> None:
    rules = {rule.id for rule in shipped.content.rules if rule.block.has_anchor}
    assert rules == {"cauda-equina", "red-flag-review", "imaging-already-done", "injection-response"}


def test_rules_come_after_the_rules_they_refer_to(shipped: Knowledge) -> None:
    order = [rule.id for rule in shipped.content.rules]
    assert order.index("failed-hip-care") > order.index("spine-pattern-hip-imaging")
