"""The first condition that keeps a block from holding, in words, and how near a block is to holding."""

import pytest
from domain_facts import Indexed, absent, chart, draft, finding

from cds_service.logic.evaluation import evaluate
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.logic.rule_engine import decide
from cds_service.logic.unmet_conditions import closeness, find_unmet_condition
from cds_service.model.conditions import (
    Absent,
    Age,
    Block,
    Condition,
    ImagingSpec,
    Leaf,
    Ordered,
    OrderIs,
    Present,
    Spoke,
)
from cds_service.model.content import Content
from cds_service.model.facts import Finding
from cds_service.model.outcome import Outcome, Truth
from cds_service.model.sides import Side

AGE = Age(at_least=50)
MRI = ImagingSpec(modality=frozenset({"MR"}))
FEVER = Absent((Leaf("fever"),), names=("fever",))
PAIN, LIMP, FALL = (Present((Leaf(name),), names=(name,)) for name in ("groin-pain", "limp", "major-trauma"))


def unmet(content: Content, condition: Condition, truth: Truth = Truth.NO, age: int | None = 40) -> str:
    decision = decide(content, chart(draft("hip"), age=age), "order-sign", thorough=True)
    return find_unmet_condition(Outcome(condition, truth), decision).text


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (AGE, "needs age at least 50 years"),
        (Ordered(MRI), "needs another open order: MR"),
        (OrderIs(MRI, one_side=True), "the order does not fit: MR, names one side only"),
        (Spoke(frozenset({"cauda-equina"})), "needs rule cauda-equina to speak"),
        (FEVER, "needs fever recorded absent"),
    ],
)
def test_each_condition_says_what_it_needs(content: Content, condition: Condition, text: str) -> None:
    assert unmet(content, condition) == text


def test_an_age_that_is_not_recorded_says_so(content: Content) -> None:
    assert unmet(content, AGE, Truth.UNKNOWN, age=None) == "needs age at least 50 years; age not recorded"


@pytest.mark.parametrize(
    ("stop", "text"),
    [(AGE, "age at least 50 years"), (Block(all=(AGE, FEVER)), "age at least 50 years; fever recorded absent")],
)
def test_a_stop_that_rests_on_no_fact_is_described(content: Content, stop: Condition, text: str) -> None:
    block = Outcome(Block(none=(stop,)), Truth.NO, parts=(Outcome(stop, Truth.YES, role="none"),))
    decision = decide(content, chart(), "order-sign", thorough=True)
    found = find_unmet_condition(block, decision)
    assert (found.text, found.is_stop) == (text, True)
    assert closeness(block) == 0


def test_the_nearest_of_several_branches_is_named_and_the_others_are_counted(content: Content) -> None:
    far = Outcome(FEVER, Truth.UNKNOWN, role="any")
    parts = (Outcome(FEVER, Truth.YES), Outcome(AGE, Truth.NO))
    near = Outcome(Block(all=(FEVER, AGE)), Truth.NO, parts=parts, role="any")
    block = Outcome(Block(any=(FEVER, near.condition, FEVER)), Truth.NO, parts=(far, near, far))
    decision = decide(content, chart(), "order-sign", thorough=True)
    assert closeness(near) == 0.5
    assert find_unmet_condition(block, decision).text == "needs age at least 50 years (or 2 other ways)"


def test_a_block_without_an_unmet_condition_has_no_text(content: Content) -> None:
    assert unmet(content, Block()) == ""
    assert closeness(Outcome(Block(), Truth.NO)) == 0


def test_only_a_recorded_absence_is_called_one(content: Content) -> None:
    decision = decide(content, chart(), "order-sign", thorough=True)

    def text(fact: Finding) -> str:
        return find_unmet_condition(Outcome(PAIN, Truth.NO, (fact,)), decision).text

    assert text(absent("groin-pain")) == "recorded as absent: groin pain"
    assert text(finding("groin-pain", when="2020-01-01")) == "needs groin pain present"


def evaluated(indexed: Indexed, block: Condition) -> Outcome:
    """Return the outcome of a block on a chart that records groin pain only."""
    context = EvaluationContext(indexed(finding("groin-pain")), Side.LEFT, thorough=True)
    return evaluate(block, context)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (Block(all=(PAIN,)), 1),
        (Block(all=(PAIN, LIMP)), 0.5),
        (Block(all=(LIMP, FALL)), 0),
        (Block(all=(PAIN,), none=(PAIN,)), 0.5),
        (Block(all=(PAIN,), none=(LIMP,)), 1),
        (Block(all=(FALL,), any=(LIMP, PAIN)), 0.5),
        (Block(any=(Block(all=(PAIN, LIMP)), FALL)), 0.5),
        (Block(none=(PAIN,)), 0),
        (LIMP, 0),
    ],
)
def test_a_block_is_as_near_to_holding_as_the_share_of_its_conditions_that_hold(
    indexed: Indexed, block: Condition, expected: float
) -> None:
    assert closeness(evaluated(indexed, block)) == expected


def test_a_stop_that_rests_on_facts_is_named_by_them(content: Content, indexed: Indexed) -> None:
    decision = decide(content, chart(finding("groin-pain")), "patient-view", thorough=True)
    found = find_unmet_condition(evaluated(indexed, Block(all=(PAIN,), none=(PAIN,))), decision)
    assert (found.text, found.is_stop) == ("groin pain", True)


@pytest.mark.parametrize(
    ("branches", "text"),
    [
        ((LIMP,), "not recorded: limp"),
        ((LIMP, FALL), "not recorded: limp (or 1 other way)"),
        ((LIMP, FALL, Block(all=(PAIN, FALL))), "not recorded: major trauma (or 2 other ways)"),
    ],
)
def test_of_several_branches_the_nearest_is_named_and_the_others_are_counted(
    content: Content, indexed: Indexed, branches: tuple[Condition, ...], text: str
) -> None:
    decision = decide(content, chart(finding("groin-pain")), "patient-view", thorough=True)
    unmet = find_unmet_condition(evaluated(indexed, Block(any=branches)), decision)
    assert (unmet.text, unmet.is_stop) == (text, False)
