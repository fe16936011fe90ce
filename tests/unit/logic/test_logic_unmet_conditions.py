"""The first thing that keeps a block from holding, and how near a block is to holding."""

import pytest
from domain_facts import Indexed, chart, finding

from cds_service.logic.evaluation import evaluate
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.logic.rule_engine import decide
from cds_service.logic.unmet_conditions import closeness, find_unmet_condition
from cds_service.model.conditions import Block, Condition, Leaf, NotRecorded, Present, Spoke
from cds_service.model.content import Content
from cds_service.model.outcome import Outcome
from cds_service.model.sides import Side

PAIN, LIMP, FEVER = (Present((Leaf(name),), names=(name,)) for name in ("groin-pain", "limp", "fever"))
NO_FEVER = Block(all=(NotRecorded((Leaf("fever"),), names=("fever",)),))


def outcome(indexed: Indexed, block: Condition, **view: object) -> Outcome:
    """Return how a block fares on a chart of pain in the groin alone."""
    context = EvaluationContext(indexed(finding("groin-pain")), Side.LEFT, thorough=True, **view)  # type: ignore[arg-type]
    return evaluate(block, context)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (Block(all=(PAIN,)), 1),
        (Block(all=(PAIN, LIMP)), 0.5),
        (Block(all=(LIMP, FEVER)), 0),
        (Block(all=(PAIN,), none=(PAIN,)), 0.5),
        (Block(all=(PAIN,), none=(LIMP,)), 1),
        (Block(all=(FEVER,), any=(LIMP, PAIN)), 0.5),
        (Block(any=(Block(all=(PAIN, LIMP)), FEVER)), 0.5),
        (Block(none=(PAIN,)), 0),
        (LIMP, 0),
    ],
)
def test_a_block_is_as_near_to_holding_as_the_share_of_its_conditions_that_hold(
    indexed: Indexed, block: Condition, expected: float
) -> None:
    assert closeness(outcome(indexed, block)) == expected


@pytest.mark.parametrize(
    ("block", "text"),
    [
        (Block(all=(PAIN,), none=(PAIN,)), "groin pain"),
        (Block(none=(Spoke(frozenset({"cauda-equina"})),)), "the rule cauda-equina speaks"),
        (Block(none=(NO_FEVER,)), "fever not recorded either way"),
    ],
)
def test_a_stop_is_named_by_its_facts_or_else_by_its_condition(
    content: Content, indexed: Indexed, block: Block, text: str
) -> None:
    decision = decide(content, chart(finding("groin-pain")), "patient-view", thorough=True)
    unmet = find_unmet_condition(outcome(indexed, block, spoken_rules=frozenset({"cauda-equina"})), decision)
    assert (unmet.text, unmet.is_stop) == (text, True)


@pytest.mark.parametrize(
    ("branches", "text"),
    [
        ((LIMP,), "not recorded: limp"),
        ((LIMP, FEVER), "not recorded: limp (or 1 other way)"),
        ((LIMP, FEVER, Block(all=(PAIN, FEVER))), "not recorded: fever (or 2 other ways)"),
    ],
)
def test_of_several_branches_the_nearest_is_named_and_the_others_are_counted(
    content: Content, indexed: Indexed, branches: tuple[Condition, ...], text: str
) -> None:
    decision = decide(content, chart(finding("groin-pain")), "patient-view", thorough=True)
    unmet = find_unmet_condition(outcome(indexed, Block(any=branches)), decision)
    assert (unmet.text, unmet.is_stop) == (text, False)
