"""The conditions that the logic judges: every kind is built, groups are resolved, filters are merged."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cds_service.knowledge import Knowledge, load_knowledge
from cds_service.model.conditions import (
    Absent,
    Age,
    Block,
    Imaged,
    Newest,
    NotRecorded,
    Ordered,
    Present,
    Received,
    Screened,
)
from cds_service.model.filters import Filters

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
        ('{ received = ["Procedure", "Text"] }', Received),
        ('{ screen = ["cancer", "fever"] }', Screened),
        ('{ condition = "hip-in-hand" }', Block),
        ('{ present = ["limp"], by = "recorded", within = 3, undated = "counts" }', Present),
    ],
)
def test_each_kind_of_condition_is_built(cards: Path, change: Change, written: str, kind: type) -> None:
    change(RULE_3, REPLACEMENT, written)
    rule = next(rule for rule in load_knowledge(cards).content.rules if rule.id == "spine-pattern-hip-imaging")
    assert isinstance(rule.block.none[-1], kind)


def test_the_winner_of_newest_must_exist(change: Change, problems: Callable[[], str]) -> None:
    change(RULE_3, REPLACEMENT, '{ newest = ["nsaid", "limp"], is = "lmp" }')
    assert "no finding or group is called lmp (did you mean limp?)" in problems()


def test_an_entrys_filter_overrides_that_of_the_condition(shipped: Knowledge) -> None:
    rule = next(rule for rule in shipped.content.rules if rule.id == "spine-pattern-hip-imaging")
    (fracture,) = next(
        block.any for block in rule.block.none if isinstance(block, Block) and block.label.startswith("a fracture")
    )
    assert isinstance(fracture, Present)
    assert [(leaf.finding, leaf.filters) for leaf in fracture.leaves] == [
        ("hip-fracture", Filters(side="either", asked=True)),
        ("pelvic-fracture", Filters(side="either", asked=True)),
        ("major-trauma", Filters(side="either", within=91, undated="counts", asked=True)),
    ]


def test_an_entry_that_goes_by_its_record_does_so_inside_a_condition_that_goes_by_the_onset(shipped: Knowledge) -> None:
    """Rule 1 dates its signs by their onset; what words call worse counts by the record that says so."""
    rule = next(rule for rule in shipped.content.rules if rule.id == "cauda-equina")
    (flags,) = rule.block.all
    assert isinstance(flags, Present)
    worse = [leaf.filters for leaf in flags.leaves if "worse" in leaf.filters.qualifiers.get("course", ())]
    assert {filters.by for filters in worse if "not-recorded" not in filters.qualifiers["course"]} == {"recorded"}
    assert {leaf.filters.by for leaf in flags.leaves} == {"onset", "stated-onset", "recorded"}
    assert {leaf.filters.anchor for leaf in flags.leaves} == {"sign"}


def test_blocks_of_inner_and_outer_groups_must_both_hold(cards: Path, change: Change) -> None:
    change(
        "groups.toml",
        '{ id = "reduced-anal-tone", within = 30, by = "onset", undated = "counts" },',
        '{ id = "reduced-anal-tone", within = 30, undated = "counts", all = [{ present = ["limp"] }] },',
    )
    leaf = next(
        leaf for leaf in load_knowledge(cards).content.groups["emergency-flag"] if leaf.finding == "reduced-anal-tone"
    )
    assert leaf.block
    assert len(leaf.block.all) == 2


def test_a_named_condition_is_built_once_and_keeps_its_label(shipped: Knowledge) -> None:
    labelled = [
        part
        for rule in shipped.content.rules
        for part in rule.block.none
        if isinstance(part, Block)
        and part.label == "hip or pelvis imaging ordered beside this order, or done within a year"
    ]
    assert labelled
    assert all(part is labelled[0] for part in labelled)


def test_advice_of_restraint_holds_what_the_policy_and_the_screen_ask(shipped: Knowledge) -> None:
    groups = shipped.content.screen_groups.values()
    for rule in shipped.content.rules:
        (received,), stops = rule.restraint.all, rule.restraint.none
        assert isinstance(received, Received)
        assert received.kinds >= {"Condition", "Observation", "Text"}
        stopping = {group.id for group in groups if not group.stops.isdisjoint({rule.id, "all"})}
        assert [part.groups for part in stops if isinstance(part, Screened)] == [stopping]
        for row in rule.advice:
            assert (rule.restraint in row.block.all) is row.is_restraint
    since = {rule.id: part.since for rule in shipped.content.rules for part in rule.restraint.none if part.since}  # type: ignore[union-attr]
    assert since == {"imaging-already-done": "study"}


def test_a_branch_that_names_a_date_says_so_and_a_whole_rule_need_not(shipped: Knowledge) -> None:
    """Another branch may need the date of one that does not hold; of a rule that does not hold nothing is read."""
    rules = {rule.id: rule.block for rule in shipped.content.rules}
    branches = [part for part in rules["red-flag-review"].any if isinstance(part, Block)]
    assert [branch.has_anchor for branch in branches] == [True, True, False]
    assert not any(block.has_anchor for block in rules.values())


def test_rules_come_after_the_rules_they_refer_to(shipped: Knowledge) -> None:
    order = [rule.id for rule in shipped.content.rules]
    assert order.index("failed-hip-care") > order.index("spine-pattern-hip-imaging")
