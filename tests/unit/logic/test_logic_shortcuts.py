"""What is not evaluated for a call changes nothing that it says: over all cases of the clinicians."""

import pytest
from case_reading import shipped_cases

from cds_service.logic import missing_findings, rating, recommendation, rule_engine
from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.evaluation import evaluate
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.logic.holding import does_hold
from cds_service.logic.rule_engine import decide
from cds_service.model.conditions import Block
from cds_service.model.content import Content
from cds_service.model.decision import Decision, Recommendation
from cds_service.model.outcome import Truth


def cards(decision: Decision) -> tuple[tuple[Recommendation, ...], tuple[Recommendation, ...]]:
    return decision.shown, decision.held_back


def test_a_decision_without_a_trace_is_the_one_with_it(content: Content) -> None:
    for case in shipped_cases():
        brief, thorough = (decide(content, case.chart, case.hook, thorough=thorough) for thorough in (False, True))
        assert cards(brief) == cards(thorough), case.name


def test_where_nothing_names_a_side_one_side_stands_for_both(content: Content, monkeypatch: pytest.MonkeyPatch) -> None:
    unsided = [case for case in shipped_cases() if ChartIndex(case.chart, content).names_no_side]
    assert len(unsided) > 50
    once = [cards(decide(content, case.chart, case.hook)) for case in unsided]
    monkeypatch.setattr(ChartIndex, "names_no_side", False)
    assert once == [cards(decide(content, case.chart, case.hook)) for case in unsided]


def test_whether_a_block_holds_is_what_its_evaluation_says(content: Content, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where parts are evaluated of which nobody needs to know."""
    asked: set[Block] = set()

    def as_evaluated(block: Block, context: EvaluationContext) -> bool:
        asked.add(block)
        holds = does_hold(block, context)
        assert holds == (evaluate(block, context).truth is Truth.YES), block
        return holds

    for module in (missing_findings, rating, recommendation, rule_engine):
        monkeypatch.setattr(module, "does_hold", as_evaluated)
    for case in shipped_cases():
        decide(content, case.chart, case.hook)
    assert len(asked) > 30
